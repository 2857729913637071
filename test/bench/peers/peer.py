"""What the PyTorch sides of `npm run bench -- train` have alike: their options and settings, noise, the loop and the JSON line.

usage of each: python torch_X.py [--seconds 10] [--threads 2] [--channels-last] [--compile networks|losses] [--fused-adam]
[--replay FOLDER]. --compile sends each network, or each loss as a whole, through torch.compile. --replay takes weights, data and noise that alix wrote (test/bench/replay-side.ts) and prints the losses of some steps in float64 instead.
"""
import argparse
import json
import pathlib
import time

import torch
from torch import nn

# of steps that take long, fewer are enough
WARM_UP, WARM_UP_SECONDS, LEAST_WARM_UP = 5, 5, 2


class Maxout(nn.Module):
    """The largest of each group of neighbouring features: [N,C,...] -> [N,C/pieces,...]."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (-1, self.pieces)).amax(2)


class Scaled(nn.Module):
    """Dropout that drops nothing and still scales: what a replay has in its place."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        return x / (1 - self.rate)


class Peer:
    """One run of a side. `networks` are named as alix names them."""

    def __init__(self, batch):
        parser = argparse.ArgumentParser()
        parser.add_argument("--seconds", type=float, default=10)
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--channels-last", action="store_true")
        parser.add_argument("--compile", choices=("networks", "losses"))
        parser.add_argument("--fused-adam", action="store_true")
        parser.add_argument("--replay", type=pathlib.Path)
        self.options = parser.parse_args()
        self.batch = batch
        self.networks = {}
        self.draws = None
        if self.options.replay:
            # what float32 rounds away grows tenfold a step while a critic still learns fast: the reference is to have no part in it
            torch.set_default_dtype(torch.float64)
        torch.set_num_threads(self.options.threads)
        torch.manual_seed(1)

    def build(self, **networks):
        """The networks, in the memory format asked for, with alix's weights where they are replayed."""
        self.networks = networks
        if self.options.replay:
            self._load()
        if self.options.channels_last:
            for network in networks.values():
                network.to(memory_format=torch.channels_last)
        if self.options.compile == "networks":
            for network in networks.values():
                network.compile()
        return networks.values()

    def adam(self, *modules, lr, beta1):
        parameters = [p for module in modules for p in module.parameters()]
        return torch.optim.Adam(parameters, lr=lr, betas=(beta1, 0.999), fused=self.options.fused_adam)

    def compiled(self, function):
        """A function of losses or networks, as the setting has it."""
        return torch.compile(function) if self.options.compile == "losses" else function

    def data(self, *shape):
        """A minibatch [N,...], always the same one."""
        x = self.replayed if self.draws else torch.rand(self.batch, *shape)
        return x.contiguous(memory_format=torch.channels_last) if self.options.channels_last and x.dim() == 4 else x

    def normal(self, size):
        """Standard normal numbers [N, size]."""
        if self.draws:
            return next(self.draws).view(self.batch, size)
        return torch.randn(self.batch, size)

    def run(self, step):
        """Steps, then prints. `step` returns the losses as numbers."""
        if self.options.replay:
            self._print(losses=[step() for _ in range(self.replay_steps)])
            return
        start, steps = time.perf_counter(), 0
        while steps < LEAST_WARM_UP or (steps < WARM_UP and time.perf_counter() - start < WARM_UP_SECONDS):
            step()
            steps += 1
        start, steps, seconds = time.perf_counter(), 0, 0.0
        while seconds < self.options.seconds:
            step()
            steps += 1
            seconds = time.perf_counter() - start
        self._print(images_per_second=steps * self.batch / seconds, steps=steps)

    def _print(self, **more):
        count = {name: sum(p.numel() for p in network.parameters()) for name, network in self.networks.items()}
        print(json.dumps({
            "what": f"torch {torch.__version__}",
            "images_per_second": 0,
            "cpu_seconds": time.process_time(),
            "threads": self.options.threads,
            "parameters": count,
            **more,
        }))

    def _load(self):
        """Float32 numbers one after the other: each network's parameters in order, the data, each draw of a step."""
        manifest = json.loads((self.options.replay / "manifest.json").read_text())
        stored = bytearray((self.options.replay / "numbers.f32").read_bytes())
        numbers = torch.frombuffer(stored, dtype=torch.float32).double()
        parts = iter(numbers.split([entry["count"] for entry in manifest["entries"]]))
        for name in manifest["networks"]:
            for parameter in self.networks[name].parameters():
                parameter.data.copy_(next(parts).view_as(parameter))
        self.replayed = next(parts).view(manifest["data"])
        self.draws = parts
        self.replay_steps = manifest["steps"]
        for network in self.networks.values():
            for parent in list(network.modules()):
                # not named_children(), which gives a layer that stands in several places once
                for key, child in list(parent._modules.items()):
                    if isinstance(child, nn.Dropout):
                        setattr(parent, key, Scaled(child.p))


def frozen(*modules):
    """A context in which these take no gradient of their own, while gradients flow through them."""
    return _Frozen([p for module in modules for p in module.parameters()])


class _Frozen:
    def __init__(self, parameters):
        self.parameters = parameters

    def __enter__(self):
        for parameter in self.parameters:
            parameter.requires_grad_(False)

    def __exit__(self, *_):
        for parameter in self.parameters:
            parameter.requires_grad_(True)
