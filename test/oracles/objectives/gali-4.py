"""GALI-4 (Dandi et al. 2021): (x,E(x)); (x,E(G(E(x)))); (G(z),z); (G(E(G(z))),z), as the authors' code numbers them."""
from kit import *
from boxes import box, hide
from gali import game, noisy

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit", size=4)}


def formula(deviation=0.0, half_range=0.5, normalised=True):
    def losses(k):
        add = noisy(k, deviation, half_range)
        code = k.E(k.x).sample()
        again = k.E(k.G(code)).sample()
        made = k.G(k.z)
        remade = k.G(k.E(made).sample())
        tuples = [(k.x, code), (k.x, again), (made, k.z), (remade, k.z)]
        return game([k.D(add(image), z) for image, z in tuples], normalised)
    return losses


def masked(k):
    """As the paper has the classes of GALI-mix that GALI-4 has too: M1(x), M2(G(E(M1(x)))) and M3(G(z))."""
    code = k.E(hide(k, k.x, box(k))).sample()
    again = k.E(hide(k, k.G(code), box(k))).sample()
    made = k.G(k.z)
    remade = k.G(k.E(hide(k, made, box(k))).sample())
    return game([k.D(k.x, code), k.D(k.x, again), k.D(made, k.z), k.D(remade, k.z)])


POINT = {**NETWORKS, "E": net("x -> posterior", posterior="none")}
write("gali-4", [
    case("paper", NETWORKS, formula()),
    case("authors", NETWORKS, formula(0.1, 1), range=(-1, 1), moment={"epoch": 4, "epochs": 10}),
    case("sequential", POINT, formula(0.3, 0.5, False), options={"instanceNoise": 0.3, "normalised": False},
         moment={"epoch": 2, "epochs": 3}),
    case("paper", NETWORKS, masked, options={"masked": True}),
    case("paper", POINT, masked, options={"masked": True}, range=(-1, 1)),
])
