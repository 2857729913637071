/** The Inception Score's interval against leaving images out one by one. */
import { inceptionScore, inceptionScoreInterval } from '@alix/eval';
import { expect, test } from 'vitest';
import { noise, relative } from './support.js';

const outputs = (n: number, d: number, seed: number) => ({ data: noise(n * d, seed).map((value) => 5 * value), d });

test('of one split: what leaving images out one by one gives, around the score', () => {
  const [n, d] = [400, 6];
  const { data } = outputs(n, d, 1);
  const options = { input: 'logits', splits: 1 } as const;
  const interval = inceptionScoreInterval({ data, d }, options);
  const left = Array.from({ length: n }, (_, out) => {
    const rest = data.filter((_, at) => Math.floor(at / d) !== out);
    return inceptionScore({ data: rest, d }, options).mean;
  });
  const mean = left.reduce((sum, value) => sum + value, 0) / n;
  const known = Math.sqrt(((n - 1) / n) * left.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  expect(relative(interval.standardError, known)).toBeLessThan(0.02);
  expect((interval.low + interval.high) / 2).toBeCloseTo(inceptionScore({ data, d }, options).mean, 12);
});

test('of several splits in an order: the roots of their squares, around their mean', () => {
  const [n, d] = [250, 4];
  const all = outputs(n, d, 2);
  const order = Array.from({ length: n }, (_, i) => (i * 7) % n);
  const options = { input: 'logits', splits: 3, order } as const;
  const interval = inceptionScoreInterval(all, options);
  const parts = [0, 83, 166, 250].slice(1).map((to, s) => {
    const rows = order.slice([0, 83, 166][s], to);
    const data = Float64Array.from(rows.flatMap((i) => Array.from(all.data.subarray(i * d, (i + 1) * d))));
    return inceptionScoreInterval({ data, d }, { input: 'logits', splits: 1 });
  });
  const known = Math.sqrt(parts.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / 3;
  expect(relative(interval.standardError, known)).toBeLessThan(1e-12);
  expect((interval.low + interval.high) / 2).toBeCloseTo(inceptionScore(all, options).mean, 12);
});

test('probabilities of which some are zero, and images that are all alike', () => {
  const one = { data: Float64Array.from({ length: 90 }, (_, at) => (at % 3 === 0 ? 1 : 0)), d: 3 };
  expect(inceptionScoreInterval(one, { input: 'probabilities', splits: 1 })).toMatchObject({ low: 1, high: 1 });
  const two = { data: Float64Array.from({ length: 80 }, (_, at) => ((at >> 1) % 2 === at % 2 ? 1 : 0)), d: 2 };
  const { low, high } = inceptionScoreInterval(two, { input: 'probabilities', splits: 1 });
  expect(low).toBeCloseTo(2, 12);
  expect(high).toBeCloseTo(2, 12);
});

test('too few images in a split', () => {
  expect(() => inceptionScoreInterval(outputs(100, 4, 1), { input: 'logits' })).toThrow(/at least 20, found 10/);
});
