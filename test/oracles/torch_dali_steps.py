"""Losses of the first DALI steps in PyTorch, from the weights, images and noise that alix began with.

The weights are those of `small-28`; batch norm, Adam, paddings and both update presets are PyTorch's own, so that agreement
says that alix computes what the authors' PyTorch code computes. Prints the numbers that test/train/dali-steps.test.ts pins.
usage: python torch_dali_steps.py FOLDER (with start.safetensors, written by `node test/dist/oracles/dali-start.js FOLDER`)
"""
import json, sys
import torch, torch.nn.functional as F
from safetensors.torch import load_file

torch.set_num_threads(1)
folder = sys.argv[1]
LEAK, STEPS, LR = 0.1, 5, 5e-4


def run(preset):
    start = load_file(f"{folder}/start.safetensors")
    p, stats = {}, {}
    for name, value in start.items():
        if name.startswith(("x.", "z.")):
            continue
        if "running" in name:
            stats[name] = value.clone()
            continue
        if ".conv.weight" in name:
            value = value.permute(3, 2, 0, 1)  # kh kw in out -> out in kh kw
        elif ".transposed-conv.weight" in name:
            value = value.permute(3, 2, 0, 1)  # kh kw out in -> in out kh kw
        elif ".fully-connected.weight" in name:
            value = value.t()
        p[name] = value.clone().contiguous().requires_grad_(True)

    def layer(net, block, i, kind):
        return f"{net}.{block}.{i}.{kind}"

    def bn(h, path):
        return F.batch_norm(h, stats[path + ".running_mean"], stats[path + ".running_variance"], p[path + ".scale"],
                            p[path + ".shift"], True, 0.1, 1e-5)

    def fc(h, path): return F.linear(h, p[path + ".weight"], p[path + ".bias"])
    def conv(h, path): return F.conv2d(h, p[path + ".weight"], p[path + ".bias"], 2, 1)
    def up(h, path): return F.conv_transpose2d(h, p[path + ".weight"], p[path + ".bias"], 2, 1)
    def lrelu(h): return F.leaky_relu(h, LEAK)
    def channels_last(h): return h.permute(0, 2, 3, 1).flatten(1)

    def G(z):
        h = torch.relu(bn(fc(z, "G.x.0.fully-connected"), "G.x.1.batch-norm"))
        h = torch.relu(bn(fc(h, "G.x.3.fully-connected"), "G.x.4.batch-norm"))
        h = h.view(-1, 7, 7, h.shape[1] // 49).permute(0, 3, 1, 2)
        h = torch.relu(bn(up(h, "G.x.7.transposed-conv"), "G.x.8.batch-norm"))
        return torch.sigmoid(up(h, "G.x.10.transposed-conv"))

    def feat(x):
        h = lrelu(conv(x, "F.features.0.conv"))
        # 14 -> 7 with kernel 4 and stride 2: 'same' is a padding of 1
        return lrelu(bn(conv(h, "F.features.2.conv"), "F.features.3.batch-norm"))

    def D(f):
        return fc(lrelu(bn(fc(channels_last(f), "D.logit.1.fully-connected"), "D.logit.2.batch-norm")),
                  "D.logit.4.fully-connected")

    def E(f):
        # 7 -> 4 with kernel 4 and stride 2: 'same' pads one row before and two after
        h = F.conv2d(F.pad(f, (1, 2, 1, 2)), p["E.trunk.0.conv.weight"], p["E.trunk.0.conv.bias"], 2)
        h = channels_last(lrelu(bn(h, "E.trunk.1.batch-norm")))
        head = lambda name: fc(lrelu(bn(fc(h, f"E.{name}.0.fully-connected"), f"E.{name}.1.batch-norm")),
                               f"E.{name}.3.fully-connected")
        return head("mean"), head("log_variance")

    of = lambda nets: [v for k, v in p.items() if k[0] in nets]
    critic_opt = torch.optim.Adam(of("FD"), LR, (0.5, 0.999))
    actor_opt = torch.optim.Adam(of("GE"), LR, (0.5, 0.999))

    def nll(z, f):
        mean, s = E(f)
        return (0.5 * ((z - mean) ** 2 * torch.exp(-s) + s + torch.log(torch.tensor(2 * torch.pi)))).mean()

    losses = []
    for step in range(STEPS):
        x = start[f"x.{step}"].permute(0, 3, 1, 2).contiguous()
        z = start[f"z.{step}.0"]
        if preset == "authors":
            critic = F.softplus(-D(feat(x))).mean() + F.softplus(D(feat(G(z).detach()))).mean()
            critic_opt.zero_grad(); critic.backward(); critic_opt.step()
            z = start[f"z.{step}.1"]
            f = feat(G(z))
            actor = F.softplus(-D(f)).mean() + nll(z, f)
            actor_opt.zero_grad(); critic_opt.zero_grad(); actor.backward(); actor_opt.step()
        else:
            real = D(feat(x))  # first, as in alix: the order in which running statistics see the two
            f = feat(G(z))
            fake = D(f)
            critic = F.softplus(-real).mean() + F.softplus(fake).mean()
            actor = F.softplus(-fake).mean() + nll(z, f)
            theta = {"FD": of("FD"), "GE": of("GE")}
            g_critic = torch.autograd.grad(critic, theta["FD"], retain_graph=True)
            g_actor = torch.autograd.grad(actor, theta["GE"])
            for params, grads, opt in ((theta["FD"], g_critic, critic_opt), (theta["GE"], g_actor, actor_opt)):
                for a, b in zip(params, grads):
                    a.grad = b
                opt.step()
        losses.append([critic.item(), actor.item()])
    total = lambda net: float(sum(v.detach().double().abs().sum() for k, v in p.items() if k.startswith(net)))
    return {
        "losses": losses,
        "sums": {net: total(net) for net in "GFDE"},
        "running": {k: float(v.double().abs().sum()) for k, v in stats.items() if "E.trunk" in k or "F.features" in k},
    }


print(json.dumps({preset: run(preset) for preset in ("authors", "paper")}, indent=1))
