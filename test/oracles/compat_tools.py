"""Makes test/fixtures/eval/compat.json: what torch-fidelity, torchmetrics, clean-fid, prdc and improved-gan's formula give for the same
features and images, with their own defaults, seeds and random numbers.

Run as metrics_kit.py says, with clean-fid installed too. Features are float64 here but where it says float32, as torch-fidelity,
torchmetrics and clean-fid compute in the precision of what they get.
"""
import contextlib
import inspect
import io

import numpy as np
import torch
from cleanfid.fid import fid_from_feats, kernel_distance
from cleanfid.resize import build_resizer
from PIL import Image
from prdc import compute_prdc
from torch_fidelity.defaults import DEFAULTS
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric
from torchmetrics import MeanSquaredError
from torchmetrics.image import PeakSignalNoiseRatio, StructuralSimilarityIndexMeasure
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from metrics_kit import features, uniform, write

# of the tools that have no seed of their own
SEED = 7
# all tools have 100; four are as telling
SUBSETS = 4

real = features(1100, 8, 51).astype('f8')
fake = features(1050, 8, 52, shift=0.1).astype('f8')
logits = 4 * features(137, 7, 11).astype('f8')


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


def digest(order):
    """Which order it is: the sum of i·order[i], exact."""
    return int(np.arange(len(order)) @ np.asarray(order, dtype='i8'))


def random_numbers():
    numpy_state = np.random.RandomState(2020)
    first = numpy_state.permutation(12).tolist()
    chosen = numpy_state.choice(1000, 9, replace=False).tolist()
    torch.manual_seed(SEED)
    return {
        'numpy': {'permutation(12)': first, 'then choice(1000, 9)': chosen, 'then permutation(5000)': digest(numpy_state.permutation(5000))},
        'torch': {'randperm(12)': torch.randperm(12).tolist(), 'then randperm(5000)': digest(torch.randperm(5000).numpy())},
    }


def torch_fidelity():
    x, y = tensors(real, fake)
    distance = fid_statistics_to_metric(fid_features_to_statistics(y), fid_features_to_statistics(x), False)
    quiet = {'kid_subsets': SUBSETS, 'verbose': False}
    return {
        'is': list(isc_features_to_metric(torch.from_numpy(logits)).values()),
        'fd': distance['frechet_inception_distance'],
        'kid': list(kid_features_to_metric(y, x, **quiet).values()),
        'kid of float32': list(kid_features_to_metric(y.float(), x.float(), **quiet).values()),
        'prdc': prc_features_to_metric(y, x, verbose=False),
        'defaults': {key: value for key, value in DEFAULTS.items() if key.startswith(('isc_', 'kid_', 'prc_n', 'rng', 'samples_shuffle'))},
    }


class Features(torch.nn.Module):
    """What is 'extracted' is what comes in."""

    num_features = 8

    def forward(self, x):
        return x


def torchmetrics():
    x, y = tensors(real, fake)
    score = InceptionScore(Features()).set_dtype(torch.float64)
    score.update(torch.from_numpy(logits))
    torch.manual_seed(SEED)
    scores = [float(v) for v in score.compute()]
    distances = FrechetInceptionDistance(Features()), KernelInceptionDistance(Features(), subsets=SUBSETS)
    for metric in distances:
        metric.set_dtype(torch.float64)
        metric.update(x, real=True)
        metric.update(y, real=False)
    torch.manual_seed(SEED)
    kid = [float(v) for v in distances[1].compute()]
    a, b = images()
    on_images = {
        'ssim': StructuralSimilarityIndexMeasure(data_range=1.0),
        'psnr': PeakSignalNoiseRatio(data_range=1.0),
        'mse': MeanSquaredError(),
        'rmse': MeanSquaredError(squared=False),
    }
    values = {name: float(metric.set_dtype(torch.float64)(b, a)) for name, metric in on_images.items()}
    defaults = {
        **{f'is {key}': value for key, value in numbers(InceptionScore).items()},
        **{f'kid {key}': value for key, value in numbers(KernelInceptionDistance).items()},
    }
    return {'is': scores, 'fd': float(distances[0].compute()), 'kid': kid, **values, 'defaults': defaults}


def numbers(function):
    """Arguments whose default is a number."""
    return {
        key: value.default
        for key, value in inspect.signature(function).parameters.items()
        if isinstance(value.default, (int, float)) and key not in ('feature', 'reset_real_features')
    }


def images():
    """Three pairs [3,1,16,20] in [0,1], the noise of different strength."""
    i, j, k = np.meshgrid(np.arange(16), np.arange(20), np.arange(3), indexing='ij')
    x = (0.5 + 0.4 * np.sin(0.3 * i + 0.2 * j + k)).transpose(2, 0, 1)
    noise = uniform(3 * 16 * 20, 53).reshape(3, 16, 20) - 0.5
    y = x + noise * np.array([0.1, 0.3, 0.6])[:, None, None]
    return tensors(x[:, None].copy(), y[:, None].copy())


def clean_fid():
    np.random.seed(SEED)
    kid = kernel_distance(real, fake, num_subsets=SUBSETS)
    np.random.seed(SEED)
    small = kernel_distance(real[:60], fake[:40], num_subsets=SUBSETS)
    return {'fd': float(fid_from_feats(real, fake)), 'kid': kid, 'kid of 60 and 40': small, 'defaults': numbers(kernel_distance)}


def of_prdc():
    with contextlib.redirect_stdout(io.StringIO()):
        return {key: float(value) for key, value in compute_prdc(real, fake, nearest_k=5).items()}


def improved_gan(splits=10):
    """inception_score/model.py's sum over splits, of float64 probabilities."""
    p = torch.from_numpy(logits).softmax(1).numpy()
    scores = []
    for i in range(splits):
        part = p[i * len(p) // splits : (i + 1) * len(p) // splits]
        divergence = part * (np.log(part) - np.log(part.mean(0, keepdims=True)))
        scores.append(np.exp(divergence.sum(1).mean()))
    return [float(np.mean(scores)), float(np.std(scores))]


def pixels(h, w):
    """As metrics_images.py has them: extremes side by side in a corner."""
    x = np.floor(256 * uniform(h * w, 41)).reshape(h, w)
    x[:3, :3] = [[0, 255, 0], [255, 0, 255], [0, 255, 255]]
    return x


def resized(size, to, step):
    plane = pixels(*size)
    x = torch.from_numpy(plane.astype('f4'))[None, None]
    interpolate = torch.nn.functional.interpolate
    found = {
        'bilinear-tf1': interpolate_bilinear_2d_like_tensorflow1x(x, size=to, align_corners=False),
        'bilinear': interpolate(x, size=to, mode='bilinear', align_corners=False),
        'bilinear-antialiased': interpolate(x, size=to, mode='bilinear', align_corners=False, antialias=True),
        'Pillow': torch.from_numpy(np.array(Image.fromarray(plane.astype('f4')).resize(to[::-1], Image.Resampling.BILINEAR))),
    }
    if to == [299, 299]:
        found['bicubic-clipped'] = torch.from_numpy(build_resizer('clean')(np.repeat(plane[..., None], 3, axis=2))[..., 0].copy())
    # whichever of the pixels; the fixture stays small
    return {'from': size, 'to': to, 'step': step, **{name: [round(float(v), 4) for v in out.ravel()[::step]] for name, out in found.items()}}


write(
    'compat',
    {
        'seed': SEED,
        'subsets': SUBSETS,
        'random': random_numbers(),
        'torch-fidelity': torch_fidelity(),
        'torchmetrics': torchmetrics(),
        'clean-fid': clean_fid(),
        'prdc': of_prdc(),
        'improved-gan': improved_gan(),
        'resized': [
            resized([28, 28], [299, 299], 1511),
            resized([32, 40], [75, 33], 53),
            resized([64, 50], [13, 29], 7),
            resized([9, 7], [9, 7], 2),
            resized([5, 6], [1, 2], 1),
        ],
    },
    'torch',
    'torch-fidelity',
    'torchmetrics',
    'clean-fid',
    'prdc',
    'pillow',
)
