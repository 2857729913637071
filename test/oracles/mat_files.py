"""Makes test/fixtures/io/mat.json: MAT-files in the layout of SVHN's cropped digits, written by scipy, and what scipy reads from them.

Run from the repository's root:  pip install numpy scipy && python3 test/oracles/mat_files.py
"""
import base64
import gzip
import io
import json
import struct

import numpy as np
import scipy
from scipy.io import loadmat, savemat, whosmat

# X as SVHN has it: uint8 [height,width,channel,image], column-major in the file
y, x, c, n = np.indices((32, 32, 3, 4))
X = (3 * y + 5 * x + 70 * c + 11 * n + (y * x) % 7).astype('u1')
Y = np.array([[1], [10], [9], [5]], 'u1')


def written(content, **options):
    file = io.BytesIO()
    savemat(file, content, **options)
    return file.getvalue()


def big_endian():
    """scipy writes the machine's own order alone."""
    def part(type, data):
        return struct.pack('>II', type, len(data)) + data + bytes(-len(data) % 8)

    def array(name, kind, stored, values):
        body = part(6, struct.pack('>II', kind, 0)) + part(5, struct.pack(f'>{values.ndim}i', *values.shape))
        # a name of up to four letters stands in its own tag
        body += struct.pack('>HH', len(name), 1) + name.encode().ljust(4, b'\0') + part(stored, values.tobytes('F'))
        return part(14, body)

    head = b'MATLAB 5.0 MAT-file, big-endian'.ljust(124) + struct.pack('>H', 0x100) + b'MI'
    return head + array('X', 9, 2, X[..., :2]) + array('y', 6, 4, Y[:2].astype('>u2'))


NUMERIC = {'double', 'single', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'}


def entry(raw):
    read = loadmat(io.BytesIO(raw))
    variables = {}
    for name, shape, kind in whosmat(io.BytesIO(raw)):
        # of the long ones a part
        values = read[name].ravel('F')[:: max(1, read[name].size // 50)] if kind in NUMERIC and read[name].dtype.kind in 'uif' else None
        variables[name] = {'shape': list(shape), 'type': kind, 'values': None if values is None else values.tolist()}
    return {'gzip': base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode(), 'variables': variables}


svhn = {'X': X, 'y': Y}
others = {
    'word': 'text', 'cell': np.array([[1, 'a']], object), 'struct': {'a': 1}, 'sparse': scipy.sparse.csc_matrix(np.eye(3)),
    'complex': np.array([[1j]]), 'empty': np.zeros((0, 3)), 'single': np.array([[1.5, -2]], 'f4'), 'int16': np.array([[-300, 7]], 'i2'),
    'a_name_that_is_rather_long': np.arange(6.0).reshape(2, 3),
}
out = {
    'made with': f'scipy {scipy.__version__}',
    'files': {
        'plain': entry(written(svhn)),
        'compressed': entry(written(svhn, do_compression=True)),
        'labels as doubles': entry(written({**svhn, 'y': Y.astype('f8')}, do_compression=True)),
        'big-endian': entry(big_endian()),
        'others': entry(written(others)),
        'others, compressed': entry(written(others, do_compression=True)),
    },
    'refused': {
        'version 4': base64.b64encode(written({'y': Y}, format='4')).decode(),
    },
}
with open('test/fixtures/io/mat.json', 'w') as file:
    file.write(json.dumps(out).replace('}}, ', '}},\n') + '\n')
