"""PyTorch's side of `npm run bench -- train`: DALI as its authors update it, on AIM Table 3's MNIST networks.

Random images, batch 100. Steps for some seconds after a warm-up, then one JSON line.
usage: python torch_dali_mnist.py [--seconds 10] [--threads 2]
"""
import argparse
import json
import time

import torch
from torch import nn
from torch.nn.functional import softplus

BATCH, LATENT, SLOPE, WARM_UP = 100, 32, 0.1, 5


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
    return generator, features, critic, Encoder()


def adam(*modules):
    return torch.optim.Adam([p for m in modules for p in m.parameters()], lr=2e-4, betas=(0.5, 0.999))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)

    generator, features, critic, encoder = networks()
    theirs, ours = adam(features, critic), adam(generator, encoder)
    frozen = [*features.parameters(), *critic.parameters()]
    x = torch.rand(BATCH, 1, 28, 28)

    def step():
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, LATENT))
        critic_loss = softplus(-critic(features(x))).mean() + softplus(critic(features(fake))).mean()
        theirs.zero_grad()
        critic_loss.backward()
        theirs.step()

        # the critic's weights need no gradient here; gradients still flow through it to the generator
        for parameter in frozen:
            parameter.requires_grad_(False)
        z = torch.randn(BATCH, LATENT)
        seen = features(generator(z))
        mean, log_variance = encoder(seen)
        nll = 0.5 * ((z - mean) ** 2 * torch.exp(-log_variance) + log_variance)
        actor_loss = softplus(-critic(seen)).mean() + nll.mean()
        ours.zero_grad()
        actor_loss.backward()
        ours.step()
        for parameter in frozen:
            parameter.requires_grad_(True)
        return critic_loss.item(), actor_loss.item()

    for _ in range(WARM_UP):
        step()
    start, steps, seconds = time.perf_counter(), 0, 0.0
    while seconds < options.seconds:
        step()
        steps += 1
        seconds = time.perf_counter() - start
    print(json.dumps({
        "what": f"torch {torch.__version__}",
        "images_per_second": steps * BATCH / seconds,
        "cpu_seconds": time.process_time(),
        "steps": steps,
        "threads": options.threads,
    }))


main()
