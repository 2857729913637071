"""Makes test/fixtures/eval/samples.json: Inception Scores, kernel distances, and precision, recall, density, coverage.

Run as metrics_kit.py says.
"""
import contextlib
import io

import numpy as np
import scipy.special
import torch
from prdc import compute_prdc
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kernel_mmd
from torch_fidelity.metric_prc import calculate_precision_recall_full
from torchmetrics.image.inception import InceptionScore

from metrics_kit import features, uniform, write


def inception():
    """137 images, 7 classes, 10 splits; probabilities with exact zeros for numpy's xlogy."""
    n, c, splits = 137, 7, 10
    logits = 4 * features(n, c, 11)
    known = isc_features_to_metric(torch.from_numpy(logits), splits, shuffle=False)
    metric = InceptionScore(feature=torch.nn.Identity(), splits=splits).set_dtype(torch.float64)
    metric.features = [torch.from_numpy(logits).double()]
    state = torch.get_rng_state()
    order = torch.randperm(n)
    torch.set_rng_state(state)
    chunked = [float(v) for v in metric.compute()]
    p = np.maximum(0, uniform(n * c, 12).reshape(n, c) - 0.3)
    p /= p.sum(1, keepdims=True)
    scores = []
    for i in range(splits):
        part = p[i * n // splits : (i + 1) * n // splits]
        mean = part.mean(0)
        divergence = scipy.special.xlogy(part, part) - scipy.special.xlogy(part, mean)
        scores.append(np.exp(divergence.sum(1).mean()))
    return {
        'torch-fidelity': [known['inception_score_mean'], known['inception_score_std']],
        'torchmetrics': {'order': order.tolist(), 'mean and std': chunked},
        'xlogy': [np.mean(scores), np.std(scores)],
    }


def kernels():
    """Three subsets of 40 rows: 7i + 3s and 11i + s, modulo the number of rows."""
    x, y = features(150, 24, 13).astype('f8'), features(130, 24, 14, shift=0.2).astype('f8')
    i = np.arange(40)
    options = {'kid_kernel': 'poly', 'kid_kernel_poly_degree': 3, 'kid_kernel_poly_gamma': None, 'kid_kernel_poly_coef0': 1}
    return [float(kernel_mmd(x[(7 * i + 3 * s) % 150], y[(11 * i + s) % 130], **options)) for s in range(3)]


def manifolds(name, real, fake, k):
    real, fake = real.astype('f8'), fake.astype('f8')
    with contextlib.redirect_stdout(io.StringIO()):
        known = {key: float(value) for key, value in compute_prdc(real, fake, k).items()}
    precision, recall = calculate_precision_recall_full(torch.from_numpy(fake), torch.from_numpy(real), k)
    return {'name': name, 'k': k, 'prdc': known, 'torch-fidelity': {'precision': precision, 'recall': recall}}


def coarse(x):
    """Multiples of 1/4: rows and distances repeat, and every sum is exact."""
    return np.floor(x.astype('f8') * 4) / 4


near, far = features(600, 16, 15), features(500, 16, 16, shift=0.15)
grid, other = coarse(features(300, 3, 17)), coarse(features(280, 3, 18, scale=1.3))
write(
    'samples',
    {
        'inception': inception(),
        'kernels': kernels(),
        'manifolds': [
            manifolds('random', near, far, 5),
            manifolds('random', near, far, 3),
            manifolds('duplicates', grid, other, 5),
            manifolds('duplicates', grid, other, 3),
        ],
    },
    'scipy',
    'prdc',
    'torch-fidelity',
    'torchmetrics',
)
