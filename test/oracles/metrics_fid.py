"""Makes test/fixtures/eval/fid.json: Fréchet distances by scipy's sqrtm, torch-fidelity's function, and numpy's singular values.

Run as metrics_kit.py says. `sqrtm` and `torch-fidelity` only where no covariance is singular: they add errors of 1e-5 there.
"""
import numpy as np
import scipy.linalg
from torch_fidelity.metric_fid import fid_statistics_to_metric

from metrics_kit import features, write


def statistics(x):
    x = x.astype('f8')
    return {'mu': x.mean(0), 'sigma': np.cov(x, rowvar=False)}


def nuclear(x, y):
    """|dm|^2 + tr S1 + tr S2 - 2 |Xc Yc'|* / sqrt((n-1)(m-1)): no covariance is formed."""
    x, y = x.astype('f8'), y.astype('f8')
    xc, yc = x - x.mean(0), y - y.mean(0)
    n, m = len(x) - 1, len(y) - 1
    roots = np.linalg.svd(xc @ yc.T, compute_uv=False).sum() / np.sqrt(n * m)
    trace = (xc**2).sum() / n + (yc**2).sum() / m
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + trace - 2 * roots, trace


def case(name, d, n, m, dead=0):
    x, y = features(n, d, 1, dead=dead), features(m, d, 2, shift=0.1, scale=1.2, dead=dead)
    value, trace = nuclear(x, y)
    out = {'name': name, 'd': d, 'n': n, 'm': m, 'dead': dead, 'trace': trace, 'nuclear norm': value}
    if min(n, m) > d and not dead:
        a, b = statistics(x), statistics(y)
        root = scipy.linalg.sqrtm(a['sigma'] @ b['sigma'])
        delta = a['mu'] - b['mu']
        out['sqrtm'] = float(delta @ delta + np.trace(a['sigma'] + b['sigma'] - 2 * root.real))
        out['torch-fidelity'] = fid_statistics_to_metric(a, b, False)['frechet_inception_distance']
        print(name, out['sqrtm'] / value - 1, out['torch-fidelity'] / value - 1)
    return out


cases = [
    case('64 features', 64, 300, 400),
    case('256 features', 256, 700, 600),
    case('fewer samples than features', 256, 100, 100),
    case('far fewer of one', 128, 60, 1500),
    case('40 dead features', 256, 900, 800, dead=40),
    case('few samples and dead features', 128, 50, 90, dead=16),
    case('2048 features', 2048, 2300, 2200),
]
write('fid', {'cases': cases}, 'scipy', 'torch-fidelity')
