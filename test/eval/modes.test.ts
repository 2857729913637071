/** Mode coverage where it is known. */
import { modeCoverage } from '@alix/eval';
import { createRandom } from '@alix/infer/io/random';
import { gridMeans } from '@alix/train/datasets/gaussian-grid';
import { expect, it } from 'vitest';

const SIGMA = 0.05;

it('the mixture itself has all 25 modes, and 1 - exp(-9/2) = 98.89 % of its samples are of high quality', () => {
  const n = 100_000;
  const random = createRandom('modes');
  const noise = random.normal(2 * n);
  const samples = noise.map((e, i) => (gridMeans[(i >> 1) % 25]?.[i & 1] as number) + SIGMA * e);
  const { modes, highQuality } = modeCoverage(samples, gridMeans, SIGMA);
  expect(modes).toBe(25);
  // four standard errors of a share of 0.9889 over 100,000
  expect(Math.abs(highQuality - (1 - Math.exp(-4.5)))).toBeLessThan(4 * Math.sqrt((0.9889 * 0.0111) / n));
});

it('counts the edge as within, what lies past it as not, and a mode only by a sample of quality', () => {
  const means = [
    [0, 0],
    [1, 0],
  ] as const;
  // 3 sigma = 0.75 exactly; the second sample is nearest to mode 1 but too far from it
  const samples = Float32Array.of(-0.75, 0, 1, 0.7501);
  expect(modeCoverage(samples, means, 0.25)).toEqual({ n: 2, modes: 1, highQuality: 0.5, threshold: 3 });
  expect(modeCoverage(samples, means, 0.25, 3.1)).toMatchObject({ modes: 2, highQuality: 1 });
});

it('a NaN is no sample of quality, and no samples are an error', () => {
  expect(modeCoverage(Float32Array.of(Number.NaN, 0), [[0, 0]], 1)).toMatchObject({ modes: 0, highQuality: 0 });
  expect(() => modeCoverage(new Float32Array(0), [[0, 0]], 1)).toThrow('at least one');
});
