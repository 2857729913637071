"""PyTorch's side of `npm run bench -- train dali64`: DALI as its authors update it, on AIM Table 4's 64x64 networks, batch 100.

The options are those of peer.py.
"""
import torch
from torch import nn
from torch.nn.functional import softplus

from peer import Peer, frozen

BATCH, LATENT, SLOPE = 100, 64, 0.2


def leaky():
    return nn.LeakyReLU(SLOPE, inplace=True)


def conv_bn(inputs, outputs, kernel, stride, padding):
    return [nn.Conv2d(inputs, outputs, kernel, stride, padding), nn.BatchNorm2d(outputs), leaky()]


def up(inputs, outputs, stride, padding):
    return [nn.ConvTranspose2d(inputs, outputs, 4, stride, padding), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def head():
    return nn.Sequential(nn.Linear(512, 64), nn.BatchNorm1d(64), leaky(), nn.Linear(64, LATENT))


class Encoder(nn.Module):
    """Features [N,1024,4,4] -> mean and log-variance [N,64]."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1024, 512, 4, 2, 1), leaky(),
            *conv_bn(512, 512, 4, 2, 1),
            *conv_bn(512, 256, 2, 1, 1),
            *conv_bn(256, 128, 1, 1, 0),
            nn.Flatten(),
        )
        self.mean, self.log_variance = head(), head()

    def forward(self, features):
        h = self.trunk(features)
        return self.mean(h), self.log_variance(h)


def networks():
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
    return {"G": generator, "F": features, "D": critic, "E": Encoder()}


def main():
    peer = Peer(BATCH)
    generator, features, critic, encoder = peer.build(**networks())
    theirs = peer.adam(features, critic, lr=2e-4, beta1=0.5)
    ours = peer.adam(generator, encoder, lr=2e-4, beta1=0.5)
    x = peer.data(3, 64, 64)
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
