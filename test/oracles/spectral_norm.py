"""Spectral norm as torch.nn.utils.spectral_norm does it: makes test/train/spectral-norm.json.

A fully connected layer 6 -> 4 and a convolution 3x3 of 2 -> 4 features, weights and u of sines, the same as in the test, float64.
The matrix is [fan in, features] as alix has it, so PyTorch's is its transpose. Per layer, after 1, 2 and 3 training passes: u and the normed
weight; the gradient of sum(probe * normed weight) by the weight in the first pass; and in evaluation the weight with v made
from the last u (PyTorch keeps v from training; here one more v = Wu / |Wu| is taken, as nothing else defines it).
usage: python test/oracles/spectral_norm.py, from the repository's root; then `npx biome check --write` of its JSON.
"""
import json, pathlib
import torch, torch.nn.functional as F
from torch.nn.utils import spectral_norm

torch.set_default_dtype(torch.float64)


def values(shape, order, scale=0.7):
    n = torch.Size(shape).numel()
    return (scale * torch.sin(0.9 * torch.arange(1, n + 1) + 1.3 * order)).reshape(shape)


def case(kind, shape, layer, to_torch, from_torch):
    weight, probe, u = values(shape, 0), values(shape, 3), F.normalize(values([4], 5), dim=0)
    layer.weight.data = to_torch(weight).contiguous()
    layer = spectral_norm(layer)
    layer.weight_u.copy_(u)
    layer.train()
    example = torch.zeros([1, 6] if kind == 'fully-connected' else [1, 2, 3, 3])
    passes, gradient = [], None
    for i in range(3):
        layer(example)
        if i == 0:
            (g,) = torch.autograd.grad((from_torch(layer.weight) * probe).sum(), layer.weight_orig)
            gradient = from_torch(g).reshape(-1).tolist()
        passes.append({'u': layer.weight_u.tolist(), 'weight': from_torch(layer.weight).reshape(-1).tolist()})
    matrix = layer.weight_orig.reshape(4, -1)
    layer.weight_v.copy_(F.normalize(layer.weight_u @ matrix, dim=0))
    layer.eval()
    layer(example)
    return {'kind': kind, 'shape': shape, 'passes': passes, 'gradient': gradient,
            'evaluation': from_torch(layer.weight).reshape(-1).tolist()}


cases = [
    case('fully-connected', [6, 4], torch.nn.Linear(6, 4, bias=False), lambda w: w.T, lambda w: w.T),
    case('conv', [3, 3, 2, 4], torch.nn.Conv2d(2, 4, 3, bias=False), lambda w: w.permute(3, 2, 0, 1), lambda w: w.permute(2, 3, 1, 0)),
]
rounded = json.loads(json.dumps(cases), parse_float=lambda s: float(f'{float(s):.8g}'))
path = pathlib.Path(__file__).parent.parent / 'train' / 'spectral-norm.json'
path.write_text('{ "cases": [\n' + ',\n'.join(f'  {json.dumps(c)}' for c in rounded) + '\n] }\n')
