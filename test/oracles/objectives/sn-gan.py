"""SN-GAN's losses are GAN's (gan_mix_gaussian.py of alexanderhanboli/AIM: binary cross-entropy): log D and log(1 - D) of Goodfellow et
al. 2014; the generator maximises log D."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit")}


def formula(k):
    d_real, d_fake = torch.sigmoid(k.D(k.F(k.x))), torch.sigmoid(k.D(k.F(k.G(k.z))))
    one, zero = torch.ones_like(d_real), torch.zeros_like(d_real)
    return {
        "critic": F.binary_cross_entropy(d_real, one) + F.binary_cross_entropy(d_fake, zero),
        "generator": F.binary_cross_entropy(d_fake, one),
    }


write("sn-gan", [case("authors", NETWORKS, formula), case("paper", NETWORKS, formula, range=(-1, 1))])
