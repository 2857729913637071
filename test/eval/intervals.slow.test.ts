/** 95 % intervals hold the truth in 90 to 99 % of 200 Gaussian trials. */
import { distanceAtInfinity, type FeatureStatistics, type Interval, kernelDistanceOfAll } from '@alix/eval';
import { createRandom, type Random } from '@alix/infer/io/random';
import { expect, test } from 'vitest';

const TRIALS = 200;
const D = 4;

/** Rows of N(shift, 1) in each of D features. */
const sample = (random: Random, n: number, shift: number) => ({
  data: Float64Array.from(random.normal(n * D), (value) => value + shift),
  d: D,
});

async function coverage(truth: number, trial: (random: Random) => Interval | Promise<Interval>): Promise<number> {
  let held = 0;
  for (let i = 0; i < TRIALS; i++) {
    const { low, high } = await trial(createRandom(`trial ${i}`));
    if (low <= truth && truth <= high) held += 1;
  }
  return held / TRIALS;
}

/**
 * E k(x,y) = E (x·y/D + 1)³ for x of N(a,I), y of N(b,I): with s = x·y the moments are E s = a·b,
 * E s² = (a·b)² + |a|² + |b|² + D, E s³ = (a·b)³ + 3 a·b (|a|² + |b|² + D) + 6 a·b.
 */
function expectedKernel(a: number, b: number): number {
  const ab = D * a * b;
  const rest = D * (a * a + b * b + 1);
  return (ab ** 3 + 3 * ab * rest + 6 * ab) / D ** 3 + (3 * (ab * ab + rest)) / D ** 2 + (3 * ab) / D + 1;
}

test('kernel distance', { timeout: 180_000 }, async () => {
  const truth = expectedKernel(0, 0) + expectedKernel(0.3, 0.3) - 2 * expectedKernel(0, 0.3);
  const share = await coverage(truth, async (random) => {
    const [real, fake] = [sample(random.split('real'), 400, 0), sample(random.split('fake'), 400, 0.3)];
    return (await kernelDistanceOfAll(real, fake)).interval;
  });
  expect(share).toBeGreaterThanOrEqual(0.9);
  expect(share).toBeLessThanOrEqual(0.99);
});

test('Fréchet distance at infinity', { timeout: 180_000 }, async () => {
  const n = 1_000_001;
  const scatter = Float64Array.from({ length: D * D }, (_, at) => (at % (D + 1) === 0 ? n - 1 : 0));
  const real: FeatureStatistics = { n, d: D, mean: new Float64Array(D), scatter };
  const share = await coverage(D * 0.3 * 0.3, async (random) => {
    const fake = sample(random.split('fake'), 800, 0.3);
    return (await distanceAtInfinity(real, fake, { random: random.split('order'), groups: 20 })).interval!;
  });
  expect(share).toBeGreaterThanOrEqual(0.9);
  expect(share).toBeLessThanOrEqual(0.99);
});
