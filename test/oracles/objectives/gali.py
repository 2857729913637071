"""The game of n classes that the GALI oracles share: Dandi et al. 2021, Eq. 3 and 4, with the normalisers of the authors' code."""
import torch
import torch.nn.functional as F


def game(logits, normalised=True):
    """`logits`: D of one tuple of each class, in order."""
    n = len(logits)
    ce = lambda i, j: F.cross_entropy(logits[i], torch.full((len(logits[i]),), j))
    right = sum(ce(i, i) for i in range(n))
    wrong = sum(ce(i, j) for i in range(n) for j in range(n) if j != i)
    return {
        "critic": right * (2 / n if normalised else 1),
        "actor": wrong * (2 / (n * (n - 1)) if normalised else 1),
    }


def noisy(k, deviation, half_range):
    """Annealed instance noise: drawn anew at each call; (epochs - epoch) / epochs of it, epochs from 1 as in the authors' loops."""
    if deviation == 0:
        return lambda image: image
    share = (k.moment["epochs"] - k.moment["epoch"]) / k.moment["epochs"]
    return lambda image: image + deviation * half_range * share * k.normal(image.shape)
