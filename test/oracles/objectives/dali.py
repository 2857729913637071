"""AIM (ICLR 2019 submission) Eq. 7-9: L(z, mu, sigma^2) = 1/2 sum_j [(z_j - mu_j)^2 exp(-s_j) + s_j + log 2 pi]; the authors take
lambda = 1/d. The code of z is read from F(G(z)), and no gradient is stopped on the way."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit"), "E": net("features -> posterior")}


def formula(weight=None):
    def losses(k):
        features = k.F(k.G(k.z))
        q = k.E(features)
        s = q.log_variance
        nll = 0.5 * ((k.z - q.mean) ** 2 * torch.exp(-s) + s + math.log(2 * math.pi)).sum(1).mean()
        model = torch.sigmoid(k.D(features))
        return {
            "critic": -torch.log(torch.sigmoid(k.D(k.F(k.x)))).mean() - torch.log(1 - model).mean(),
            "actor": -torch.log(model).mean() + (weight or 1 / k.z.shape[1]) * nll,
        }
    return losses


write("dali", [
    case("authors", NETWORKS, formula()),
    case("paper", {**NETWORKS, "E": net("features -> posterior", posterior="log_sigma")}, formula(3),
         options={"lambda": 3}),
    case("shared", NETWORKS, formula(), latent=3),
])
