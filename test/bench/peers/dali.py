"""What the PyTorch sides of DALI have alike: the encoder's form, its loss, and the step of the authors' code."""
import torch
from torch import nn
from torch.nn.functional import softplus

from peer import frozen


class Encoder(nn.Module):
    """Features -> mean and log-variance [N,d]: a trunk and two heads."""

    def __init__(self, trunk, head):
        super().__init__()
        self.trunk, self.mean, self.log_variance = trunk, head(), head()

    def forward(self, features):
        h = self.trunk(features)
        return self.mean(h), self.log_variance(h)


def code_loss(z, mean, log_variance):
    """-log q(z|x) without its constant, averaged over dimensions and the batch."""
    return (0.5 * ((z - mean) ** 2 * torch.exp(-log_variance) + log_variance)).mean()


def run_authors(peer, networks, shape, latent):
    """The critic first, then generator and encoder with fresh codes; learning rate 2e-4, beta1 0.5."""
    generator, features, critic, encoder = peer.build(**networks)
    theirs = peer.adam(features, critic, lr=2e-4, beta1=0.5)
    ours = peer.adam(generator, encoder, lr=2e-4, beta1=0.5)
    x = peer.data(*shape)
    generated = peer.compiled(generator)

    @peer.compiled
    def critic_loss(x, fake):
        return softplus(-critic(features(x))).mean() + softplus(critic(features(fake))).mean()

    @peer.compiled
    def actor_loss(z):
        seen = features(generator(z))
        return softplus(-critic(seen)).mean() + code_loss(z, *encoder(seen))

    def step():
        with torch.no_grad():
            fake = generated(peer.normal(latent))
        loss = critic_loss(x, fake)
        theirs.zero_grad()
        loss.backward()
        theirs.step()

        # the critic's weights need no gradient here; gradients still flow through it to the generator
        with frozen(features, critic):
            actors = actor_loss(peer.normal(latent))
            ours.zero_grad()
            actors.backward()
            ours.step()
        return loss.item(), actors.item()

    peer.run(step)
