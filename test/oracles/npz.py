"""Writes test/fixtures/io/npz.json: archives of NumPy (stored and deflated) as base64, with what they hold."""
import base64
import io
import json
from pathlib import Path

import numpy as np

rows = np.random.default_rng(1).normal(size=(7, 3))
arrays = {"mu": rows.mean(0), "sigma": np.cov(rows.T), "n": np.array(7)}


def packed(save):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return base64.b64encode(buffer.getvalue()).decode()


out = {
    "numpy": np.__version__,
    "stored": packed(np.savez),
    "deflated": packed(np.savez_compressed),
    "rows": rows.tolist(),
    "mu": arrays["mu"].tolist(),
    "sigma": arrays["sigma"].tolist(),
}
(Path(__file__).parent.parent / "fixtures" / "io" / "npz.json").write_text(json.dumps(out) + "\n")
