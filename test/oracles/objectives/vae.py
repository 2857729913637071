"""The VAE (Kingma & Welling 2014, Eq. 3 and 7): densities by torch.distributions, or as differences of a CDF in float64."""
from torch.distributions import Normal, kl_divergence
from kit import *


def log_p(k, likelihood, decoded, scale):
    """log p(x|z) [N] of the data."""
    if decoded.log_scale is not None:
        scale = torch.exp(decoded.log_scale)
    if likelihood == "bernoulli":
        on = torch.sigmoid(decoded.preactivation)
        pixels = k.x * torch.log(on) + (1 - k.x) * torch.log(1 - on)
    elif likelihood == "gaussian":
        pixels = Normal(decoded.x, scale).log_prob(k.x)
    else:  # P(level i) of a logistic, i / 256 on the scale [0,1]; no pixel of the kit is in an outermost level
        low, high = k.range
        level = torch.floor(256 * (k.x - low) / (high - low))
        edge = lambda i: torch.sigmoid((low + (high - low) * i / 256 - decoded.x) / scale)
        pixels = torch.log(edge(level + 1) - edge(level))
    return pixels.flatten(1).sum(1)


def bound(likelihood="bernoulli", scale=0.1, weight=1.0):
    def formula(k):
        q = k.E(k.x)
        q = Normal(q.mean, torch.exp(q.log_variance / 2))
        z = q.mean + q.stddev * k.normal(q.mean.shape)
        kl = kl_divergence(q, Normal(torch.zeros(2), torch.ones(2))).sum(1)
        return {"model": (weight * kl - log_p(k, likelihood, k.G(z), scale)).mean()}
    return formula


def planar(k):
    """Rezende & Mohamed 2015, Eq. 10-12 and 15: log q(z) = log q0(z0) - sum log |1 + u.psi|, psi = (1 - tanh^2) w."""
    q = k.E(k.x)
    base = Normal(q.mean, torch.exp(q.log_variance / 2))
    z = base.mean + base.stddev * k.normal(base.mean.shape)
    log_q = base.log_prob(z).sum(1)
    for w, u, b in zip(*[iter(k.E.flow)] * 3):
        # alix moves the paper's m(a) = softplus(a) - 1 so that m(0) = 0
        m = F.softplus(w @ u + math.log(math.e - 1)) - 1
        u = u + (m - w @ u) * w / (w @ w)
        t = torch.tanh(z @ w + b)
        log_q = log_q - torch.log(torch.abs(1 + (1 - t**2) * (w @ u)))
        z = z + t[:, None] * u
    log_prior = Normal(0.0, 1.0).log_prob(z).sum(1)
    return {"model": (log_q - log_prior - log_p(k, "bernoulli", k.G(z), 0)).mean()}


def networks(E={}, G={}):
    return {"E": net("x -> posterior", **E), "G": net("z -> likelihood", **G)}


FLOW = {"flow": [{"op": "planar-flow"}] * 2, "flow_parameters": [(2,), (2,), (1,)] * 2}

if __name__ == "__main__":
    write("vae", [
        case("paper", networks(), bound()),
        case("paper", networks(E={"posterior": "log_sigma"}), bound("gaussian", 0.3, 0.5), range=(-1, 1),
             options={"likelihood": "gaussian", "scale": 0.3, "beta": 0.5}),
        case("paper", networks(), bound("discretised", 0.05, 2 * 3 / 4), range=(-1, 1), moment={"epoch": 3, "epochs": 10},
             options={"likelihood": "discretised", "scale": 0.05, "beta": 2, "warmUpEpochs": 4}),
        case("paper", networks(G={"log_scale": True}), bound("gaussian"), options={"likelihood": "gaussian"}),
        case("paper", networks(G={"log_scale": True}), bound("discretised"), moment={"epoch": 9, "epochs": 10},
             options={"likelihood": "discretised", "warmUpEpochs": 4}),
        case("paper", networks(E=FLOW), planar),
    ])
