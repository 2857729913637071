"""Makes test/fixtures/verbs.json: Adam by PyTorch, quantiles of the normal by Python's statistics, neighbours by NumPy.

Run from the repository's root:  pip install numpy torch && python3 test/oracles/verbs.py
"""
import json
import statistics

import numpy as np
import torch


def whole_numbers(n, seed=1):
    """Whole numbers in [-8,8), by a generator that is as short in TypeScript; float32 holds them and their products exactly."""
    state, out = seed, []
    for _ in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append((state >> 28) - 8)
    return out


def adam():
    """Three values on the hill x^4 + x y^2 + 0.1 z, seven steps."""
    x = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([x], lr=0.1)
    path = []
    for _ in range(7):
        optimiser.zero_grad()
        (x[0] ** 4 + x[0] * x[1] ** 2 + 0.1 * x[2]).backward()
        optimiser.step()
        path.append(x.detach().tolist())
    return path


def neighbours():
    n, d, k = 501, 7, 9
    codes = np.array(whole_numbers(n * d), 'f4').reshape(n, d)
    codes[17] = codes[400] = codes[3]
    codes[250] = 0
    codes[499] = 2 * codes[3]
    queries = np.concatenate([codes[[3, 250]], np.array(whole_numbers(3 * d, 2), 'f4').reshape(3, d)]).astype('f8')
    wide = codes.astype('f8')
    out = {'n': n, 'd': d, 'k': k, 'codes': codes.ravel().tolist(), 'queries': queries.ravel().tolist()}
    lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(wide, axis=1)
    with np.errstate(invalid='ignore', divide='ignore'):
        cosine = np.where(lengths == 0, 1, 1 - queries @ wide.T / lengths).clip(0, 2)
    l2 = np.sqrt(((queries[:, None] - wide) ** 2).sum(2))
    for name, distance in [('cosine', cosine), ('l2', l2)]:
        # stable: of equals the earlier first
        order = np.argsort(distance, axis=1, kind='stable')[:, :k]
        out[name] = {'places': order.ravel().tolist(), 'distances': np.take_along_axis(distance, order, 1).ravel().tolist()}
    return out


shares = [1e-12, 1e-6, 0.001, 0.025, 0.07, 0.0750001, 0.3, 0.5, 0.6, 0.925, 0.93, 0.975, 0.999999]
out = {
    'made with': f'torch {torch.__version__}, numpy {np.__version__}',
    'adam': adam(),
    'quantiles': [[p, statistics.NormalDist().inv_cdf(p)] for p in shares],
    'neighbours': neighbours(),
}
with open('test/fixtures/verbs.json', 'w') as file:
    json.dump(out, file)
    file.write('\n')
