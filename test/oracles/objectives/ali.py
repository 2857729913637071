"""ALI (Dumoulin et al. 2017), Eq. 1 and 3 and Algorithm 1."""
from kit import *

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit")}


def formula(k):
    q = torch.sigmoid(k.D(k.x, k.E(k.x).sample()))
    p = torch.sigmoid(k.D(k.G(k.z), k.z))
    return {
        "critic": -torch.log(q).mean() - torch.log(1 - p).mean(),
        "actor": -torch.log(1 - q).mean() - torch.log(p).mean(),
    }


IMPLICIT = {**NETWORKS, "E": net("x -> posterior", posterior="implicit")}
write("ali", [
    case("paper", NETWORKS, formula),
    case("sequential", IMPLICIT, formula, range=(-1, 1)),
])
