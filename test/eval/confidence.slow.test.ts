/** 95 % intervals of distances and scores hold what they are about in 90 to 99 % of 200 Gaussian trials. */
import {
  type Features,
  featureDistance,
  featureDistanceInterval,
  featureStatistics,
  frechetDistance,
  type Interval,
  inceptionScore,
  inceptionScoreInterval,
  jackknifedDistance,
} from '@alix/eval';
import { createRandom, type Random } from '@alix/infer/io/random';
import { expect, test } from 'vitest';

const TRIALS = 200;

/** Two Gaussians of d features, each of which depends on the next one; the second is moved and wider, each feature by its own factor. */
interface Pair {
  readonly d: number;
  readonly n: { readonly real: number; readonly fake: number };
  readonly shift: number;
  readonly scale: number;
}

const factor = (j: number, scale: number) => 1 + (scale - 1) * ((j % 3) / 2);

function draw(random: Random, { d, n, shift, scale }: Pair): { real: Features; fake: Features } {
  const set = (name: 'real' | 'fake') => {
    const base = random.split(name).normal(n[name] * d);
    const data = Float64Array.from(base, (value, at) => {
      const j = at % d;
      const mixed = value + 0.5 * base[at - j + ((j + 1) % d)]!;
      return name === 'real' ? mixed : shift + factor(j, scale) * mixed;
    });
    return { data, d };
  };
  return { real: set('real'), fake: set('fake') };
}

function truth({ d, shift, scale }: Pair): number {
  const of = (scale: number) =>
    Float64Array.from({ length: d * d }, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d];
      const apart = Math.min((i - j + d) % d, (j - i + d) % d);
      return (apart === 0 ? 1.25 : apart === 1 ? 0.5 : 0) * factor(i, scale) * factor(j, scale);
    });
  const real = { mean: new Float64Array(d), covariance: of(1) };
  return frechetDistance(real, { mean: new Float64Array(d).fill(shift), covariance: of(scale) }).value;
}

function expectCoverage(truth: number, intervals: readonly Interval[]): void {
  const share = intervals.filter(({ low, high }) => low <= truth && truth <= high).length / intervals.length;
  expect(intervals.length).toBe(TRIALS);
  expect(share).toBeGreaterThanOrEqual(0.9);
  expect(share).toBeLessThanOrEqual(0.99);
}

const pairs: Pair[] = [
  { d: 8, n: { real: 500, fake: 500 }, shift: 0.3, scale: 1.3 },
  { d: 16, n: { real: 2000, fake: 1000 }, shift: 0.2, scale: 1.2 },
  { d: 32, n: { real: 500, fake: 800 }, shift: 0.3, scale: 1.3 },
];

test.each(pairs)('Fréchet distance of $d features, about its mean over draws', { timeout: 180_000 }, async (pair) => {
  let mean = 0;
  for (let i = 0; i < 5 * TRIALS; i++) {
    const { real, fake } = draw(createRandom(`mean ${i}`), pair);
    mean += featureDistance(featureStatistics(real), featureStatistics(fake)).value / (5 * TRIALS);
  }
  const intervals: Interval[] = [];
  for (let i = 0; i < TRIALS; i++) {
    const { real, fake } = draw(createRandom(`trial ${i}`), pair);
    const [a, b] = [featureStatistics(real), featureStatistics(fake)];
    const measured = [
      { statistics: a, sample: real },
      { statistics: b, sample: fake },
    ] as const;
    intervals.push((await featureDistanceInterval(featureDistance(a, b), ...measured)).interval!);
  }
  expectCoverage(mean, intervals);
});

test.each(pairs)(
  'Fréchet distance of $d features, about the truth by the jackknife',
  { timeout: 180_000 },
  async (pair) => {
    const intervals: Interval[] = [];
    for (let i = 0; i < TRIALS; i++) {
      const { real, fake } = draw(createRandom(`trial ${i}`), pair);
      intervals.push((await jackknifedDistance(real, fake)).interval);
    }
    expectCoverage(truth(pair), intervals);
  },
);

test.each([1, 10])('Inception Score in %i splits, about its mean over draws', { timeout: 180_000 }, (splits) => {
  const options = { input: 'logits', splits } as const;
  const outputs = (name: string) => ({
    data: createRandom(name)
      .normal(10_000)
      .map((value) => 3 * value),
    d: 10,
  });
  let mean = 0;
  for (let i = 0; i < 10 * TRIALS; i++) mean += inceptionScore(outputs(`mean ${i}`), options).mean / (10 * TRIALS);
  expectCoverage(
    mean,
    Array.from({ length: TRIALS }, (_, i) => inceptionScoreInterval(outputs(`trial ${i}`), options)),
  );
});
