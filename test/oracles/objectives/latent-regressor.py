"""The latent regressor of Donahue et al. 2017: a GAN, and E on |z - E(G(z))|^2, averaged over dimensions; jointly with 0.25 of
it in the generator's loss."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit"),
            "E": net("x -> posterior", posterior="none")}


def formula(weight):
    def losses(k):
        image = k.G(k.z)
        data, model = torch.sigmoid(k.D(k.F(k.x))), torch.sigmoid(k.D(k.F(image)))
        error = ((k.z - k.E(image).mean) ** 2).sum(1).mean() / k.z.shape[1]
        return {
            "critic": -torch.log(data).mean() - torch.log(1 - model).mean(),
            "generator": -torch.log(model).mean() + weight * error,
            "encoder": error,
        }
    return losses


write("latent-regressor", [case("authors", NETWORKS, formula(0)), case("joint", NETWORKS, formula(0.25), range=(-1, 1))])
