"""PyTorch's side of `npm run bench -- train ali-cifar10`: ALI on its Table 2, batch 100, as its authors run it.

Both players are updated from one forward pass, and the critic reads real and generated pairs as one batch.
The options are those of peer.py.
"""
import torch
from torch import nn
from torch.nn.functional import softplus

from peer import Maxout, Peer

BATCH, LATENT, SLOPE, PIECES = 100, 64, 0.1, 2


def hidden(layer, features, norm=nn.BatchNorm2d):
    return [layer, norm(features), nn.LeakyReLU(SLOPE, inplace=True)]


def conv(inputs, outputs, kernel, stride):
    return hidden(nn.Conv2d(inputs, outputs, kernel, stride, bias=False), outputs)


def up(inputs, outputs, kernel, stride):
    return hidden(nn.ConvTranspose2d(inputs, outputs, kernel, stride, bias=False), outputs)


class Untied(nn.Module):
    """One bias per pixel and channel."""

    def __init__(self, *shape):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return x + self.bias


class Encoder(nn.Module):
    """Images [N,3,32,32] -> mean and log sigma [N,64]."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            *conv(3, 32, 5, 1), *conv(32, 64, 4, 2), *conv(64, 128, 4, 1), *conv(128, 256, 4, 2), *conv(256, 512, 4, 1),
            nn.Flatten(),
            *hidden(nn.Linear(512, 512, bias=False), 512, nn.BatchNorm1d),
        )
        self.mean, self.log_sigma = nn.Linear(512, LATENT), nn.Linear(512, LATENT)

    def forward(self, x):
        h = self.trunk(x)
        return self.mean(h), self.log_sigma(h)


def generator():
    return nn.Sequential(
        nn.Unflatten(1, (LATENT, 1, 1)),
        *up(LATENT, 256, 4, 1), *up(256, 128, 4, 2), *up(128, 64, 4, 1), *up(64, 32, 4, 2), *up(32, 32, 5, 1),
        *conv(32, 32, 1, 1),
        nn.Conv2d(32, 3, 1, bias=False), Untied(3, 32, 32), nn.Sigmoid(),
    )


def critical_conv(inputs, outputs, kernel, stride):
    return [nn.Conv2d(inputs, outputs, kernel, stride), Maxout(PIECES)]


class Critic(nn.Module):
    """Pairs of images and codes -> logits [N,1]."""

    def __init__(self):
        super().__init__()
        half = nn.Dropout(0.5)
        self.dx = nn.Sequential(
            nn.Dropout(0.2),
            *critical_conv(3, 32, 5, 1), half, *critical_conv(16, 64, 4, 2), half, *critical_conv(32, 128, 4, 1), half,
            *critical_conv(64, 256, 4, 2), half, *critical_conv(128, 512, 4, 1), nn.Flatten(),
        )
        self.dz = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(LATENT, 512, bias=False), Maxout(PIECES), half,
            nn.Linear(256, 512, bias=False), Maxout(PIECES),
        )
        self.joint = nn.Sequential(
            half, nn.Linear(512, 1024), Maxout(PIECES), half, nn.Linear(512, 1024), Maxout(PIECES), half,
            nn.Linear(512, 1),
        )

    def forward(self, x, z):
        return self.joint(torch.cat([self.dx(x), self.dz(z)], 1))


def main():
    peer = Peer(BATCH)
    encoder, decoder, critic = peer.build(E=Encoder(), G=generator(), D=Critic())
    theirs = peer.adam(critic, lr=1e-4, beta1=0.5)
    ours = peer.adam(encoder, decoder, lr=1e-4, beta1=0.5)
    theirs_parameters = list(critic.parameters())
    our_parameters = [*encoder.parameters(), *decoder.parameters()]
    x = peer.data(3, 32, 32)

    @peer.compiled
    def losses(x, z, noise):
        mean, log_sigma = encoder(x)
        inferred = mean + torch.exp(log_sigma) * noise
        real, fake = critic(torch.cat([x, decoder(z)]), torch.cat([inferred, z])).chunk(2)
        return softplus(-real).mean() + softplus(fake).mean(), softplus(real).mean() + softplus(-fake).mean()

    def step():
        critic_loss, actor_loss = losses(x, peer.normal(LATENT), peer.normal(LATENT))
        theirs.zero_grad()
        ours.zero_grad()
        critic_loss.backward(inputs=theirs_parameters, retain_graph=True)
        actor_loss.backward(inputs=our_parameters)
        theirs.step()
        ours.step()
        return critic_loss.item(), actor_loss.item()

    peer.run(step)


main()
