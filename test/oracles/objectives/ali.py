"""ALI (Dumoulin et al. 2017), Eq. 1 and 3 and Algorithm 1; Eq. 6 and 7 for stacked codes (p(z_i|.) in Eq. 7 read as q)."""
from kit import *
from boxes import box, hide

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit")}


def game(q, p):
    q, p = torch.sigmoid(q), torch.sigmoid(p)
    return {
        "critic": -torch.log(q).mean() - torch.log(1 - p).mean(),
        "actor": -torch.log(1 - q).mean() - torch.log(p).mean(),
    }


def formula(k):
    return game(k.D(k.x, k.E(k.x).sample()), k.D(k.G(k.z), k.z))


def joined(k):
    """One pass of D over real and generated pairs: its batch norm mixes them."""
    logits = k.D(torch.cat([k.x, k.G(k.z)]), torch.cat([k.E(k.x).sample(), k.z]))
    return game(logits[:N], logits[N:])


def noisy(k):
    """GALI's code: noise of std 0.1, on images in [-1,1], falling with the epochs; here as in the third epoch of four."""
    std = 0.1 * (4 - 3) / 4
    noise = lambda x: x + std * k.normal(x.shape)
    return game(k.D(noise(k.x), k.E(k.x).sample()), k.D(noise(k.G(k.z)), k.z))


def masked(k):
    """A baseline of GALI's inpainting: E reads x with a box hidden, D reads x."""
    return game(k.D(k.x, k.E(hide(k, k.x, box(k))).sample()), k.D(k.G(k.z), k.z))


def stacked(k):
    z1 = k.E(k.x).sample()
    z2 = k.E2(z1).sample()
    generated = k.G2(k.z).sample()
    return game(k.D(k.x, torch.cat([z1, z2], 1)), k.D(k.G(generated), torch.cat([generated, k.z], 1)))


BATCH_NORM = {**NETWORKS, "D": net("x z -> logit", batch_norm=True)}
STACKED = {  # z1 of 3 numbers, z2 of 2
    "G": net("z -> x", inputs={"z": 3}),
    "E": net("x -> posterior", size=3),
    "D": net("x z -> logit", inputs={"z": 5}),
    "E2": net("z1 -> posterior", inputs={"z1": 3}),
    "G2": net("z2 -> posterior", size=3),
}
write("ali", [
    case("paper", NETWORKS, formula),
    case("paper", BATCH_NORM, formula),
    case("authors", BATCH_NORM, joined),
    case("sequential", {**NETWORKS, "E": net("x -> posterior", posterior="implicit")}, formula, range=(-1, 1)),
    case("gali", {**NETWORKS, "E": net("x -> posterior", posterior="log_sigma")}, noisy, range=(-1, 1),
         moment={"epoch": 3, "epochs": 4}),
    case("paper", NETWORKS, masked, options={"masked": True}, range=(-1, 1)),
    case("paper", NETWORKS, masked, options={"masked": True}),
    case("paper", STACKED, stacked, prior_size=2),
])
