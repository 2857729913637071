"""AS-VAE (Pu et al. 2017), Eq. 5, 6 and 11, as the notes rebuild them: what as-vae.py, as-vae-r.py and as-vae-g.py share."""
from torch.distributions import Normal
from kit import *
from vae import log_p


def coupling(E, first):
    """Dinh et al. 2017, Eq. 4-8, on two numbers: (log scale, shift) of the second from the first; alix keeps the log scale in (-1, 1)."""
    w, b, out_w, out_b = E.flow
    s, t = (torch.tanh(first @ w + b) @ out_w + out_b).T
    return torch.tanh(s), t


def halves(k, first=True, second=True, likelihood="bernoulli", scale=0.1, bound=0):
    f = lambda D: (lambda x, z: bound * torch.tanh(D(x, z) / bound)) if bound else D
    q = k.E(k.x)
    z_hat = q.mean + torch.exp(q.log_variance / 2) * k.normal(q.mean.shape)
    if k.E.flow:
        s, t = coupling(k.E, z_hat[:, :1])
        z_hat = torch.stack([z_hat[:, 0], z_hat[:, 1] * torch.exp(s) + t], 1)
    p = k.G(k.z)
    if p.log_scale is not None:
        scale = torch.exp(p.log_scale)
    if likelihood == "bernoulli":
        x_tilde = p.x
    elif likelihood == "gaussian":
        x_tilde = p.x + scale * k.normal(p.x.shape)
    else:
        u = k.uniform(p.x.shape)
        x_tilde = (p.x + scale * torch.log(u / (1 - u))).clamp(*k.range)
    critics, actor = 0, 0
    if first:
        f1 = f(k.D1)
        z_fresh = k.normal(k.z.shape) if k.prior == "normal" else 2 * k.uniform(k.z.shape) - 1
        critics = critics - torch.log(torch.sigmoid(f1(k.x, z_hat))).mean()
        critics = critics - torch.log(1 - torch.sigmoid(f1(x_tilde, z_fresh))).mean()
        actor = actor - (log_p(k, likelihood, k.G(z_hat), scale) - f1(k.x, z_hat)[:, 0]).mean()
    if second:
        f2 = f(k.D2)
        others = z_hat[[1, 2, 0]]
        critics = critics - torch.log(torch.sigmoid(f2(x_tilde, k.z))).mean()
        critics = critics - torch.log(1 - torch.sigmoid(f2(k.x, others))).mean()
        r = k.E(x_tilde)
        z_0, log_determinant = k.z, 0
        if k.E.flow:
            s, t = coupling(k.E, k.z[:, :1])
            z_0, log_determinant = torch.stack([k.z[:, 0], (k.z[:, 1] - t) * torch.exp(-s)], 1), s
        log_q = Normal(r.mean, torch.exp(r.log_variance / 2)).log_prob(z_0).sum(1) - log_determinant
        actor = actor - (log_q - f2(x_tilde, k.z)[:, 0]).mean()
    return critics, actor


def cases(player, first=True, second=True):
    """The critics' player is called `player`."""
    critic = net("x z -> logit", size=1)
    critics = {**({"D1": critic} if first else {}), **({"D2": critic} if second else {})}

    def networks(E={}, G={}):
        return {"E": net("x -> posterior", **E), "G": net("z -> likelihood", **G), **critics}

    def formula(**how):
        return lambda k: dict(zip((player, "actor"), halves(k, first, second, **how)))

    flow = {"flow": [{"op": "affine-coupling", "hidden": 3, "flip": False}], "flow_parameters": [(1, 3), (3,), (3, 2), (2,)]}
    return [
        case("paper", networks(), formula()),
        case("paper", networks(E=flow), formula()),
        case("bounded", networks(E={"posterior": "log_sigma"}), formula(likelihood="gaussian", scale=0.3, bound=20),
             options={"likelihood": "gaussian", "scale": 0.3}, range=(-1, 1), prior="uniform"),
        case("paper", networks(G={"log_scale": True}), formula(likelihood="gaussian", bound=0.5),
             options={"likelihood": "gaussian", "bound": 0.5}),
        case("paper", networks(), formula(likelihood="discretised", scale=0.25),
             options={"likelihood": "discretised", "scale": 0.25}, range=(-1, 1)),
    ]
