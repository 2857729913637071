"""GAN, non-saturating: Goodfellow et al. 2014, section 3. The critic is D(F(x))."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit")}


def formula(k):
    data, model = k.D(k.F(k.x)), k.D(k.F(k.G(k.z)))
    return {
        "critic": -torch.log(torch.sigmoid(data)).mean() - torch.log(1 - torch.sigmoid(model)).mean(),
        "generator": -torch.log(torch.sigmoid(model)).mean(),
    }


write("gan", [case("authors", NETWORKS, formula), case("paper", NETWORKS, formula, range=(-1, 1))])
