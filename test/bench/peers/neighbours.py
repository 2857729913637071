"""The k nearest of every query by NumPy in float64, for `npm run bench -- neighbours`: prints a JSON of places, distances and seconds.

    python neighbours.py CODES.npy QUERIES.npy K
"""
import json
import sys
import time

import numpy as np

codes, queries = (np.load(path) for path in sys.argv[1:3])
k = int(sys.argv[3])
queries = queries.astype('f8')
ROWS = 65536  # in float64 at a time


def distances(query, name):
    parts = []
    for start in range(0, len(codes), ROWS):
        rows = codes[start : start + ROWS].astype('f8')
        if name == 'l2':
            parts.append(np.sqrt(((rows - query) ** 2).sum(1)))
        else:
            parts.append(1 - rows @ query / (np.linalg.norm(rows, axis=1) * np.linalg.norm(query)))
    return np.concatenate(parts)


out = {}
for name in ['cosine', 'l2']:
    start = time.perf_counter()
    found = [distances(query, name) for query in queries]
    order = [np.argsort(each, kind='stable')[:k] for each in found]
    out[name] = {
        'places': np.concatenate(order).tolist(),
        'distances': np.concatenate([each[of] for each, of in zip(found, order)]).tolist(),
        'seconds': (time.perf_counter() - start) / len(queries),
    }
print(json.dumps(out))
