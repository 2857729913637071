"""What the scripts metrics_*.py share: numbers that test/eval/support.ts makes too, to the bit, and where results go.

The scripts want a virtual environment:
  python3 -m venv .venv && .venv/bin/pip install 'scipy<=1.17' numpy torch torchvision torch-fidelity torchmetrics prdc scikit-learn pillow
  .venv/bin/python test/oracles/metrics_fid.py        (from the repository's root; likewise the others)
"""
import importlib.metadata
import json
import pathlib

import numpy as np


def uniform(n, seed):
    """n multiples of 2^-32 in [0,1): MurmurHash3's finaliser of the numbers 0..n-1 and the seed."""
    with np.errstate(over='ignore'):
        h = np.arange(n, dtype='u4') * np.uint32(0x9E3779B1) + np.uint32(seed) * np.uint32(0x85EBCA77)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return (h ^ (h >> np.uint32(16))) / 2.0**32


def noise(n, seed):
    """Sums of four uniforms less 2: variance 1/3."""
    return uniform(4 * n, seed).reshape(n, 4) @ np.ones(4) - 2


def features(n, d, seed, shift=0.0, scale=1.0, dead=0):
    """Rows with correlated columns of different spread, float32; the last `dead` columns are constant."""
    base = noise(n * d, seed).reshape(n, d)
    j = np.arange(d)
    x = scale * (base + 0.5 * np.roll(base, -1, axis=1)) / (1 + j % 7) + shift * (j % 3)
    x[:, d - dead :] = 0.25
    return x.astype('f4')


def write(name, result, *packages):
    made = ', '.join(f'{p} {importlib.metadata.version(p)}' for p in ('numpy', *packages))
    path = pathlib.Path('test/fixtures/eval') / f'{name}.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({'made with': made, **result}, indent=1) + '\n')
