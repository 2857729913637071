"""GALI-mix (Dandi et al. 2021): eight classes of pairs in the order of the authors' code; E sees images with a box hidden."""
from kit import *
from boxes import box, hide
from gali import game, noisy

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit", size=8)}


def formula(deviation=0.0, low=0.0, high=1.0, smallest=1):
    def losses(k):
        add = noisy(k, deviation, (high - low) / 2)
        m1, m2, m3, m4 = (box(k, smallest) for _ in range(4))
        code = k.E(hide(k, k.x, m1)).sample()
        again = k.G(code)
        mix = torch.where(m1 == 1, again, k.x)
        code_of_again = k.E(hide(k, again, m2)).sample()
        code_of_mix = k.E(hide(k, mix, m4)).sample()
        made = k.G(k.z)
        remade = k.G(k.E(hide(k, made, m3)).sample())
        tuples = [(k.x, code), (k.x, code_of_again), (again, code_of_mix), (mix, code),
                  (made, k.z), (remade, k.z), (mix, code_of_again), (k.x, code_of_mix)]
        return game([k.D(add(image), z) for image, z in tuples])
    return losses


write("gali-mix", [
    case("paper", NETWORKS, formula()),
    case("authors", NETWORKS, formula(0.1, -1.0, 1.0, 0), range=(-1, 1), moment={"epoch": 4, "epochs": 10}),
])
