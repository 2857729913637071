"""Makes test/fixtures/io/formats.json: small files written by numpy, safetensors and Pillow, with what they hold.

Run from the repository's root:  pip install numpy safetensors pillow && python3 test/oracles/io_formats.py
"""
import base64
import io
import json
import struct
import zlib

import numpy as np
import PIL
import safetensors
import safetensors.numpy
from PIL import Image

text = lambda raw: base64.b64encode(raw).decode()


def npy(array, **options):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return text(buffer.getvalue())


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, 'PNG', **options)
    return text(buffer.getvalue())


def raw_png(width, height, depth, colour, rows, interlace=0):
    """A PNG from its scan lines, for what Pillow does not write."""
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    head = struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, interlace)
    data = zlib.compress(b''.join(b'\0' + row for row in rows))
    return text(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', data) + chunk(b'IEND', b''))


rng = np.random.default_rng(1)
out = {'made with': f'numpy {np.__version__}, safetensors {safetensors.__version__}, pillow {PIL.__version__}'}

f4 = np.array([[1.5, -2.25, 3e-41], [np.inf, -0.0, 65504]], '<f4')
out['npy'] = {
    'f4': {'file': npy(f4), 'values': text(f4.tobytes()), 'shape': [2, 3], 'dtype': '<f4'},
    'f8': {'file': npy(np.array([np.pi, -1e300])), 'values': text(np.array([np.pi, -1e300]).tobytes()), 'shape': [2], 'dtype': '<f8'},
    'i4': {'file': npy(np.array([[[-7]]], '<i4')), 'values': text(np.array([-7], '<i4').tobytes()), 'shape': [1, 1, 1], 'dtype': '<i4'},
    'i8': {'file': npy(np.array([2**53 + 1, -1])), 'values': text(np.array([2**53 + 1, -1]).tobytes()), 'shape': [2], 'dtype': '<i8'},
    'u1': {'file': npy(np.arange(12, dtype='u1').reshape(2, 3, 2)), 'values': text(bytes(range(12))), 'shape': [2, 3, 2], 'dtype': '|u1'},
    'b1': {'file': npy(np.array([True, False])), 'values': text(b'\1\0'), 'shape': [2], 'dtype': '|b1'},
    'scalar': {'file': npy(np.array(2.5, '<f4')), 'values': text(np.array(2.5, '<f4').tobytes()), 'shape': [], 'dtype': '<f4'},
    'empty': {'file': npy(np.zeros((0, 4), '<f4')), 'values': '', 'shape': [0, 4], 'dtype': '<f4'},
    'version2': {'file': npy(f4, version=(2, 0)), 'values': text(f4.tobytes()), 'shape': [2, 3], 'dtype': '<f4'},
}
out['npy refused'] = {
    'column-major': npy(np.asfortranarray(f4)),
    'a type': npy(np.array([1], '>f4')),
    'another type': npy(np.array([1j])),
}

tensors = {
    'z.weight': np.arange(6, dtype='<f4').reshape(2, 3) / 7,
    'a.steps': np.array([-5, 2**31 - 1], '<i4'),
    'pixels': np.arange(5, dtype='u1'),
    'b.moment': np.array([1e-300]),
    'count': np.array([2**53 + 1]),
    'a.bias': np.zeros((0,), '<f4'),
    '10': np.array(0.5, '<f4'),
}
out['safetensors'] = {
    'file': text(safetensors.numpy.save(tensors, {'step': '12'})),
    'tensors': {name: {'values': text(array.tobytes()), 'shape': list(array.shape)} for name, array in tensors.items()},
}

grey = rng.integers(0, 256, (5, 7), 'u1')
rgb = rng.integers(0, 256, (4, 3, 3), 'u1')
rgba = rng.integers(0, 256, (3, 4, 4), 'u1')
deep = rng.integers(0, 65536, (3, 5), 'u2')
indexed = Image.fromarray(np.arange(16, dtype='u1').reshape(4, 4) % 5, 'P')
indexed.putpalette(rng.integers(0, 256, 15, 'u1').tobytes())
opaque = rgba.copy()
opaque[..., 3] = 255
bits = rng.integers(0, 2, (4, 9)).astype(bool)
clear = indexed.copy()
clear.info['transparency'] = 2
deep8 = np.round(deep / 257).astype('u1')
nibbles = rng.integers(0, 16, (2, 4), 'u1')
la = np.stack([grey, np.where(grey > 128, 255, grey)], -1).astype('u1')
out['png'] = [
    {'name': name, 'file': file, 'pixels': text(pixels.tobytes()), 'shape': list(pixels.shape)}
    for name, file, pixels in [
        ('8-bit grey', png(Image.fromarray(grey)), grey[..., None]),
        ('RGB', png(Image.fromarray(rgb)), rgb),
        ('RGBA', png(Image.fromarray(rgba)), rgba),
        ('RGBA, all opaque', png(Image.fromarray(opaque)), opaque[..., :3]),
        ('grey and alpha', png(Image.fromarray(la, 'LA')), np.concatenate([np.repeat(la[..., :1], 3, -1), la[..., 1:]], -1)),
        ('16-bit grey', png(Image.fromarray(deep)), deep8[..., None]),
        ('1-bit grey', png(Image.fromarray(bits)), (bits * 255).astype('u1')[..., None]),
        ('4-bit grey', raw_png(4, 2, 4, 0, [bytes([r[0] * 16 + r[1], r[2] * 16 + r[3]]) for r in nibbles]), (nibbles * 17)[..., None]),
        ('palette', png(indexed), np.array(indexed.convert('RGB'))),
        ('palette with a clear colour', png(clear, transparency=2), np.array(clear.convert('RGBA'))),
    ]
]
passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
for height, width in [(5, 7), (9, 17), (1, 3)]:
    wide = rng.integers(0, 256, (height, width), 'u1')
    rows = [row.tobytes() for x, y, dx, dy in passes for row in wide[y::dy, x::dx] if row.size]
    file = raw_png(width, height, 8, 0, rows, 1)
    assert (np.array(Image.open(io.BytesIO(base64.b64decode(file)))) == wide).all()
    out['png'].append({'name': f'interlaced {width}x{height}', 'file': file, 'pixels': text(wide.tobytes()), 'shape': [height, width, 1]})
frames = [Image.fromarray(np.full((4, 4), v, 'u1')) for v in (0, 200)]
out['animated png'] = png(frames[0], save_all=True, append_images=frames[1:])

with open('test/fixtures/io/formats.json', 'w') as file:
    json.dump(out, file, indent=1)
    file.write('\n')
