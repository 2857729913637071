"""Makes test/fixtures/eval/principal-components.json: principal components of features by numpy's singular values.

Run as metrics_kit.py says.
"""
import numpy as np

from metrics_kit import features, write


def case(n, d, seed, k=4, **options):
    x = features(n, d, seed, **options).astype('f8')
    mean = x.mean(0)
    _, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    variances = s**2 / (n - 1)
    # of each component the largest loading is positive
    rows = vt[:k] * np.sign(vt[np.arange(k), np.abs(vt[:k]).argmax(1)])[:, None]
    return {
        'n': n,
        'd': d,
        'seed': seed,
        'options': options,
        'variances': variances[:k].tolist(),
        'shares': (variances[:k] / variances.sum()).tolist(),
        'loadings': rows[:, :7].tolist(),
        'projected': ((x[:5] - mean) @ rows.T).tolist(),
    }


write(
    'principal-components',
    {
        'tolerance': {'variances': 1e-8, 'loadings': 1e-6},
        'cases': [
            case(200, 5, 61),
            case(900, 64, 62, shift=0.3),
            case(1500, 65, 63),
            case(150, 300, 64, dead=9),
            case(700, 333, 65, scale=2.0),
        ],
    },
)
