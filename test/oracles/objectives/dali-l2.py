"""AIM-, DALI-l2: q(z|x) = N(mu(x), I), so -log q(z|x) = 1/2 |z - mu|^2 + d/2 log 2 pi, here without the constant, times 1/d. Taken from
PyTorch's own density of a normal distribution. The code of z is read from F(G(z))."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit"),
            "E": net("features -> posterior", posterior="none")}


def formula(weight=None):
    def losses(k):
        features = k.F(k.G(k.z))
        q = torch.distributions.Normal(k.E(features).mean, 1.0)
        d = k.z.shape[1]
        nll = -q.log_prob(k.z).sum(1).mean() - d / 2 * math.log(2 * math.pi)
        return {
            "critic": real(k.D(k.F(k.x))) + fake(k.D(features)),
            "actor": real(k.D(features)) + (weight or 1 / d) * nll,
        }
    return losses


write("dali-l2", [
    case("authors", NETWORKS, formula()),
    # a variance that the encoder also puts out is not part of the loss
    case("paper", {**NETWORKS, "E": net("features -> posterior")}, formula(0.7), options={"lambda": 0.7}, latent=3),
])
