"""Makes test/fixtures/eval/images.json: Pillow's bicubic resize in floating point, torchmetrics' SSIM and PSNR.

Run as metrics_kit.py says.
"""
import numpy as np
import torch
from PIL import Image
from torchmetrics.functional.image import peak_signal_noise_ratio, structural_similarity_index_measure

from metrics_kit import uniform, write


def pixels(h, w, seed):
    """Whole numbers 0..255 with extremes side by side in a corner: an overshoot shows."""
    x = np.floor(256 * uniform(h * w, seed)).reshape(h, w)
    x[:3, :3] = [[0, 255, 0], [255, 0, 255], [0, 255, 255]]
    return x


def resized(size, to, step):
    image = Image.fromarray(pixels(*size, 41).astype('f4'))
    out = np.asarray(image.resize((to[1], to[0]), Image.Resampling.BICUBIC)).ravel()
    return {'from': size, 'to': to, 'step': step, 'pixels': [float(v) for v in out[::step]]}


def similar(h, w, c, seed, strength):
    """[c,h,w] in [0,1], smooth, and the same with noise."""
    i, j, k = np.meshgrid(np.arange(h), np.arange(w), np.arange(c), indexing='ij')
    x = 0.5 + 0.4 * np.sin(0.3 * i + 0.2 * j + k) * np.cos(0.11 * i)
    y = np.clip(x + strength * (uniform(h * w * c, seed).reshape(h, w, c) - 0.5), 0, 1)
    planes = [torch.from_numpy(v.transpose(2, 0, 1)[None].copy()) for v in (x, y)]
    value, full = structural_similarity_index_measure(planes[1], planes[0], data_range=1.0, return_full_image=True)
    inside = full[..., 5:-5, 5:-5].mean()
    ratio = peak_signal_noise_ratio(planes[1], planes[0], data_range=1.0)
    return {'size': [h, w, c], 'seed': seed, 'strength': strength, 'reflected': float(value), 'inside': float(inside), 'psnr': float(ratio)}


write(
    'images',
    {
        'resized': [
            resized([28, 28], [299, 299], 1511),
            resized([32, 40], [75, 33], 53),
            resized([64, 50], [13, 29], 7),
            resized([9, 7], [9, 7], 1),
            resized([5, 6], [1, 2], 1),
        ],
        'similar': [similar(28, 28, 1, 42, 0.2), similar(32, 40, 3, 43, 0.5), similar(11, 13, 1, 44, 1.0)],
    },
    'pillow',
    'torchmetrics',
)
