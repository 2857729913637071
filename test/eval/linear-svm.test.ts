/** Support vector machines against scikit-learn's LinearSVC. */
import { classify, type Features, svmProblem, trainLinearSvm } from '@alix/eval';
import { expect, test } from 'vitest';
import { features, noise, oracle, relative } from './support.js';

const { cases } = oracle<{ cases: { n: number; d: number; C: number; objective: number[]; predicted: string }[] }>(
  'svm',
);

function labels({ data, d }: Features, seed: number): number[] {
  const n = data.length / d;
  const e = noise(4 * n, seed);
  return Array.from({ length: n }, (_, i) => {
    const scores = [0, 1, 2, 3].map((k) => data[i * d + k]! * (k + 1) + 0.3 * e[4 * i + k]!);
    return scores.indexOf(Math.max(...scores));
  });
}

test.each(cases)(
  '$n samples of $d features, C = $C: objective and predictions',
  ({ n, d, C, objective, predicted }) => {
    const x = features(n, d, 21);
    const svm = trainLinearSvm(svmProblem(x, labels(x, 22), 4), C);
    objective.forEach((known, k) => {
      expect(relative(svm.objective[k]!, known)).toBeLessThan(1e-6);
      // no higher than the reference's, which stops near the minimum
      expect(svm.objective[k]!).toBeLessThan(known * (1 + 1e-12));
    });
    const found = classify(svm, features(2000, d, 23));
    const equal = Array.from(predicted).filter((label, i) => Number(label) === found[i]).length;
    expect(equal).toBeGreaterThanOrEqual(1998);
  },
);

test('the minimum of two samples of one feature, by hand', () => {
  // x = ±1 with labels 1 and 0: by symmetry b = 0, and w minimises w²/2 + 2C(1-w)²
  const svm = trainLinearSvm(svmProblem({ data: Float64Array.of(1, -1), d: 1 }, [1, 0], 2), 0.5);
  expect(svm.weights[1]).toBeCloseTo(2 / 3, 14);
  expect(svm.bias[1]).toBeCloseTo(0, 14);
  expect(svm.objective[1]).toBeCloseTo(1 / 3, 14);
});

test('what cannot be trained', () => {
  const x = { data: noise(12, 1), d: 3 };
  expect(() => svmProblem(x, [0, 1, 0], 2)).toThrow(/expected 4, found 3/);
  expect(() => svmProblem(x, [0, 1, 0, 2], 2)).toThrow(/expected 0..1, found 2/);
  expect(() => svmProblem(x, [0, 1, 0, 1], 3)).toThrow(/no training sample of class 2/);
  expect(() => svmProblem({ data: new Float64Array(12).fill(1), d: 3 }, [0, 1, 0, 1], 2)).toThrow(/equal/);
  expect(() => trainLinearSvm(svmProblem(x, [0, 1, 0, 1], 2), 0)).toThrow(/C is a number above 0/);
  const svm = trainLinearSvm(svmProblem(x, [0, 1, 0, 1], 2), 1);
  expect(() => classify(svm, { data: noise(4, 1), d: 2 })).toThrow(/expected 3, found 2/);
});
