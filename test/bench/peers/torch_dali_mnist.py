"""PyTorch's side of `npm run bench -- train mnist`: DALI as its authors update it, on AIM Table 3's MNIST networks, batch 100.

The options are those of peer.py.
"""
import torch
from torch import nn
from torch.nn.functional import softplus

from peer import Peer, frozen

BATCH, LATENT, SLOPE = 100, 32, 0.1


def leaky():
    return nn.LeakyReLU(SLOPE)


def fully_connected_bn(inputs, outputs, activation):
    return [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), activation]


def head():
    return nn.Sequential(*fully_connected_bn(576, 32, leaky()), nn.Linear(32, LATENT))


class Encoder(nn.Module):
    """Features [N,128,7,7] -> mean and log-variance [N,32]."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), leaky(), nn.Flatten())
        self.mean, self.log_variance = head(), head()

    def forward(self, features):
        h = self.trunk(features)
        return self.mean(h), self.log_variance(h)


def networks():
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
    return {"G": generator, "F": features, "D": critic, "E": Encoder()}


def main():
    peer = Peer(BATCH)
    generator, features, critic, encoder = peer.build(**networks())
    theirs = peer.adam(features, critic, lr=2e-4, beta1=0.5)
    ours = peer.adam(generator, encoder, lr=2e-4, beta1=0.5)
    x = peer.data(1, 28, 28)
    generated = peer.compiled(generator)

    @peer.compiled
    def critic_loss(x, fake):
        return softplus(-critic(features(x))).mean() + softplus(critic(features(fake))).mean()

    @peer.compiled
    def actor_loss(z):
        seen = features(generator(z))
        mean, log_variance = encoder(seen)
        nll = 0.5 * ((z - mean) ** 2 * torch.exp(-log_variance) + log_variance)
        return softplus(-critic(seen)).mean() + nll.mean()

    def step():
        with torch.no_grad():
            fake = generated(peer.normal(LATENT))
        loss = critic_loss(x, fake)
        theirs.zero_grad()
        loss.backward()
        theirs.step()

        # the critic's weights need no gradient here; gradients still flow through it to the generator
        with frozen(features, critic):
            actors = actor_loss(peer.normal(LATENT))
            ours.zero_grad()
            actors.backward()
            ours.step()
        return loss.item(), actors.item()

    peer.run(step)


main()
