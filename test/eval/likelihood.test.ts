/** Likelihoods where they are known: a linear Gaussian model, uniform pixels, probabilities that sum to 1. */
import {
  bernoulli,
  bitsPerDimension,
  discretisedGaussian,
  elbo,
  flow,
  gaussian,
  importanceWeighted,
  logNormalInterval,
  logWeights,
  standardNormal,
} from '@alix/eval';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, test } from 'vitest';
import { noise } from './support.js';

describe('x = w z + noise, z of one dimension', () => {
  const w = [0.7, -1.2, 0.4, 2];
  const sigma = 0.6;
  const d = w.length;
  const n = 400;
  const ww = w.reduce((sum, value) => sum + value * value, 0);
  const random = createRandom(5);
  const e = random.normal(n * (d + 1));
  const x = Float64Array.from({ length: n * d }, (_, at) => w[at % d]! * e[Math.floor(at / d)]! + sigma * e[n + at]!);
  // by Sherman, Morrison and Woodbury: log N(x; 0, ww' + sigma² I)
  const truth = Array.from({ length: n }, (_, i) => {
    const row = x.subarray(i * d, (i + 1) * d);
    const along = row.reduce((sum, value, j) => sum + value * w[j]!, 0);
    const square = row.reduce((sum, value) => sum + value * value, 0);
    const exponent = (square - (along * along) / (sigma * sigma + ww)) / (sigma * sigma);
    const logDeterminant = (d - 1) * Math.log(sigma * sigma) + Math.log(sigma * sigma + ww);
    return 0.5 * (exponent + logDeterminant + d * Math.log(2 * Math.PI));
  });
  const precision = 1 + ww / (sigma * sigma);

  /** The log-weights of k samples of the posterior, its standard deviation `wider` times too large. */
  function weights(k: number, wider: number): Float64Array {
    const noise = createRandom(6).normal(n * k);
    const fill = (of: (i: number, s: number) => number) =>
      Float64Array.from({ length: n * k }, (_, at) => of(Math.floor(at / k), at));
    const mean = fill((i) => {
      const along = w.reduce((sum, value, j) => sum + value * x[i * d + j]!, 0);
      return along / (sigma * sigma) / precision;
    });
    const logStd = fill(() => Math.log(wider / Math.sqrt(precision)));
    const z = fill((_, at) => mean[at]! + Math.exp(logStd[at]!) * noise[at]!);
    const spread = <T>(of: (at: number, j: number) => T) =>
      Array.from({ length: n * k * d }, (_, at) => of(Math.floor(at / d), at % d));
    const likelihood = gaussian(
      spread((at, j) => x[Math.floor(at / k) * d + j]!),
      spread((at, j) => w[j]! * z[at]!),
      spread(() => Math.log(sigma)),
      d,
    );
    return logWeights(likelihood, standardNormal(z, 1), gaussian(z, mean, logStd, 1));
  }

  test.each([1, 4, 32])('the exact posterior gives the likelihood for %i samples, of every image', (k) => {
    const exact = weights(k, 1);
    for (const { values, kind } of [elbo(exact, k), importanceWeighted(exact, k)]) {
      expect(kind).toBe('upper bound');
      values.forEach((value, i) => {
        expect(Math.abs(value - truth[i]!)).toBeLessThan(1e-9);
      });
    }
  });

  test('a wrong posterior gives bounds that come down to the truth with more samples', () => {
    const mean = truth.reduce((a, b) => a + b) / n;
    const bounds = [1, 4, 32, 256].map((k) => importanceWeighted(weights(k, 1.6), k));
    const meanAndError = (of: Float64Array) => {
      const centre = of.reduce((sum, value) => sum + value, 0) / n;
      return [centre, Math.sqrt(of.reduce((sum, value) => sum + (value - centre) ** 2, 0)) / n] as const;
    };
    bounds.forEach(({ values }, i) => {
      const [gap, error] = meanAndError(values.map((value, at) => value - truth[at]!));
      expect(gap).toBeGreaterThan(-3 * error);
      if (i === 0) return;
      const [gain, ofGain] = meanAndError(values.map((value, at) => value - bounds[i - 1]!.values[at]!));
      expect(gain).toBeLessThan(3 * ofGain);
    });
    expect(bounds[0]!.mean - bounds[3]!.mean).toBeGreaterThan(0.2);
    expect(bounds.at(-1)!.mean - mean).toBeLessThan(0.02);
    expect(elbo(weights(256, 1.6), 256).mean).toBeGreaterThan(mean + 0.25);
  });
});

test('bits per dimension: 8 for a uniform density on [0,1], 8 on [-1,1], and no offset for probabilities', () => {
  expect(bitsPerDimension(0, 784, { kind: 'density', levels: 256, width: 1 })).toBeCloseTo(8, 12);
  expect(bitsPerDimension(784 * Math.LN2, 784, { kind: 'density', levels: 256, width: 2 })).toBeCloseTo(8, 12);
  expect(bitsPerDimension(784 * Math.log(256), 784, { kind: 'probability' })).toBeCloseTo(8, 12);
});

test('Bernoulli pixels: by hand, grey ones, and logits far out', () => {
  expect(bernoulli([1, 0], [0, 0], 2)[0]).toBeCloseTo(-2 * Math.LN2, 14);
  expect(bernoulli([0.25], [Math.log(3)], 1)[0]).toBeCloseTo(0.25 * Math.log(0.75) + 0.75 * Math.log(0.25), 14);
  expect(bernoulli([1, 0], [800, -800], 2)[0]).toBe(0);
  expect(bernoulli([0], [800], 1)[0]).toBe(-800);
  expect(() => bernoulli([1.5], [0], 1)).toThrow(/\[0,1\].*1\.5/);
});

test('a discretised Gaussian gives all levels together 1, and close to density times width where it is smooth', () => {
  for (const [mean, std] of [
    [0.4, 0.3],
    [0.99, 0.002],
    [-2, 0.1],
  ] as const) {
    const levels = Array.from({ length: 256 }, (_, v) => v);
    const logs = discretisedGaussian(
      levels,
      levels.map(() => mean),
      levels.map(() => Math.log(std)),
      1,
    );
    expect(logs.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 11);
  }
  const [bin] = discretisedGaussian([100], [0.4], [Math.log(0.3)], 1);
  expect(bin).toBeCloseTo(gaussian([100.5 / 256], [0.4], [Math.log(0.3)], 1)[0]! - Math.log(256), 4);
});

test('intervals of the normal distribution, in the tails too', () => {
  const infinity = Number.POSITIVE_INFINITY;
  expect(Math.exp(logNormalInterval(-1, 1))).toBeCloseTo(0.6826894921370859, 13);
  expect(Math.exp(logNormalInterval(-1.959963984540054, infinity))).toBeCloseTo(0.975, 13);
  // log of the tail beyond 10 and 40, from mpmath
  expect(logNormalInterval(10, infinity)).toBeCloseTo(-53.23128515051247, 10);
  expect(logNormalInterval(-infinity, -40)).toBeCloseTo(-804.608442013754, 9);
  expect(logNormalInterval(10, 10.5) - logNormalInterval(10, infinity)).toBeCloseTo(-0.005684221240031, 11);
  expect(logNormalInterval(-infinity, infinity)).toBeCloseTo(0, 15);
});

test('flows: exact, no bound', () => {
  const { mean, kind, n } = flow(Float64Array.of(-3, -5), Float64Array.of(1, 2));
  expect([mean, kind, n]).toEqual([2.5, 'exact', 2]);
});

test('what has no likelihood', () => {
  expect(() => elbo(noise(5, 1), 2)).toThrow(/no rows of 2/);
  expect(() => importanceWeighted(Float64Array.of(-1, Number.NaN), 2)).toThrow(/NaN of image 0/);
  expect(() => importanceWeighted(Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY), 2)).toThrow(
    /Infinity of image 0/,
  );
  expect(() => elbo(new Float64Array(0), 1)).toThrow(/at least 1, found 0/);
});
