"""Makes test/fixtures/eval/svm.json: scikit-learn's LinearSVC, squared hinge, to tol 1e-10.

Run as metrics_kit.py says. Labels are the largest of 4 fixed mixtures of the first features, with noise, so that classes overlap.
"""
import warnings

import numpy as np
from sklearn.svm import LinearSVC

from metrics_kit import features, noise, write

warnings.simplefilter('error')
CLASSES = 4


def labels(x, seed):
    scores = x[:, :CLASSES].astype('f8') * np.array([1, 2, 3, 4]) + 0.3 * noise(len(x) * CLASSES, seed).reshape(-1, CLASSES)
    return scores.argmax(1)


def case(n, d, c, dual):
    x, y = features(n, d, 21), labels(features(n, d, 21), 22)
    svc = LinearSVC(loss='squared_hinge', dual=dual, C=c, tol=1e-10, max_iter=10_000_000).fit(x.astype('f8'), y)
    objective = []
    for k in range(CLASSES):
        w, b = svc.coef_[k], svc.intercept_[k]
        margin = np.maximum(0, 1 - np.where(y == k, 1, -1) * (x.astype('f8') @ w + b))
        objective.append((w @ w + b * b) / 2 + c * (margin**2).sum())
    predicted = svc.predict(features(2000, d, 23).astype('f8'))
    return {'n': n, 'd': d, 'C': c, 'objective': objective, 'predicted': ''.join(map(str, predicted))}


cases = [case(n, d, c, dual) for n, d, dual in [(120, 300, True), (500, 20, False)] for c in (0.01, 1, 100)]
write('svm', {'cases': cases}, 'scikit-learn')
