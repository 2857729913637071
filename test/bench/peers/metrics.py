"""The peers of `npm run bench -- metrics`: prints one JSON line.

    python metrics.py fid-2048|fid-256|prdc|svm REAL.npy FAKE.npy
"""
import contextlib
import io
import json
import sys
import time

import numpy as np

name, real, fake = sys.argv[1], *(np.load(path) for path in sys.argv[2:4])


def distance(a, b):
    """torch-fidelity's fid_statistics_to_metric."""
    (m1, s1), (m2, s2) = a, b
    root = np.sum(np.sqrt(np.linalg.eigvals(s1.dot(s2)).astype('complex128')).real)
    return float(((m1 - m2) ** 2).sum() + np.trace(s1) + np.trace(s2) - 2 * root)


def machines(x):
    from sklearn.svm import LinearSVC

    y = np.arange(1000) % 10
    for start in range(0, len(x) - 999, 1000):
        rows = x[start : start + 1000]
        svc = LinearSVC(loss='squared_hinge', C=0.01, tol=1e-4, max_iter=100_000).fit(rows, y)
        fits.append((rows, svc))
    return 0.0


fits = []
if name.startswith('fid'):
    what = f'numpy {np.__version__}'
    a, b = ((x.astype('f8').mean(0), np.cov(x.astype('f8'), rowvar=False)) for x in (real, fake))
    start = time.perf_counter()
    value = distance(a, b)
elif name == 'prdc':
    from prdc import compute_prdc

    what = 'prdc'
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        value = float(compute_prdc(real, fake, 5)['density'])
else:
    import sklearn

    what = f'scikit-learn {sklearn.__version__}'
    start = time.perf_counter()
    value = machines(real)
seconds = time.perf_counter() - start
# untimed: what LinearSVC minimised
for rows, svc in fits:
    rows = rows.astype('f8')
    for k in range(10):
        w, b = svc.coef_[k], svc.intercept_[k]
        margin = np.maximum(0, 1 - np.where(np.arange(1000) % 10 == k, 1, -1) * (rows @ w + b))
        value += (w @ w + b * b) / 2 + 0.01 * (margin**2).sum()
print(json.dumps({'what': what, 'images_per_second': 1 / seconds, 'cpu_seconds': time.process_time(), 'value': float(value)}))
