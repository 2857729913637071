/** Intervals where they are known: Student's quantiles, the jackknife of a mean, resampled means. */
import {
  bootstrap,
  distanceAtInfinity,
  type FeatureStatistics,
  featureDistance,
  featureStatistics,
  jackknife,
  kernelDistanceOfAll,
  meanInterval,
  shareInterval,
} from '@alix/eval';
import { studentQuantile } from '@alix/eval/intervals';
import { squaredDiscrepancy } from '@alix/eval/kid';
import { createRandom } from '@alix/infer/io/random';
import { expect, test } from 'vitest';
import { features, noise, relative } from './support.js';

test.each([
  // scipy.stats.t.ppf(p, df)
  [0.975, 1, 12.706204736432095],
  [0.975, 2, 4.302652729911275],
  [0.975, 9, 2.2621571628540993],
  [0.95, 19, 1.729132811521367],
  [0.975, 1000, 1.9623390808264078],
])("Student's quantile of %d, %i degrees", (p, freedom, known) => {
  expect(relative(studentQuantile(p, freedom), known)).toBeLessThan(1e-10);
  expect(relative(studentQuantile(1 - p, freedom), -known)).toBeLessThan(1e-10);
});

test('the jackknife of a mean is the interval of the mean', () => {
  const values = noise(40, 31);
  const sum = values.reduce((a, b) => a + b);
  const left = values.map((value) => (sum - value) / 39);
  const [a, b] = [meanInterval(values), jackknife(sum / 40, left)];
  expect(a.low).toBeCloseTo(b.low, 12);
  expect(a.high).toBeCloseTo(b.high, 12);
  const variance = values.reduce((s, v) => s + (v - sum / 40) ** 2, 0) / 39;
  expect(a.standardError).toBeCloseTo(Math.sqrt(variance / 40), 14);
});

test('the bootstrap of a mean: its standard error, and the same for one seed', () => {
  const values = noise(200, 32);
  const mean = (indices: Uint32Array) => indices.reduce((s, i) => s + values[i]!, 0) / indices.length;
  const run = () => bootstrap(200, mean, createRandom('b'), { resamples: 2000 });
  const [found, known] = [run(), meanInterval(values)];
  expect(run()).toEqual(found);
  expect(relative(found.standardError, known.standardError)).toBeLessThan(0.06);
  expect(Math.abs(found.low - known.low)).toBeLessThan(0.3 * known.standardError);
  expect(Math.abs(found.high - known.high)).toBeLessThan(0.3 * known.standardError);
});

test('the kernel distance of all rows is the estimate from all pairs', async () => {
  const [real, fake] = [features(130, 8, 33), features(130, 8, 34, { shift: 0.2 })];
  const { value, interval } = await kernelDistanceOfAll(real, fake);
  const kernel = { degree: 3, gamma: 1 / 8, constant: 1 };
  expect(relative(value, await squaredDiscrepancy(real, fake, kernel))).toBeLessThan(1e-11);
  expect(interval.low).toBeLessThan(value);
  await expect(kernelDistanceOfAll(real, features(30, 8, 34))).rejects.toThrow(/at least 40, found 30/);
});

/** Statistics of the standard normal distribution itself. */
const truth = (d: number): FeatureStatistics => ({
  n: 1_000_001,
  d,
  mean: new Float64Array(d),
  scatter: Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1e6 : 0)),
});

test('the distance at infinity of samples of the same distribution is near 0, far below that of the samples', async () => {
  const [d, n] = [16, 4000];
  const fake = { data: createRandom('infinity').normal(n * d), d };
  const { value, slope, points } = await distanceAtInfinity(truth(d), fake, { random: createRandom(1) });
  expect(points.map((point) => point.n)).toEqual(
    Array.from({ length: 15 }, (_, i) => Math.floor(400 + (3600 * i) / 14)),
  );
  const whole = points.at(-1)!.value;
  expect(relative(whole, featureDistance(truth(d), featureStatistics(fake)).value)).toBeLessThan(1e-10);
  expect(slope).toBeGreaterThan(0);
  expect(Math.abs(value)).toBeLessThan(whole / 5);
});

test('what has no interval', async () => {
  expect(() => meanInterval([1])).toThrow(/at least 2, found 1/);
  expect(() => jackknife(1, [1, 2, 3])).toThrow(/at least 10, found 3/);
  expect(() => meanInterval([1, Number.NaN])).toThrow(/no numbers/);
  expect(() => meanInterval([1, 2], 95)).toThrow(/between 0 and 1/);
  const few = features(60, 16, 35);
  await expect(distanceAtInfinity(truth(16), few, { random: createRandom(1) })).rejects.toThrow(
    /at least 64, found 60/,
  );
});

test.each([
  // Newcombe 1998, Statistics in Medicine 17, table I, method 3
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('the interval of a share of %i in %i', (yes, n, low, high) => {
  const interval = shareInterval(yes, n);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
  const other = shareInterval(n - yes, n);
  expect(other.high).toBeCloseTo(1 - interval.low, 12);
});
