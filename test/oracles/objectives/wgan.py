"""Gulrajani et al. 2017, Eq. 3: L_D = E[D(x~)] - E[D(x)] + 10 E[(|grad_x^ D(x^)|_2 - 1)^2] with x^ = u x + (1 - u) x~, u ~ U[0,1) for each
example; the generator minimises -E[D(x~)], and with the encoder DALI's lambda E[L(z, E(F(G(z))))]. Nothing is detached."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit"), "E": net("features -> posterior")}


def formula(weight=None, penalty=10):
    def losses(k):
        generated = k.G(k.z)
        features = k.F(generated)
        q = k.E(features)
        nll = -torch.distributions.Normal(q.mean, torch.exp(q.log_variance / 2)).log_prob(k.z).sum(1).mean()
        u = k.uniform((N, 1, 1, 1))
        between = u * k.x + (1 - u) * generated
        slope, = torch.autograd.grad(k.D(k.F(between)).sum(), between, create_graph=True)
        gp = ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
        return {
            "critic": k.D(features).mean() - k.D(k.F(k.x)).mean() + penalty * gp,
            "actor": -k.D(features).mean() + (weight or 1 / k.z.shape[1]) * nll,
        }
    return losses


write("wgan", [
    case("paper", NETWORKS, formula()),
    case("single", NETWORKS, formula(2, 3.5), options={"lambda": 2, "penalty": 3.5}, range=(-1, 1)),
])
