/** Intervals of Fréchet distances against closed forms, leaving rows out one by one, and the polar factor under them. */
import {
  covariance,
  type Features,
  featureDistance,
  featureDistanceInterval,
  featureStatistics,
  frechetDistance,
  jackknifedDistance,
} from '@alix/eval';
import { symmetricEigenvalues } from '@alix/eval/linear/eigenvalues';
import { polarFactor } from '@alix/eval/linear/polar';
import { finish } from '@alix/eval/linear/steps';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, test } from 'vitest';
import { features, noise, relative } from './support.js';

const measured = (sample: Features) => ({ statistics: featureStatistics(sample), sample });
const intervalOf = (real: Features, fake: Features, options = {}) => {
  const [a, b] = [measured(real), measured(fake)];
  return featureDistanceInterval(featureDistance(a.statistics, b.statistics), a, b, options);
};

/** The standard error by leaving each row of each set out in turn. */
function leavingOneOut(real: Features, fake: Features): number {
  const sets = [real, fake];
  const squared = sets.map(({ data, d }, s) => {
    const n = data.length / d;
    const values = Array.from({ length: n }, (_, out) => {
      const left = { data: data.filter((_, at) => Math.floor(at / d) !== out), d };
      const [a, b] = sets.map((of, i) => featureStatistics(i === s ? left : of));
      return featureDistance(a!, b!).value;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    return ((n - 1) / n) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  });
  return Math.sqrt(squared[0]! + squared[1]!);
}

describe('by the delta method', () => {
  test('of one feature: the distance is (m1 - m2)² + (s1 - s2)²', async () => {
    const sets = [noise(300, 1), noise(200, 2).map((value) => 1.7 * value + 0.4)] as const;
    const [m1, m2] = sets.map((x) => x.reduce((sum, value) => sum + value, 0) / x.length) as [number, number];
    const spread = (x: Float64Array, m: number) => x.reduce((sum, value) => sum + (value - m) ** 2, 0) / (x.length - 1);
    const [s1, s2] = [Math.sqrt(spread(sets[0], m1)), Math.sqrt(spread(sets[1], m2))];
    const moved = (x: Float64Array, m: number, away: number, ratio: number) => {
      const values = x.map((value) => 2 * away * (value - m) + (1 - ratio) * (value - m) ** 2);
      return spread(values, values.reduce((sum, value) => sum + value, 0) / x.length) / x.length;
    };
    const known = Math.sqrt(moved(sets[0], m1, m1 - m2, s2 / s1) + moved(sets[1], m2, m2 - m1, s1 / s2));
    const { interval, reason, rows } = await intervalOf({ data: sets[0], d: 1 }, { data: sets[1], d: 1 });
    expect(relative(interval!.standardError, known)).toBeLessThan(1e-9);
    expect((interval!.low + interval!.high) / 2).toBeCloseTo((m1 - m2) ** 2 + (s1 - s2) ** 2, 12);
    expect({ reason, rows }).toEqual({ reason: undefined, rows: { real: 300, fake: 200 } });
  });

  test.each([
    ['of correlated features', 0, 0],
    ['some constant in both sets, some in one', 1, 2],
  ])('%s: what leaving rows out one by one gives', async (_, dead, more) => {
    const [real, fake] = [features(300, 6, 1, { dead }), features(260, 6, 2, { shift: 0.3, scale: 1.4, dead: more })];
    const { interval } = await intervalOf(real, fake);
    expect(relative(interval!.standardError, leavingOneOut(real, fake))).toBeLessThan(0.02);
  });

  test('from a part of the rows: near that from all', async () => {
    const [real, fake] = [features(4000, 12, 1), features(4000, 12, 2, { shift: 0.2, scale: 1.2 })];
    const [all, some] = [await intervalOf(real, fake, { rows: 4000 }), await intervalOf(real, fake, { rows: 1000 })];
    expect(some.rows).toEqual({ real: 1000, fake: 1000 });
    expect(relative(some.interval!.standardError, all.interval!.standardError)).toBeLessThan(0.1);
  });

  test('to a Gaussian that counts as exact: only the other side is uncertain', async () => {
    const [real, fake] = [features(4000, 6, 1), features(260, 6, 2, { shift: 0.3, scale: 1.4 })];
    const [a, b] = [measured(real), measured(fake)];
    const gaussian = { mean: a.statistics.mean, covariance: covariance(a.statistics) };
    const distance = frechetDistance(gaussian, { mean: b.statistics.mean, covariance: covariance(b.statistics) });
    const { interval, rows } = await featureDistanceInterval(distance, gaussian, b);
    expect(rows).toEqual({ real: 0, fake: 260 });
    const left = Array.from({ length: 260 }, (_, out) => {
      const rest = featureStatistics({ data: fake.data.filter((_, at) => Math.floor(at / 6) !== out), d: 6 });
      return featureDistance(a.statistics, rest).value;
    });
    const mean = left.reduce((sum, value) => sum + value, 0) / 260;
    const known = Math.sqrt((259 / 260) * left.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    expect(relative(interval!.standardError, known)).toBeLessThan(0.02);
    const both = await intervalOf(real, fake);
    expect(both.interval!.standardError).toBeGreaterThan(interval!.standardError);
  });

  test('of equal sets: no part below 0', async () => {
    const set = features(300, 4, 1);
    const { interval } = await intervalOf(set, set);
    expect(interval!.low).toBe(0);
    expect(interval!.high).toBeLessThan(1e-6);
  });

  test('what has none says why', async () => {
    const wide = features(120, 64, 1);
    expect(await intervalOf(wide, features(500, 64, 2))).toMatchObject({ interval: undefined, reason: 'few-images' });
    const few = features(90, 4, 1);
    expect(await intervalOf(few, features(500, 4, 2))).toMatchObject({ interval: undefined, reason: 'few-rows' });
    const { data, d } = features(300, 4, 1);
    const twice = { data: data.map((_, at) => data[at - (at % d === 3 ? 1 : 0)]!), d };
    expect(await intervalOf(twice, { data, d })).toMatchObject({ interval: undefined, reason: 'dependent-features' });
    await expect(intervalOf(features(300, 4, 1), features(300, 4, 2), { confidence: 95 })).rejects.toThrow(/0 and 1/);
  });

  test('stops when asked to', async () => {
    const stop = AbortSignal.abort();
    await expect(intervalOf(features(300, 4, 1), features(300, 4, 2), { signal: stop })).rejects.toThrow(/interrupted/);
    await expect(jackknifedDistance(features(300, 4, 1), features(300, 4, 2), { signal: stop })).rejects.toThrow(
      /interrupted/,
    );
  });
});

describe('the jackknife', () => {
  test('takes away what grows as 1/n', async () => {
    const [n, d] = [600, 12];
    const random = createRandom('bias');
    const shifted = (value: number) => 1.5 * value + 0.2;
    const real = { data: random.normal(n * d), d };
    const fake = { data: random.normal(n * d).map(shifted), d };
    const identity = (by: number) => Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? by : 0));
    const truth = frechetDistance(
      { mean: new Float64Array(d), covariance: identity(1) },
      { mean: new Float64Array(d).fill(0.2), covariance: identity(2.25) },
    ).value;
    const { value, plain, interval } = await jackknifedDistance(real, fake);
    expect(plain).toBeCloseTo(featureDistance(featureStatistics(real), featureStatistics(fake)).value, 12);
    expect(interval.low).toBeLessThan(truth);
    expect(interval.high).toBeGreaterThan(truth);
    // (1/n + 1/m) (Σ aᵢaⱼ/(aᵢ+aⱼ) + Σ aᵢ/2)/2 + tr S1/n + tr S2/m, a² the eigenvalues of S1 S2, of Gaussians
    const bias = (2 / n) * 0.5 * (0.75 * d * d + 0.75 * d) + (d + 2.25 * d) / n;
    expect(relative(plain - value, bias)).toBeLessThan(0.15);
  });

  test('needs as many rows as it says', async () => {
    await expect(jackknifedDistance(features(60, 16, 1), features(90, 16, 2))).rejects.toThrow(/at least 64, found 60/);
    await expect(jackknifedDistance(features(60, 4, 1), features(90, 4, 2), { groups: 3 })).rejects.toThrow(/found 3/);
  });
});

test('the polar factor is orthogonal and leaves a symmetric root of AᵀA', () => {
  const d = 150;
  const a = Float64Array.from(noise(d * d, 5));
  const u = finish(polarFactor(a, d));
  const times = (x: Float64Array, y: Float64Array) =>
    Float64Array.from({ length: d * d }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += x[k * d + Math.floor(at / d)]! * y[k * d + (at % d)]!;
      return sum;
    });
  const [square, h] = [times(u, u), times(u, a)];
  let [off, lean, trace] = [0, 0, 0];
  for (let i = 0; i < d; i++) {
    trace += h[i * (d + 1)]!;
    for (let j = 0; j < d; j++) {
      off = Math.max(off, Math.abs(square[i * d + j]! - (i === j ? 1 : 0)));
      lean = Math.max(lean, Math.abs(h[i * d + j]! - h[j * d + i]!));
    }
  }
  expect(off).toBeLessThan(1e-5);
  expect(lean).toBeLessThan(1e-10);
  const singular = symmetricEigenvalues(times(a, a), d).reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  expect(relative(trace, singular)).toBeLessThan(1e-6);
});
