"""BiGAN (Donahue et al. 2017), Eq. 2 and 3: ALI's value function with z = E(x) deterministic. Each of the authors' losses is the
mean of its two terms; Eq. 3 is their sum."""
from kit import *

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior", posterior="none"), "D": net("x z -> logit")}


def formula(weight):
    def losses(k):
        code = k.E(k.x).mean
        q, p = torch.sigmoid(k.D(k.x, code)), torch.sigmoid(k.D(k.G(k.z), k.z))
        return {
            "critic": weight * (-torch.log(q).mean() - torch.log(1 - p).mean()),
            "actor": weight * (-torch.log(1 - q).mean() - torch.log(p).mean()),
        }
    return losses


write("bigan", [
    case("authors", NETWORKS, formula(1 / 2), prior="uniform"),
    # an encoder with a variance: BiGAN's code is its mean, and the variance does not learn
    case("paper", {**NETWORKS, "E": net("x -> posterior")}, formula(1), range=(-1, 1)),
])
