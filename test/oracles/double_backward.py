"""Gradient penalties in PyTorch, differentiated by the parameters: makes test/train/double-backward.json.

The network is conv 3x3 stride 2 of [5,5,2] to 4 features (valid), then `words`, flattened channels last, fully connected to 1.
penalty = mean over examples of (|d sum f / dx| - 1)^2. Numbers are sines, the same as in the test; float64.
usage: python test/oracles/double_backward.py, from the repository's root; then `npx biome check --write` of its JSON.
"""
import json, pathlib
import torch, torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def values(shape, order, scale=0.7):
    n = torch.Size(shape).numel()
    return (scale * torch.sin(0.9 * torch.arange(1, n + 1) + 1.3 * order)).reshape(shape)


def batch_norm(y, scale, shift):
    mean, variance = y.mean((0, 1, 2)), y.var((0, 1, 2), unbiased=False)
    return (y - mean) / torch.sqrt(variance + 1e-5) * scale + shift


def spectral(weight, u):
    matrix = weight.reshape(-1, weight.shape[-1])
    with torch.no_grad():
        v = F.normalize(matrix @ u, dim=0)
        u = F.normalize(matrix.T @ v, dim=0)
    return weight / (v @ matrix @ u)


activations = {
    'lrelu(0.2)': lambda y: F.leaky_relu(y, 0.2),
    'relu': F.relu,
    'tanh': torch.tanh,
    'softplus': F.softplus,
    'sigmoid': torch.sigmoid,
    'maxout(2)': lambda y: y.reshape(*y.shape[:-1], -1, 2).amax(-1),
}


def case(words, norm='', bias='tied'):
    features = 2 if words == 'maxout(2)' else 4
    shapes = [[3, 3, 2, 4], [2, 2, 4] if bias == 'untied' else [4]]
    if norm == 'bn':
        shapes += [[4], [4]]
    shapes += [[4 * features, 1], [1]]
    parameters = [values(s, o).requires_grad_() for o, s in enumerate(shapes)]
    conv, offset, *rest = parameters
    weight, last = rest[-2:]
    if norm == 'spectral':
        conv, weight = spectral(conv, F.normalize(values([4], 20), dim=0)), spectral(weight, torch.ones(1))
    x = values([3, 5, 5, 2], 9, 1.0).requires_grad_()
    y = F.conv2d(x.permute(0, 3, 1, 2), conv.permute(3, 2, 0, 1), stride=2).permute(0, 2, 3, 1) + offset
    if norm == 'bn':
        y = batch_norm(y, *rest[:2])
    f = activations[words](y).reshape(3, -1) @ weight + last
    (slope,) = torch.autograd.grad(f.sum(), x, create_graph=True)
    penalty = ((slope.reshape(3, -1).norm(dim=1) - 1) ** 2).mean()
    gradients = torch.autograd.grad(penalty, parameters, allow_unused=True)
    return {
        'words': words, 'norm': norm, 'bias': bias, 'penalty': penalty.item(),
        'gradients': [[0.0] * p.numel() if g is None else g.reshape(-1).tolist() for p, g in zip(parameters, gradients)],
    }


cases = [case(words) for words in activations] + [
    case('lrelu(0.2)', 'bn'), case('tanh', 'bn'), case('lrelu(0.2)', 'spectral'), case('tanh', 'spectral'),
    case('tanh', bias='untied'),
]
rounded = json.loads(json.dumps(cases), parse_float=lambda s: float(f'{float(s):.8g}'))
path = pathlib.Path(__file__).parent.parent / 'train' / 'double-backward.json'
path.write_text('{ "cases": [\n' + ',\n'.join(f'  {json.dumps(c)}' for c in rounded) + '\n] }\n')
