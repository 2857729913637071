"""DALI Eq. 8-10 and the text below Eq. 8: the critic maximises E[D(x)] + E[-exp(D(x~) - 1)], the generator minimises E[-D(x~)] (or
Eq. 8 itself: E[-exp(D(x~) - 1)]), and with the encoder lambda E[L(z, E(F(G(z))))]. Beyond exponentLimit exp is its tangent."""
from kit import *

NETWORKS = {"G": net("z -> x"), "F": net("x -> features"), "D": net("features -> logit"), "E": net("features -> posterior")}


def formula(weight=None, saturating=False, limit=20):
    def losses(k):
        features = k.F(k.G(k.z))
        q = k.E(features)
        nll = -torch.distributions.Normal(q.mean, torch.exp(q.log_variance / 2)).log_prob(k.z).sum(1).mean()
        d_fake = k.D(features)
        t = d_fake - 1
        exponential = torch.where(t > limit, math.exp(limit) + math.exp(limit) * (t - limit), torch.exp(t)).mean()
        value = k.D(k.F(k.x)).mean() - exponential
        return {
            "critic": -value,
            "actor": (-exponential if saturating else -d_fake.mean()) + (weight or 1 / k.z.shape[1]) * nll,
        }
    return losses


at = lambda epoch: {"epoch": epoch, "epochs": 100}
write("dali-f", [
    case("paper", NETWORKS, formula()),
    case("authors", NETWORKS, formula(1 / 32), moment=at(1)),
    case("authors", NETWORKS, formula(20 / 32), moment=at(20)),
    case("authors", NETWORKS, formula(1), moment=at(50)),
    case("authors-grid", NETWORKS, formula(), moment=at(3)),
    case("authors-2018", NETWORKS, formula(1, saturating=True)),
    case("aim", NETWORKS, formula(1), latent=3),
    # the exponents are -2.499, -2.546, -2.503: all beyond the first limit, two beyond the second
    case("paper", NETWORKS, formula(limit=-3), options={"exponentLimit": -3}),
    case("authors-2018", NETWORKS, formula(1, saturating=True, limit=-2.52), options={"exponentLimit": -2.52}),
])
