/** Fréchet distances against scipy, torch-fidelity, singular values without a covariance, and closed forms. */
import { featureDistance, featureStatistics, frechetDistance, mergeStatistics } from '@alix/eval';
import { describe, expect, test } from 'vitest';
import { features, noise, oracle, relative } from './support.js';

export interface FidCase {
  readonly name: string;
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly dead: number;
  readonly trace: number;
  readonly 'nuclear norm': number;
  readonly sqrtm?: number;
  readonly 'torch-fidelity'?: number;
}

const { cases } = oracle<{ cases: FidCase[] }>('fid');
const statistics = (n: number, d: number, dead = 0) => featureStatistics(features(n, d, 1, { dead }));
const others = (n: number, d: number, dead = 0) =>
  featureStatistics(features(n, d, 2, { shift: 0.1, scale: 1.2, dead }));

test.each(cases.filter(({ d }) => d < 2048))('$name: $d features of $n and $m', (known) => {
  const { d, n, m, dead, trace } = known;
  for (const [real, fake] of [
    [statistics(n, d, dead), others(m, d, dead)],
    [others(m, d, dead), statistics(n, d, dead)],
  ] as const) {
    const { value, scale, fewSamples } = featureDistance(real, fake);
    expect(relative(scale, trace)).toBeLessThan(1e-12);
    expect(Math.abs(value - known['nuclear norm'])).toBeLessThan(1e-9 * trace);
    for (const peer of [known.sqrtm, known['torch-fidelity']])
      if (peer !== undefined) expect(relative(value, peer)).toBeLessThan(1e-9);
    expect(fewSamples).toBe(Math.min(n, m) <= d);
  }
});

test.each([1, 7, 64])('from %i shards, in any order', (shards) => {
  const [d, n] = [48, 640];
  const { data } = features(n, d, 1);
  const parts = Array.from({ length: shards }, (_, i) => {
    const cut = (k: number) => Math.floor((k * n) / shards) * d;
    return featureStatistics({ data: data.subarray(cut(i), cut(i + 1)), d });
  });
  const fake = others(500, d);
  const whole = featureDistance(featureStatistics({ data, d }), fake).value;
  expect(relative(featureDistance(mergeStatistics(parts), fake).value, whole)).toBeLessThan(1e-12);
  expect(featureDistance(mergeStatistics(parts.toReversed()), fake).value).toBe(
    featureDistance(mergeStatistics(parts), fake).value,
  );
});

describe('closed forms', () => {
  test('of a set and itself: 0, with more and with fewer samples than features', () => {
    for (const n of [400, 40]) {
      const same = statistics(n, 64);
      const { value, scale } = featureDistance(same, same);
      expect(Math.abs(value)).toBeLessThan(1e-9 * scale);
    }
  });

  test('equal covariances: the squared distance of the means', () => {
    const { data, d } = features(400, 64, 1);
    const real = featureStatistics({ data, d });
    const shift = Float64Array.from({ length: d }, (_, j) => j / 64);
    const fake = { ...real, mean: real.mean.map((value, j) => value + shift[j]!) };
    const wanted = shift.reduce((sum, value) => sum + value * value, 0);
    const { value, meanTerm, scale } = featureDistance(real, fake);
    expect(relative(meanTerm, wanted)).toBeLessThan(1e-12);
    expect(Math.abs(value - wanted)).toBeLessThan(1e-9 * scale);
  });

  test('isotropic: |dm|² + d (1-s)²', () => {
    const d = 96;
    const isotropic = (variance: number, mean: number) => ({
      mean: new Float64Array(d).fill(mean),
      covariance: Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? variance : 0)),
    });
    for (const s of [0.5, 3])
      expect(
        relative(frechetDistance(isotropic(1, 0), isotropic(s * s, 0.25)).value, d / 16 + d * (1 - s) ** 2),
      ).toBeLessThan(1e-12);
  });

  test('of one feature: (m1-m2)² + (s1-s2)²', () => {
    const one = (mean: number, std: number) => ({
      mean: Float64Array.of(mean),
      covariance: Float64Array.of(std * std),
    });
    expect(frechetDistance(one(1, 2), one(4, 6)).value).toBeCloseTo(25, 12);
    expect(frechetDistance(one(1, 0), one(4, 6)).value).toBeCloseTo(45, 12);
  });
});

describe('what has no distance', () => {
  const fine = featureStatistics({ data: noise(30, 1), d: 3 });
  test.each([
    ['one image', featureStatistics({ data: noise(3, 1), d: 3 }), /too few fake samples .*at least 2, found 1/],
    ['constant features', featureStatistics({ data: new Float64Array(9).fill(0.1), d: 3 }), /3 rows of fake .* equal/],
    ['another extractor', featureStatistics({ data: noise(8, 1), d: 4 }), /different lengths/],
    ['a mean that is no number', { ...fine, mean: Float64Array.of(1, Number.NaN, 0) }, /no number .*NaN/],
  ])('%s', (_, fake, message) => {
    expect(() => featureDistance(fine, fake)).toThrow(message);
  });
});
