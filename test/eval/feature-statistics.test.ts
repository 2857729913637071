/** Statistics of features: any cut, order or batch size gives those of all rows, and closed forms hold. */
import { collectStatistics, covariance, type FeatureStatistics, featureStatistics, mergeStatistics } from '@alix/eval';
import { expect, test } from 'vitest';
import { features } from './support.js';

const d = 12;
const n = 1601;
// columns with means far above their spread, where careless sums lose digits
const { data } = features(n, d, 3, { shift: 1000 });
const whole = featureStatistics({ data, d });
const shard = (from: number, to: number) => featureStatistics({ data: data.subarray(from * d, to * d), d });

function expectClose(found: FeatureStatistics, wanted: FeatureStatistics): void {
  expect(found.n).toBe(wanted.n);
  for (let i = 0; i < d; i++) {
    expect(Math.abs(found.mean[i]! / wanted.mean[i]! - 1)).toBeLessThan(i % 3 === 0 ? 1e-9 : 1e-12);
    for (let j = 0; j < d; j++) {
      const scale = Math.sqrt(wanted.scatter[i * d + i]! * wanted.scatter[j * d + j]!);
      expect(Math.abs(found.scatter[i * d + j]! - wanted.scatter[i * d + j]!) / scale).toBeLessThan(1e-12);
    }
  }
}

test('the definition, with means and products in a loop', () => {
  const mean = Float64Array.from({ length: d }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[i * d + j]!;
    return sum / n;
  });
  const scatter = new Float64Array(d * d);
  for (let r = 0; r < n; r++)
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) scatter[i * d + j]! += (data[r * d + i]! - mean[i]!) * (data[r * d + j]! - mean[j]!);
  expectClose(whole, { n, d, mean, scatter });
});

test.each([1, 7, 64])('%i shards, in three orders', (shards) => {
  const cuts = Array.from({ length: shards + 1 }, (_, i) => Math.floor((i * n) / shards));
  const parts = Array.from({ length: shards }, (_, i) => shard(cuts[i]!, cuts[i + 1]!));
  const merged = mergeStatistics(parts);
  expectClose(merged, whole);
  expect(mergeStatistics(parts.toReversed())).toEqual(merged);
  expect(mergeStatistics(parts.toSorted((a, b) => a.mean[1]! - b.mean[1]!))).toEqual(merged);
});

test.each([1, 13, 64, 1000])('batches of %i rows change no bit', (size) => {
  const collector = collectStatistics(d);
  for (let i = 0; i < n; i += size) {
    collector.add(data.subarray(i * d, (i + size) * d));
    if (i === 3 * size) collector.statistics(); // looking does not disturb
  }
  expect(collector.statistics()).toEqual(whole);
});

test('permuted rows', () => {
  const rows = Array.from({ length: n }, (_, i) => (i * 577) % n);
  const permuted = Float32Array.from({ length: n * d }, (_, at) => data[rows[Math.floor(at / d)]! * d + (at % d)]!);
  expectClose(featureStatistics({ data: permuted, d }), whole);
});

test('equal rows have a scatter of exact zeros, in shards too', () => {
  const equal = new Float64Array(700).fill(0.1);
  const { scatter } = mergeStatistics([
    featureStatistics({ data: equal, d: 2 }),
    featureStatistics({ data: equal.subarray(0, 6), d: 2 }),
  ]);
  expect(Array.from(scatter)).toEqual([0, 0, 0, 0]);
});

test('covariance of {0,2}, ddof 1 and 0; of too few', () => {
  const two = featureStatistics({ data: Float64Array.of(0, 2), d: 1 });
  expect(covariance(two)).toEqual(Float64Array.of(2));
  expect(covariance(two, 0)).toEqual(Float64Array.of(1));
  expect(() => covariance(featureStatistics({ data: Float64Array.of(4), d: 1 }))).toThrow(/at least 2, found 1/);
});

test('what cannot be counted', () => {
  expect(() => featureStatistics({ data: Float64Array.of(1, 2, 3), d: 2 })).toThrow(/multiple of 2 numbers, found 3/);
  expect(() => featureStatistics({ data: Float64Array.of(1, 2, 3, Number.NaN), d: 2 })).toThrow(
    /NaN at row 1, feature 1/,
  );
  expect(() => mergeStatistics([whole, featureStatistics({ data: Float64Array.of(1), d: 1 })])).toThrow(
    /different extractors/,
  );
  expect(() => mergeStatistics([])).toThrow(/no statistics/);
});
