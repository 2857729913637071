"""Accuracies on codes by scikit-learn: a linear support vector machine for each penalty, and nearest neighbours.
The images are those of test/fixtures/learning.ts, the codes those of test/fixtures/tiny-bundle.ts."""
import numpy as np
from metrics_kit import uniform, write
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

SIZE, LATENT, CLASSES = 24, 3, 3


def images(n, seed, contrast=60):
    i = np.arange(n)
    labels = (i * 7 + (i >> 3)) % CLASSES
    bright = np.arange(SIZE)[None] % 9 // CLASSES == labels[:, None]
    return np.floor(160 * uniform(n * SIZE, seed).reshape(n, SIZE)) + contrast * bright, labels


def codes(pixels):
    row, column = np.arange(SIZE)[:, None], np.arange(LATENT)[None]
    return pixels / 255 @ np.float32(0.4 * np.sin(7 * row + 3 * column + 1)).astype(float) + 0.25


def main():
    (train, labels), (test, truth) = images(600, 1), images(300, 2)
    train, test = codes(train), codes(test)
    linear = {}
    for c in (1e-3, 1e-2, 0.1, 1, 10):
        machine = LinearSVC(C=c, loss='squared_hinge', dual=False, tol=1e-10, max_iter=100_000).fit(train, labels)
        linear[f'{c:g}'] = machine.score(test, truth)
    neighbours = {}
    for k in (1, 5):
        neighbours[f'{k}'] = KNeighborsClassifier(k, algorithm='brute').fit(train, labels).score(test, truth)
    majority = np.bincount(labels).argmax()
    result = {'linear': linear, 'neighbours': neighbours, 'majority': float((truth == majority).mean()), 'tolerance': 1 / 300}
    write('probe', result, 'scikit-learn')


main()
