"""What numpy makes of float32 numbers in float16, for test/export/precision/float16.test.ts.

usage: python float16.py > test/fixtures/float16.json
Pairs of bits [float32, float16]: the edges of every region, neighbours of ties, and random patterns of which many are
subnormal in float16, or overflow.
"""
import json
import numpy as np

rng = np.random.default_rng(7)
edges = [0.0, -0.0, 1.0, -1.0, 65504.0, 65519.996, 65520.0, 65536.0, 1e30, np.inf, -np.inf, 2.0**-14, 2.0**-24, 2.0**-25, 2.0**-26, 1e-40, 0.1, 1 / 3, 2049.0, 2051.0]
ties = (rng.integers(1, 0x7BFF, 60).astype(np.uint16)).view(np.float16).astype(np.float64)
steps = (ties + np.nextafter(ties.astype(np.float16), np.float16(np.inf)).astype(np.float64)) / 2
exact = np.concatenate([np.float32(edges), np.float32(steps)])
near = np.concatenate([np.nextafter(np.float32(steps), np.float32(0)), np.nextafter(np.float32(steps), np.float32(np.inf))])
small = np.float32(rng.choice([-1, 1], 80) * 2.0 ** rng.uniform(-27, -13, 80))
whole = np.float32(rng.choice([-1, 1], 80) * 2.0 ** rng.uniform(-14, 17, 80))
values = np.concatenate([exact, near, small, whole]).astype(np.float32)
with np.errstate(over="ignore"):
    halves = values.astype(np.float16)
print(json.dumps(np.stack([values.view(np.uint32), halves.view(np.uint16)], 1).astype(np.int64).tolist(), separators=(",", ":")))
