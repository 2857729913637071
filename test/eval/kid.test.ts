/** Kernel distances against torch-fidelity's function on float64 features, and where they are known. */
import { kernelDistance, paperKernel, randomSubsets } from '@alix/eval';
import { createRandom } from '@alix/infer/io/random';
import { expect, test } from 'vitest';
import { features, noise, oracle, relative } from './support.js';

const { kernels } = oracle<{ kernels: number[] }>('samples');

test('given subsets: torch-fidelity', async () => {
  const indices = Array.from({ length: 40 }, (_, i) => i);
  const subsets = kernels.map((_, s) => ({
    real: indices.map((i) => (7 * i + 3 * s) % 150),
    fake: indices.map((i) => (11 * i + s) % 130),
  }));
  const found = await kernelDistance(features(150, 24, 13), features(130, 24, 14, { shift: 0.2 }), { subsets });
  kernels.forEach((known, s) => {
    expect(relative(found.values[s]!, known)).toBeLessThan(1e-10);
  });
  expect(found.mean).toBeCloseTo(kernels.reduce((a, b) => a + b) / 3, 12);
  expect(found).toMatchObject({
    n: { real: 150, fake: 130 },
    size: 40,
    kernel: { degree: 3, gamma: 1 / 24, constant: 1 },
  });
});

test('a kernel of degree 1 gives the squared distance of the means, on average', async () => {
  // over all splits of pairs the unbiased estimate for x·y is (|sum x|² - sum |x|²)/(m(m-1)) + ... ; here m = 2, by hand
  const kernel = { degree: 1, gamma: 1, constant: 0 };
  const [real, fake] = [Float64Array.of(1, 2, 3, -1), Float64Array.of(0, 1, 4, 2)];
  const whole = [{ real: [0, 1], fake: [0, 1] }];
  const found = await kernelDistance({ data: real, d: 2 }, { data: fake, d: 2 }, { subsets: whole, kernel });
  // x·x' = 1, y·y' = 2; cross products 2, 8, -1, 10
  expect(found.mean).toBe(1 + 2 - (2 * 19) / 4);
});

test('subsets are seeded and without replacement', () => {
  const draw = () => randomSubsets({ real: 30, fake: 20 }, createRandom(1), { subsets: 3, size: 15 });
  expect(draw()).toEqual(draw());
  for (const { real, fake } of draw())
    expect([new Set(Array.from(real)).size, new Set(Array.from(fake)).size]).toEqual([15, 15]);
  expect(() => randomSubsets({ real: 30, fake: 20 }, createRandom(1), { size: 25 })).toThrow(/fake .*25, found 20/);
});

test('what has no distance', async () => {
  const fine = { data: noise(20, 1), d: 2 };
  const subsets = [{ real: [0, 1], fake: [0, 1] }];
  const refused = (fake: Float64Array, d = 2) => kernelDistance(fine, { data: fake, d }, { subsets });
  await expect(refused(Float64Array.of(1, Number.NaN, 2, 3))).rejects.toThrow(/NaN/);
  await expect(refused(new Float64Array(8).fill(3))).rejects.toThrow(/equal/);
  await expect(refused(Float64Array.of(1, 2))).rejects.toThrow(/at least 2, found 1/);
  await expect(refused(noise(9, 1), 3)).rejects.toThrow(/different lengths/);
  expect(paperKernel(2048)).toEqual({ degree: 3, gamma: 1 / 2048, constant: 1 });
});
