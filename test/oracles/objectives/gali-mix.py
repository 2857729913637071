"""GALI-mix (Dandi et al. 2021): eight classes of pairs in the order of the authors' code; E sees images with a box hidden."""
from kit import *
from gali import game, noisy

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit", size=8)}


def box(k, smallest):
    """One box an image. Of the four uniform numbers an image has, the first two decide height and width, the others its place."""
    mask = torch.zeros(N, *IMAGE)
    for n, (a, b, c, d) in enumerate(k.uniform((N, 4)).tolist()):
        sides = [smallest + int(u * (full - smallest + 1)) for u, full in ((a, IMAGE[0]), (b, IMAGE[1]))]
        top, left = int(c * (IMAGE[0] - sides[0] + 1)), int(d * (IMAGE[1] - sides[1] + 1))
        mask[n, top:top + sides[0], left:left + sides[1]] = 1
    return mask


def formula(deviation=0.0, low=0.0, high=1.0, smallest=1):
    def losses(k):
        add = noisy(k, deviation, (high - low) / 2)
        fill = low + (-2 + 1) / 2 * (high - low)  # -2 where images are in [-1,1]
        hide = lambda image, mask: torch.where(mask == 1, torch.tensor(fill), image)
        m1, m2, m3, m4 = (box(k, smallest) for _ in range(4))
        code = k.E(hide(k.x, m1)).sample()
        again = k.G(code)
        mix = torch.where(m1 == 1, again, k.x)
        code_of_again = k.E(hide(again, m2)).sample()
        code_of_mix = k.E(hide(mix, m4)).sample()
        made = k.G(k.z)
        remade = k.G(k.E(hide(made, m3)).sample())
        tuples = [(k.x, code), (k.x, code_of_again), (again, code_of_mix), (mix, code),
                  (made, k.z), (remade, k.z), (mix, code_of_again), (k.x, code_of_mix)]
        return game([k.D(add(image), z) for image, z in tuples])
    return losses


write("gali-mix", [
    case("paper", NETWORKS, formula()),
    case("authors", NETWORKS, formula(0.1, -1.0, 1.0, 0), range=(-1, 1), moment={"epoch": 4, "epochs": 10}),
])
