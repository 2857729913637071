"""PyTorch's side of `npm run bench -- train mnist`: DALI as its authors update it, on AIM Table 3's MNIST networks, batch 100.

The options are those of peer.py.
"""
from torch import nn

from dali import Encoder, run_authors
from peer import Peer

BATCH, LATENT, SLOPE = 100, 32, 0.1


def leaky():
    return nn.LeakyReLU(SLOPE)


def fully_connected_bn(inputs, outputs, activation):
    return [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), activation]


def head():
    return nn.Sequential(*fully_connected_bn(576, 32, leaky()), nn.Linear(32, LATENT))


def networks():
    trunk = nn.Sequential(nn.Conv2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), leaky(), nn.Flatten())
    generator = nn.Sequential(
        *fully_connected_bn(LATENT, 1024, nn.ReLU()),
        *fully_connected_bn(1024, 6272, nn.ReLU()),
        nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Sigmoid(),
    )
    features = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), leaky(),
        nn.Conv2d(64, 128, 4, 2, 1), nn.BatchNorm2d(128), leaky(),
    )
    critic = nn.Sequential(
        nn.Flatten(), *fully_connected_bn(6272, 1024, leaky()), nn.Linear(1024, 64), nn.Linear(64, 1),
    )
    return {"G": generator, "F": features, "D": critic, "E": Encoder(trunk, head)}


run_authors(Peer(BATCH), networks(), (1, 28, 28), LATENT)
