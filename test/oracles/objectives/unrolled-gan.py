"""Metz et al. 2017, section 2: f = E[log D(x)] + E[log(1 - D(G(z)))]; the critic ascends f, the generator descends f(G, D_K), where D_K is D
after K steps of Adam (Kingma & Ba 2015, section 2's form; lr 0.01, beta 0.5 and 0.999, epsilon 1e-8, moments 0 as a run begins with) on -f,
each built with create_graph so that G's gradient goes through all of them."""
from kit import *

NETWORKS = {"G": net("z -> x"), "D": net("x -> logit")}
LR, B1, B2, EPSILON = 0.01, 0.5, 0.999, 1e-8


def formula(steps):
    def losses(k):
        generated = k.G(k.z)

        def value(parameters):
            d = lambda x: torch.sigmoid(k.D.at(parameters)(x))
            return torch.log(d(k.x)).mean() + torch.log(1 - d(generated)).mean()

        theta = list(k.D.parameters)
        m = [torch.zeros_like(p) for p in theta]
        v = [torch.zeros_like(p) for p in theta]
        for t in range(1, steps + 1):
            grads = torch.autograd.grad(-value(theta), theta, create_graph=True)
            m = [B1 * a + (1 - B1) * g for a, g in zip(m, grads)]
            v = [B2 * a + (1 - B2) * g * g for a, g in zip(v, grads)]
            rate = LR * math.sqrt(1 - B2 ** t) / (1 - B1 ** t)
            theta = [p - rate * a / (torch.sqrt(b) + EPSILON) for p, a, b in zip(theta, m, v)]
        return {"critic": -value(k.D.parameters), "generator": value(theta)}
    return losses


write("unrolled-gan", [
    case("paper", NETWORKS, formula(5)),
    case("sequential", NETWORKS, formula(2), options={"unrolling": 2}, range=(-1, 1)),
    case("paper", NETWORKS, formula(0), options={"unrolling": 0}),
])
