"""Tiny networks, data and noise of fixed numbers in PyTorch (float64): what the formulas of the objectives beside this file
are evaluated on. test/train/objective-kit.ts builds the same. Every oracle is a file NAME.py:

    from kit import *
    NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit")}
    def formula(k):
        ...                                        # k.x, k.z, k.labels, k.moment, k.normal(shape), k.G(z), k.E(x).sample()
        return {"critic": loss, "actor": loss}     # scalars, by the name of the player
    write("NAME", [case("paper", NETWORKS, formula), case("authors", NETWORKS, other_formula, options={"weight": 2})])

usage: python test/oracles/objectives/NAME.py, from the repository's root; then `npx biome check --write` of its JSON.
A formula is transcribed from the paper or from the notes on it, never from alix's own code.
"""
import json, math, os
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

N, HIDDEN, IMAGE = 3, 5, (2, 2, 1)


def wave(shape, f):
    n = math.prod(shape)
    return torch.tensor([f(i) for i in range(n)]).reshape(shape)


def net(signature, **special):
    """A network: `signature` as in the objective, and where it differs from the plain tiny one:
    posterior  'log_variance' (default), 'log_sigma', 'none' (deterministic), 'implicit' (noise [2] goes in)
    size       numbers of its output: logit 1, features 3, posterior the case's latent
    inputs     sizes of inputs that are not what their name says, e.g. {"z": 4}
    batch_norm True: the hidden layer has no bias and batch norm before its tanh
    log_scale  True: a likelihood with the second output log_scale
    activation of an x: 'sigmoid', 'tanh', '' ; the range's unless given
    flow       rows of a flow as plain data, with flow_parameters (their shapes in order) for the formula: k.E.flow
    """
    return {"signature": signature, **special}


class Posterior:
    def __init__(self, k, mean, log_variance):
        self.k, self.mean, self.log_variance = k, mean, log_variance

    def sample(self):
        """Fresh noise where there is a variance; the mean where there is none."""
        if self.log_variance is None:
            return self.mean
        return self.mean + torch.exp(self.log_variance / 2) * self.k.normal(self.mean.shape)


class Likelihood:
    def __init__(self, x, preactivation, log_scale):
        self.x, self.preactivation, self.log_scale = x, preactivation, log_scale


class Network:
    """Called with its inputs in order. `parameters` in order; `at(values)` is the network with others in their place."""

    def __init__(self, k, name, spec, config):
        self.k, self.name, self.spec, self.config = k, name, spec, config
        inputs, self.output = spec["signature"].split(" -> ")
        implicit = spec.get("posterior") == "implicit"
        width = sum(self.size_of(i) for i in inputs.split(" ")) + (2 if implicit else 0)
        shapes = [(width, HIDDEN), (HIDDEN,)] + ([(HIDDEN,)] if spec.get("batch_norm") else [])
        for size in self.heads():
            shapes += [(HIDDEN, size), (size,)]
        self.flow_start = len(shapes)
        shapes += [tuple(s) for s in spec.get("flow_parameters", [])]
        s = sum(map(ord, name)) % 17
        self.parameters = [wave(shape, lambda i: 0.7 * math.sin(0.9 * (i + 1) + 1.3 * o + 2.1 * s)).requires_grad_()
                           for o, shape in enumerate(shapes)]

    def size_of(self, name):
        base = name.rstrip("0123456789")
        return self.spec.get("inputs", {}).get(name) or {"x": 4, "z": self.config["latent"], "features": 3}[base]

    def heads(self):
        d = self.spec.get("size") or self.config["latent"]
        if self.output == "posterior":
            return [d, d] if self.spec.get("posterior", "log_variance").startswith("log") else [d]
        if self.output == "likelihood":
            return [4, 4] if self.spec.get("log_scale") else [4]
        return [{"x": 4, "features": self.spec.get("size") or 3, "logit": self.spec.get("size") or 1}[self.output]]

    @property
    def flow(self):
        return self.parameters[self.flow_start:]

    def at(self, values):
        other = object.__new__(Network)
        other.__dict__ = {**self.__dict__, "parameters": list(values)}
        return other

    def __call__(self, *inputs):
        p, spec, kind = self.parameters, self.spec, self.spec.get("posterior", "log_variance")
        h = torch.cat([i.reshape(i.shape[0], -1) for i in inputs], 1)
        if kind == "implicit":
            h = torch.cat([h, self.k.normal((h.shape[0], 2))], 1)
        h = h @ p[0]
        if spec.get("batch_norm"):
            if self.config["frozen"].count(self.name):
                h = h / math.sqrt(1 + 1e-5) * p[1] + p[2]
            else:
                h = (h - h.mean(0)) / torch.sqrt(h.var(0, unbiased=False) + 1e-5) * p[1] + p[2]
        else:
            h = h + p[1]
        h, first = torch.tanh(h), 3 if spec.get("batch_norm") else 2
        heads = [h @ p[first + 2 * i] + p[first + 2 * i + 1] for i in range(len(self.heads()))]
        if self.output == "posterior":
            if len(heads) == 1:
                return Posterior(self.k, heads[0], None)
            return Posterior(self.k, heads[0], heads[1] * (2 if kind == "log_sigma" else 1))
        if self.output in ("x", "likelihood"):
            images = [head.reshape(-1, *IMAGE) for head in heads]
            name = spec.get("activation", "tanh" if self.config["range"][0] < 0 else "sigmoid")
            x = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "": lambda v: v}[name](images[0])
            return x if self.output == "x" else Likelihood(x, images[0], images[1] if len(images) > 1 else None)
        return torch.tanh(heads[0]) if self.output == "features" else heads[0]


class Kit:
    def __init__(self, config):
        low, high = config["range"]
        self.draws = 0
        self.moment, self.range, self.prior = config["moment"], config["range"], config["prior"]
        self.x = low + (high - low) * wave((N, *IMAGE), lambda i: 0.5 + 0.4 * math.sin(1.7 * i + 0.2))
        self.z = wave((N, config["priorSize"]), lambda i: 1.1 * math.sin(2.3 * i + 0.4))
        n = config["classes"]
        self.labels = wave((N, n), lambda i: float(i % n == i // n % n))
        self.networks = {name: Network(self, name, spec, config) for name, spec in config["networks"].items()}
        for name, network in self.networks.items():
            setattr(self, name, network)

    def normal(self, shape):
        """The same numbers at every call; how often it is called is pinned."""
        self.draws += 1
        return wave(tuple(shape), lambda i: 0.9 * math.sin(1.9 * (i + 1) + 0.3))

    def uniform(self, shape):
        return wave(tuple(shape), lambda i: 0.5 + 0.45 * math.sin(1.1 * (i + 1) + 0.9))


def real(l):
    """-log sigma(l), averaged."""
    return F.softplus(-l).mean()


def fake(l):
    """-log(1 - sigma(l)), averaged."""
    return F.softplus(l).mean()


def case(preset, networks, formula, options=None, moment=None, range=(0, 1), latent=2, prior="normal",
         prior_size=None, classes=2, frozen=()):
    """One evaluation of all losses and of their gradients by every parameter. `prior`: 'normal' or 'uniform', which the objective
    is told (the numbers stay the same); `prior_size`: size of z, the latent's unless given; `frozen`: networks in evaluation mode."""
    config = {"preset": preset, "options": options or {}, "moment": moment or {"epoch": 1, "epochs": 10}, "range": list(range),
              "latent": latent, "prior": prior, "priorSize": prior_size or latent,
              "classes": classes, "networks": networks, "frozen": list(frozen)}
    k = Kit(config)
    losses = formula(k)
    result = {**config, "draws": k.draws, "losses": {}, "gradients": {}}
    del result["frozen"]
    # the formula alone needs their shapes
    result["networks"] = {n: {key: v for key, v in s.items() if key != "flow_parameters"} for n, s in networks.items()}
    number = lambda v: float(f"{v:.9g}")
    owners = [(name, o, p) for name, network in k.networks.items() for o, p in enumerate(network.parameters)]
    for player, loss in losses.items():
        assert loss.ndim == 0, f"the loss of {player} is no scalar"
        result["losses"][player] = number(loss.item())
        grads = torch.autograd.grad(loss, [p for _, _, p in owners], retain_graph=True, allow_unused=True)
        table = result["gradients"][player] = {}
        for (name, o, _), g in zip(owners, grads):
            if g is not None and g.abs().max() > 1e-12:
                table.setdefault(name, {})[str(o)] = [number(v) for v in g.flatten().tolist()]
    return result


def write(objective, cases):
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "..", "..", "train", "objectives", f"{objective}.json")
    with open(path, "w") as f:
        json.dump({"objective": objective, "cases": cases}, f, indent=2)
        f.write("\n")
    for c in cases:
        print(objective, c["preset"], c["options"], c["losses"], "draws", c["draws"])
