/** Inception Scores against torch-fidelity, torchmetrics and numpy, and its bounds. */
import { inceptionScore } from '@alix/eval';
import { expect, test } from 'vitest';
import { features, oracle, relative, uniform } from './support.js';

const { inception } = oracle<{
  inception: {
    'torch-fidelity': [number, number];
    torchmetrics: { order: number[]; 'mean and std': [number, number] };
    xlogy: [number, number];
  };
}>('samples');
const logits = features(137, 7, 11);
logits.data.forEach((value, at) => {
  logits.data[at] = 4 * value;
});

test('logits, 137 images in 10 splits: torch-fidelity', () => {
  const { mean, std, n, splits } = inceptionScore(logits, { input: 'logits' });
  expect([n, splits]).toEqual([137, 10]);
  expect(relative(mean, inception['torch-fidelity'][0])).toBeLessThan(1e-10);
  expect(relative(std, inception['torch-fidelity'][1])).toBeLessThan(1e-10);
});

test('chunks, ddof 1 and a given order: torchmetrics', () => {
  const { order, 'mean and std': known } = inception.torchmetrics;
  const { mean, std } = inceptionScore(logits, { input: 'logits', order, cut: 'chunk', ddof: 1 });
  expect(relative(mean, known[0])).toBeLessThan(1e-10);
  expect(relative(std, known[1])).toBeLessThan(1e-10);
});

test('11 images cut in chunks for 10 splits are 6', () => {
  const data = logits.data.subarray(0, 77);
  expect(inceptionScore({ data, d: 7 }, { input: 'logits', cut: 'chunk' }).splits).toBe(6);
});

test('probabilities with zeros: numpy', () => {
  const data = uniform(137 * 7, 12).map((u) => Math.max(0, u - 0.3));
  for (let i = 0; i < 137; i++) {
    const row = data.subarray(7 * i, 7 * i + 7);
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((value, j) => {
      row[j] = value / sum;
    });
  }
  const { mean, std } = inceptionScore({ data, d: 7 }, { input: 'probabilities' });
  expect(relative(mean, inception.xlogy[0])).toBeLessThan(1e-10);
  expect(relative(std, inception.xlogy[1])).toBeLessThan(1e-10);
});

test('from 1, where all images get one answer, to C, where each class is named with certainty', () => {
  const certain = Float64Array.from({ length: 40 * 4 }, (_, at) => (Math.floor(at / 4) % 4 === at % 4 ? 1 : 0));
  expect(inceptionScore({ data: certain, d: 4 }, { input: 'probabilities' }).mean).toBeCloseTo(4, 12);
  expect(inceptionScore({ data: certain.map((p) => 1e4 * p), d: 4 }, { input: 'logits' }).mean).toBeCloseTo(4, 12);
  const same = new Float64Array(40 * 4).fill(0.25);
  expect(inceptionScore({ data: same, d: 4 }, { input: 'probabilities' }).mean).toBe(1);
});

test('images sorted by class are noticed, shuffled ones are not', () => {
  const n = 400;
  const data = new Float64Array(n * 4);
  for (let i = 0; i < n; i++) data[4 * i + Math.floor((4 * i) / n)] = 1;
  const order = Array.from({ length: n }, (_, i) => (i * 157) % n);
  expect(inceptionScore({ data, d: 4 }, { input: 'probabilities' }).sorted).toBe(true);
  expect(inceptionScore({ data, d: 4 }, { input: 'probabilities', order }).sorted).toBe(false);
});

test('what has no score', () => {
  const score = (data: Float64Array, input: 'logits' | 'probabilities', splits = 1) =>
    inceptionScore({ data, d: 2 }, { input, splits });
  expect(() => score(Float64Array.of(0.5, 0.5, 1, 0), 'probabilities', 3)).toThrow(/at least 3, found 2/);
  expect(() => score(Float64Array.of(3, -1), 'probabilities')).toThrow(/row 0 is no distribution.*logits/);
  expect(() => score(Float64Array.of(0.5, 0.6), 'probabilities')).toThrow(/row 0 is no distribution/);
  expect(() => score(Float64Array.of(0.5, Number.POSITIVE_INFINITY), 'logits')).toThrow(/Infinity at row 0, feature 1/);
});
