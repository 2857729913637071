"""An Adam that is differentiated through (Metz et al. 2017, section 2; Kingma & Ba 2015), from moments and counts in the middle of a
run: makes test/train/unrolled.json. With `clip` and `l2` each step's gradient is first changed as a run's optimiser does it; `detached`
has the same K steps as plain numbers, which is what ports do that forget to differentiate through them.
usage: python test/oracles/unrolled.py, from the repository's root; then `npx biome check --write test/train/unrolled.json`
"""
import json, math, os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "objectives"))
from kit import *

NETWORKS = {"G": net("z -> x"), "D": net("x -> logit")}
LR, B1, B2, EPSILON, STEPS, T = 0.1, 0.5, 0.999, 1e-8, 4, 7


def play(clip, l2, detached):
    k = Kit({"moment": {}, "range": [0, 1], "prior": "normal", "latent": 2, "priorSize": 2, "classes": 2, "networks": NETWORKS,
             "frozen": []})
    generated = k.G(k.z)
    loss = lambda theta: real(k.D.at(theta)(k.x)) + fake(k.D.at(theta)(generated))
    theta = list(k.D.parameters)
    m = [wave(p.shape, lambda i: 0.05 * math.sin(1.1 * i + 0.5 * o)) for o, p in enumerate(theta)]
    v = [wave(p.shape, lambda i: 0.002 * (1.2 + math.sin(0.7 * i + o))) for o, p in enumerate(theta)]
    for t in range(T + 1, T + STEPS + 1):
        grads = torch.autograd.grad(loss(theta), theta, create_graph=not detached)
        if detached:
            theta = [p.detach().requires_grad_() for p in theta]
        grads = [g + l2 * p if p.ndim == 2 else g for g, p in zip(grads, theta)]
        grads = [torch.clamp(g, -clip, clip) if clip else g for g in grads]
        m = [B1 * a + (1 - B1) * g for a, g in zip(m, grads)]
        v = [B2 * a + (1 - B2) * g * g for a, g in zip(v, grads)]
        rate = LR * math.sqrt(1 - B2 ** t) / (1 - B1 ** t)
        theta = [p - rate * a / (torch.sqrt(b) + EPSILON) for p, a, b in zip(theta, m, v)]
    value = loss(theta)
    owners = list(k.G.parameters) + ([] if detached else list(k.D.parameters))
    grads = [[float(f"{x:.9g}") for x in g.flatten().tolist()] for g in torch.autograd.grad(value, owners)]
    n = len(k.G.parameters)
    return {"value": float(f"{value.item():.9g}"), "G": grads[:n], "D": grads[n:]}


result = {name: {"clipValue": clip, "l2": l2, "through": play(clip, l2, False), "detached": play(clip, l2, True)}
          for name, clip, l2 in [("plain", 0, 0), ("clipped", 0.3, 0.05)]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "train", "unrolled.json"), "w") as f:
    json.dump(result, f, indent=2)
    f.write("\n")
for name, r in result.items():
    a, b = (torch.cat([torch.tensor(g) for g in r[w]["G"]]) for w in ("through", "detached"))
    print(name, r["through"]["value"], r["detached"]["value"], "relative difference in G:", float((a - b).norm() / a.norm()))
