"""Makes test/fixtures/io/resize.json: an image scaled by Pillow's antialiased bilinear filter, in float32 without rounding.

Run from the repository's root:  pip install numpy pillow && python3 test/oracles/resize.py
"""
import json

import numpy as np
import PIL
from PIL import Image

height, width = 11, 17
pixels = np.random.default_rng(1).integers(0, 256, (height, width), 'u1')
# extremes side by side: an overshoot would show
pixels[:3, :3] = [[0, 255, 0], [255, 0, 255], [0, 255, 255]]


def resized(h, w):
    image = Image.fromarray(pixels.astype('f4'))
    return np.asarray(image.resize((w, h), Image.Resampling.BILINEAR))


step = lambda h, w: 1 if h * w < 200 else 7 if h * w < 1000 else 37
sizes = [(11, 17), (5, 5), (1, 1), (22, 34), (30, 9), (10, 16), (64, 64)]
out = {
    'made with': f'pillow {PIL.__version__}',
    'height': height,
    'width': width,
    'pixels': pixels.ravel().tolist(),
    'resized': [
        # of the larger ones a part
        {'height': h, 'width': w, 'step': step(h, w), 'values': [round(float(v), 3) for v in resized(h, w).ravel()[:: step(h, w)]]}
        for h, w in sizes
    ],
}
with open('test/fixtures/io/resize.json', 'w') as file:
    json.dump(out, file)
    file.write('\n')
