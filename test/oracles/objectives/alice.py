"""ALICE (Li et al. 2017): ALI's losses, and the cycle terms as in the notes on its paper and on its authors' code."""
from kit import *
from boxes import box, hide

NETWORKS = {"G": net("z -> x"), "E": net("x -> posterior"), "D": net("x z -> logit")}
JUDGES = {**NETWORKS, "Dx": net("x x2 -> logit"), "Dz": net("z z2 -> logit")}


def bce(logit, label):
    return F.binary_cross_entropy(torch.sigmoid(logit), torch.full_like(logit, label))


def parts(k):
    code, image = k.E(k.x).sample(), k.G(k.z)
    return code, image, k.G(code), k.E(image).sample


def toy(k):
    code, image, back, code_back = parts(k)
    q, p = k.D(k.x, code), k.D(image, k.z)
    return {
        "critic": bce(q, 1.0) + bce(p, 0.0),
        "actor": bce(q, 0.0) + bce(p, 1.0) + F.mse_loss(back, k.x) + F.mse_loss(code_back(), k.z),
    }


def adversarial(weight, on=("x", "z")):
    def losses(k):
        code, image, back, code_back = parts(k)
        q, p = k.D(k.x, code), k.D(image, k.z)
        critic, actor = bce(q, 1.0) + bce(p, 0.0), bce(q, 0.0) + bce(p, 1.0)
        pairs = ([(k.Dx(k.x, k.x), k.Dx(k.x, back))] if "x" in on else []) + \
                ([(k.Dz(k.z, k.z), k.Dz(k.z, code_back()))] if "z" in on else [])
        for same, other in pairs:
            critic = critic + bce(same, 1.0) + bce(other, 0.0)
            actor = actor + weight * (bce(same, 0.0) + bce(other, 1.0))
        return {"critic": critic, "actor": actor}
    return losses


def images(k):
    """CIFAR and CelebA: the decoder's pair is real; no logarithm in the generators' loss."""
    code, image, back, code_back = parts(k)
    q, p = torch.sigmoid(k.D(k.x, code)), torch.sigmoid(k.D(image, k.z))
    return {
        "critic": -(torch.log(p) + torch.log(1 - q)).mean(),
        "actor": -q.mean() + p.mean() + (k.x - back).abs().mean() + (k.z - code_back()).abs().mean(),
    }


def gali(weight):
    def losses(k):
        std = 0.1 * (10 - 2) / 10  # in the second of ten epochs
        noisy = lambda x: x + std * k.normal(x.shape)
        code, image, back, _ = parts(k)
        q, p = k.D(noisy(k.x), code), k.D(noisy(image), k.z)
        return {"critic": bce(q, 1.0) + bce(p, 0.0), "actor": bce(p, 1.0) + bce(q, 0.0) + weight * F.mse_loss(k.x, back)}
    return losses


def masked(weight_x, weight_z):
    """A baseline of GALI's inpainting: every image that E reads has a box hidden; the whole of x has to come back."""
    def losses(k):
        code, image = k.E(hide(k, k.x, box(k))).sample(), k.G(k.z)
        q, p = k.D(k.x, code), k.D(image, k.z)
        actor = bce(q, 0.0) + bce(p, 1.0) + weight_x * F.mse_loss(k.G(code), k.x)
        if weight_z:
            actor = actor + weight_z * F.mse_loss(k.E(hide(k, image, box(k))).sample(), k.z)
        return {"critic": bce(q, 1.0) + bce(p, 0.0), "actor": actor}
    return losses


SECOND = {"epoch": 2, "epochs": 10}
write("alice", [
    case("paper", NETWORKS, toy),
    case("adversarial", JUDGES, adversarial(0.1)),
    case("adversarial", {**NETWORKS, "Dz": JUDGES["Dz"]}, adversarial(0.3, "z"), options={"on": "z", "lambdaZ": 0.3}),
    case("authors", NETWORKS, images, range=(-1, 1), prior="uniform"),
    case("gali", NETWORKS, gali(1), range=(-1, 1), moment=SECOND),
    case("gali-celeba", NETWORKS, gali(0.02), range=(-1, 1), moment=SECOND),
    case("paper", NETWORKS, masked(1, 1), options={"masked": True}),
    case("gali-celeba", NETWORKS, masked(0.02, 0), options={"masked": True, "instanceNoise": 0}, range=(-1, 1)),
])
