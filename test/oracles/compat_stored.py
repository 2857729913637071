"""Makes test/fixtures/eval/compat-stored.json: what torchmetrics gives for images as alix has them, stored originals and float32 reconstructions.

Run as metrics_kit.py says.
"""
import numpy as np
import torch
from torchmetrics import MeanSquaredError
from torchmetrics.image import PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure

from metrics_kit import uniform, write

shape = (3, 1, 16, 20)
n = int(np.prod(shape))
stored = np.floor(256 * uniform(n, 61))
strength = np.repeat([0.1, 0.3, 0.6], n // 3)
made = (stored / 255 + (uniform(n, 62) - 0.5) * strength).astype('f4').astype('f8')
a, b = (torch.from_numpy(x.reshape(shape)) for x in (stored / 255, made))
metrics = {
    'ssim': StructuralSimilarityIndexMeasure(data_range=1.0),
    'psnr': PeakSignalNoiseRatio(data_range=1.0),
    'mse': MeanSquaredError(),
    'rmse': MeanSquaredError(squared=False),
}
values = {name: float(metric.set_dtype(torch.float64)(b, a)) for name, metric in metrics.items()}
write('compat-stored', values, 'torch', 'torchmetrics')
