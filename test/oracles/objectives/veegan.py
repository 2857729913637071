"""VEEGAN, Srivastava et al. 2017, Algorithm 1, with the notes on it: the critic's logit is trained with label 1 on (z, G(z)) and label 0 on
(E(x), x); generator and encoder minimise E[logit(z, G(z))] + d(z, E(G(z))), d = -log N(z; E(G(z)), I) summed over dimensions."""
from kit import *

NETWORKS = {"E": net("x -> posterior", posterior="none"), "G": net("z -> x"), "D": net("x z -> logit")}


def formula(cross_entropy=False, weight=1):
    def losses(k):
        generated = k.G(k.z)
        model, data = k.D(generated, k.z), k.D(k.x, k.E(k.x).sample())
        d = -torch.distributions.Normal(k.E(generated).mean, 1.0).log_prob(k.z).sum(1).mean()
        bce = lambda logit, label: F.binary_cross_entropy_with_logits(logit, torch.full_like(logit, label))
        return {
            "critic": bce(model, 1.0) + bce(data, 0.0),
            "actor": (bce(model, 0.0) if cross_entropy else model.mean()) + weight * d,
        }
    return losses


write("veegan", [
    case("paper", NETWORKS, formula()),
    case("bce", {**NETWORKS, "E": net("x -> posterior")}, formula(True, 0.3), options={"lambda": 0.3}, latent=3),
])
