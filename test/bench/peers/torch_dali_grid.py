"""PyTorch's side of `npm run bench -- train toy`: DALI on AIM's networks for the 25-Gaussian grid, batch 100.

Both players are updated from one forward pass, as Algorithm 1 is printed. The options are those of peer.py.
"""
from torch import nn
from torch.nn.functional import softplus

from dali import Encoder, code_loss
from peer import Maxout, Peer

BATCH, LATENT, WIDTH, FEATURES, PIECES, SLOPE = 100, 2, 400, 200, 5, 0.1


def hidden(inputs, outputs, activation=None):
    return [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), activation or nn.ReLU(inplace=True)]


def maxout(inputs):
    return [nn.Linear(inputs, FEATURES * PIECES), Maxout(PIECES)]


def head():
    return nn.Sequential(*hidden(FEATURES, FEATURES), nn.Linear(FEATURES, LATENT))


def networks():
    generator = nn.Sequential(
        *hidden(LATENT, WIDTH), *hidden(WIDTH, WIDTH), *hidden(WIDTH, WIDTH), *hidden(WIDTH, WIDTH), nn.Linear(WIDTH, 2),
    )
    features = nn.Sequential(*maxout(2), *maxout(FEATURES), *maxout(FEATURES))
    critic = nn.Sequential(*hidden(FEATURES, FEATURES, nn.LeakyReLU(SLOPE, inplace=True)), nn.Linear(FEATURES, 1))
    return {"G": generator, "F": features, "D": critic, "E": Encoder(nn.Sequential(*hidden(FEATURES, FEATURES)), head)}


def main():
    peer = Peer(BATCH)
    generator, features, critic, encoder = peer.build(**networks())
    theirs = peer.adam(features, critic, lr=1e-4, beta1=0.8)
    ours = peer.adam(generator, encoder, lr=1e-4, beta1=0.8)
    theirs_parameters = [*features.parameters(), *critic.parameters()]
    our_parameters = [*generator.parameters(), *encoder.parameters()]
    x = peer.data(2)

    @peer.compiled
    def losses(x, z):
        seen = features(generator(z))
        real, fake = critic(features(x)), critic(seen)
        code = code_loss(z, *encoder(seen))
        return softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean() + code

    def step():
        critic_loss, actor_loss = losses(x, peer.normal(LATENT))
        theirs.zero_grad()
        ours.zero_grad()
        critic_loss.backward(inputs=theirs_parameters, retain_graph=True)
        actor_loss.backward(inputs=our_parameters)
        theirs.step()
        ours.step()
        return critic_loss.item(), actor_loss.item()

    peer.run(step)


main()
