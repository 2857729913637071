"""GALI-8 (Dandi et al. 2021): tuples (image, code, image, code) of either chain with images and codes in either order."""
from kit import *
from gali import game, noisy

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z x2 z2 -> logit", size=8)}


def formula(deviation=0.0, half_range=0.5, normalised=True):
    def losses(k):
        add = noisy(k, deviation, half_range)
        code = k.E(k.x).sample()
        again = k.G(code)
        real = [(k.x, code), (again, k.E(again).sample())]
        made = k.G(k.z)
        code_of_made = k.E(made).sample()
        fake = [(made, k.z), (k.G(code_of_made), code_of_made)]
        logits = []
        for (x1, z1), (x2, z2) in (real, fake):
            for images in ((x1, x2), (x2, x1)):
                for codes in ((z1, z2), (z2, z1)):
                    logits.append(k.D(add(images[0]), codes[0], add(images[1]), codes[1]))
        return game(logits, normalised)
    return losses


write("gali-8", [
    case("paper", NETWORKS, formula()),
    case("authors", NETWORKS, formula(0.1, 1, False), range=(-1, 1), moment={"epoch": 4, "epochs": 10}),
])
