"""A graph through Python's ONNX Runtime and torchmetrics' FID with it as the feature network; what alix's extractor and distance are held to.

    python test/oracles/metrics_end_to_end.py > test/fixtures/eval/end-to-end.json

Images are made by the formula that test/eval/end-to-end.test.ts has too; the graph is the encoder of the shipped model strokes-dali.
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torchmetrics
from torchmetrics.image.fid import FrechetInceptionDistance

N, SIDE = 300, 28
graph = Path(__file__).parents[2] / "cli/models/strokes-dali/encoder.onnx"
session = onnxruntime.InferenceSession(graph.read_bytes(), providers=["CPUExecutionProvider"])


def images(kind: int) -> np.ndarray:
    """A bright ring on a darker slope, its place and radius by the image's number: uint8 [N,28,28,1]."""
    i, y, x = np.ogrid[:N, :SIDE, :SIDE]
    centre = (9 + (i * 7) % 11, 9 + (i * 5) % (9 + kind))
    distance = (y - centre[0]) ** 2 + (x - centre[1]) ** 2
    radius = 20 + (i * 13) % (60 + 20 * kind)
    slope = (x * (i % 5) + y * (i % 3)) % 64
    return np.where(np.abs(distance - radius) < 18, 230 - (i % 40), slope).astype(np.uint8)[..., None]


class Network(torch.nn.Module):
    num_features = session.get_outputs()[0].shape[1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(session.run(["mean"], {"image": x.permute(0, 2, 3, 1).numpy()})[0]).double()


metric = FrechetInceptionDistance(feature=Network(), input_img_size=(1, SIDE, SIDE)).set_dtype(torch.float64)
for kind in (0, 1):
    for batch in np.array_split(images(kind), 5):
        metric.update(torch.from_numpy(batch).permute(0, 3, 1, 2), real=kind == 0)
print(
    json.dumps(
        {
            "made_by": f"torchmetrics {torchmetrics.__version__}, onnxruntime {onnxruntime.__version__}",
            "graph": hashlib.sha256(graph.read_bytes()).hexdigest(),
            "n": N,
            "sums": [int(images(kind).astype(np.int64).sum()) for kind in (0, 1)],
            "distance": float(metric.compute()),
            "relative_tolerance": 1e-4,
        },
        indent=2,
    )
)
