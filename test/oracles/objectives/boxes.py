"""Boxes hidden from the encoder, as Dandi et al. 2021 draw them for GALI-mix and for the baselines of its inpainting."""
from kit import *


def box(k, smallest=1):
    """One box an image. Of the four uniform numbers an image has, the first two decide height and width, the others its place."""
    mask = torch.zeros(N, *IMAGE)
    for n, (a, b, c, d) in enumerate(k.uniform((N, 4)).tolist()):
        sides = [smallest + int(u * (full - smallest + 1)) for u, full in ((a, IMAGE[0]), (b, IMAGE[1]))]
        top, left = int(c * (IMAGE[0] - sides[0] + 1)), int(d * (IMAGE[1] - sides[1] + 1))
        mask[n, top:top + sides[0], left:left + sides[1]] = 1
    return mask


def hide(k, image, mask):
    """-2 under the mask where images are in [-1,1]."""
    low, high = k.range
    return torch.where(mask == 1, torch.tensor(low + (-2 + 1) / 2 * (high - low)), image)
