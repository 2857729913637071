"""GALI-PT (Dandi et al. 2021): GALI-4 with a third slot M(x); M(G(E(x))); M(G(z)); M(G(z)). M is frozen, in evaluation mode."""
from kit import *
from gali import game, noisy

NETWORKS = {
    "G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z features -> logit", size=4),
    "M": net("x -> features", batch_norm=True),
}


def formula(deviation=0.0, half_range=0.5):
    def losses(k):
        add = noisy(k, deviation, half_range)
        code = k.E(k.x).sample()
        again = k.G(code)
        made = k.G(k.z)
        remade = k.G(k.E(made).sample())
        tuples = [(k.x, code, k.x), (k.x, k.E(again).sample(), again), (made, k.z, made), (remade, k.z, made)]
        return game([k.D(add(image), z, k.M(of)) for image, z, of in tuples])
    return losses


write("gali-pt", [
    case("paper", NETWORKS, formula(), frozen=["M"]),
    case("authors", NETWORKS, formula(0.1, 1), range=(-1, 1), moment={"epoch": 4, "epochs": 10}, frozen=["M"]),
])
