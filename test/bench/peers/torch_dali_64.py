"""PyTorch's side of `npm run bench -- train dali64`: DALI as its authors update it, on AIM Table 4's 64x64 networks, batch 100.

The options are those of peer.py.
"""
from torch import nn

from dali import Encoder, run_authors
from peer import Peer

BATCH, LATENT, SLOPE = 100, 64, 0.2


def leaky():
    return nn.LeakyReLU(SLOPE, inplace=True)


def conv_bn(inputs, outputs, kernel, stride, padding):
    return [nn.Conv2d(inputs, outputs, kernel, stride, padding), nn.BatchNorm2d(outputs), leaky()]


def up(inputs, outputs, stride, padding):
    return [nn.ConvTranspose2d(inputs, outputs, 4, stride, padding), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def head():
    return nn.Sequential(nn.Linear(512, 64), nn.BatchNorm1d(64), leaky(), nn.Linear(64, LATENT))


def networks():
    trunk = nn.Sequential(
        nn.Conv2d(1024, 512, 4, 2, 1), leaky(),
        *conv_bn(512, 512, 4, 2, 1),
        *conv_bn(512, 256, 2, 1, 1),
        *conv_bn(256, 128, 1, 1, 0),
        nn.Flatten(),
    )
    generator = nn.Sequential(
        nn.Unflatten(1, (LATENT, 1, 1)),
        *up(LATENT, 1024, 1, 0), *up(1024, 512, 2, 1), *up(512, 256, 2, 1), *up(256, 128, 2, 1),
        nn.ConvTranspose2d(128, 3, 4, 2, 1), nn.Tanh(),
    )
    features = nn.Sequential(
        nn.Conv2d(3, 128, 4, 2, 1), leaky(),
        *conv_bn(128, 256, 4, 2, 1), *conv_bn(256, 512, 4, 2, 1), *conv_bn(512, 1024, 4, 2, 1),
    )
    critic = nn.Sequential(nn.Conv2d(1024, 1, 4), nn.Flatten())
    return {"G": generator, "F": features, "D": critic, "E": Encoder(trunk, head)}


run_authors(Peer(BATCH), networks(), (3, 64, 64), LATENT)
