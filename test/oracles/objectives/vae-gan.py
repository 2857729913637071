"""VAE/GAN, Larsen et al. 2016, with the notes on it: L_E = KL + |F(x) - F(x^)|^2, L_G = gamma |F(x) - F(x^)|^2 - log D(x^) - log D(x~),
L_D = -log D(x) - log(1 - D(x^)) - log(1 - D(x~)); x^ = G(z^), z^ ~ q(z|x), x~ = G(z). The divergence is PyTorch's own."""
from kit import *

NETWORKS = {"E": net("x -> posterior"), "G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit")}


def formula(gamma=1, likeness=1):
    def losses(k):
        q = k.E(k.x)
        distribution = torch.distributions.Normal(q.mean, torch.exp(q.log_variance / 2))
        kl = torch.distributions.kl_divergence(distribution, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
        data, copy, model = k.F(k.x), k.F(k.G(q.sample())), k.F(k.G(k.z))
        difference = ((data - copy) ** 2).sum(1).mean()
        return {
            "critic": real(k.D(data)) + fake(k.D(copy)) + fake(k.D(model)),
            "encoder": kl + likeness * difference,
            "decoder": gamma * difference + real(k.D(copy)) + real(k.D(model)),
        }
    return losses


write("vae-gan", [
    case("paper", NETWORKS, formula()),
    case("sequential", {**NETWORKS, "E": net("x -> posterior", posterior="log_sigma")}, formula(0.2, 3),
         options={"gamma": 0.2, "likeness": 3}, latent=3, range=(-1, 1)),
])
