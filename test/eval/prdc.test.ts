/** Precision, recall, density and coverage: prdc's and torch-fidelity's counts, and what theory expects. */
import { expectedCoverage, type Features, type InnerProducts, precisionRecall } from '@alix/eval';
import { innerProducts, roughProducts } from '@alix/eval/inner-products';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, test } from 'vitest';
import { features, oracle } from './support.js';

interface Known {
  readonly name: 'random' | 'duplicates';
  readonly k: number;
  readonly prdc: { precision: number; recall: number; density: number; coverage: number };
  readonly 'torch-fidelity': { precision: number; recall: number };
}
const { manifolds } = oracle<{ manifolds: Known[] }>('samples');

const coarse = ({ data, d }: Features): Features => ({
  data: Float64Array.from(data, (value) => Math.floor(value * 4) / 4),
  d,
});
const sets = {
  random: [features(600, 16, 15), features(500, 16, 16, { shift: 0.15 })],
  duplicates: [coarse(features(300, 3, 17)), coarse(features(280, 3, 18, { scale: 1.3 }))],
} as const;

/** Products with errors as large as a runtime in float32 may make them, and larger. */
const worse: InnerProducts = {
  of: async (a, b) => Float32Array.from(await innerProducts.of(a, b), (value, at) => value * (1 + 1e-3 * Math.sin(at))),
  error: () => 1e-3 + 1e-6,
};

describe.each(manifolds)('$name, k = $k', ({ name, k, prdc, 'torch-fidelity': fidelity }) => {
  const [real, fake] = sets[name];
  test.each([
    ['float64', innerProducts],
    ['float32', roughProducts],
    ['inexact', worse],
  ])('%s products: counts of prdc, and of torch-fidelity with ties in', async (_, products) => {
    const out = await precisionRecall(real, fake, { k, products });
    for (const key of ['precision', 'recall', 'density', 'coverage'] as const)
      expect(out[key]).toBeCloseTo(prdc[key], 12);
    const within = await precisionRecall(real, fake, { k, ties: 'in', products });
    // torch-fidelity's shares are float32
    for (const key of ['precision', 'recall'] as const) expect(within[key]).toBeCloseTo(fidelity[key], 6);
  });
});

test('ties matter where rows repeat', async () => {
  const [real, fake] = sets.duplicates;
  const [out, within] = await Promise.all(
    (['out', 'in'] as const).map((ties) => precisionRecall(real, fake, { ties })),
  );
  expect(within!.precision).toBeGreaterThan(out!.precision);
});

test('the products in float32 are within their bound of those in float64', async () => {
  for (const d of [5, 300, 1000]) {
    const [x, y] = [features(150, d, 24), features(270, d, 25, { shift: 0.5 })];
    const [rough, fine] = [await roughProducts.of(x, y), await innerProducts.of(x, y)];
    const norm = ({ data }: Features, i: number) => Math.hypot(...data.subarray(i * d, (i + 1) * d));
    expect(rough).toBeInstanceOf(Float32Array);
    for (let i = 0; i < 150; i += 7)
      for (let j = 0; j < 270; j += 3)
        expect(Math.abs(rough[i * 270 + j]! - fine[i * 270 + j]!)).toBeLessThan(
          roughProducts.error(d) * norm(x, i) * norm(y, j),
        );
  }
});

test('more rows than one block, against a plain loop', async () => {
  const [n, m, d, k] = [1100, 1030, 2, 2];
  const real = features(n, d, 19);
  const fake = features(m, d, 20, { shift: 0.4 });
  const distance = (a: Features, i: number, b: Features, j: number) =>
    Math.hypot(a.data[d * i]! - b.data[d * j]!, a.data[d * i + 1]! - b.data[d * j + 1]!);
  const radius = (of: Features, count: number, i: number) =>
    Array.from({ length: count }, (_, j) => (i === j ? -1 : distance(of, i, of, j))).sort((a, b) => a - b)[k]!;
  const radii = Array.from({ length: n }, (_, i) => radius(real, n, i));
  const balls = Array.from({ length: m }, (_, j) => radii.filter((r, i) => distance(real, i, fake, j) < r).length);
  const found = await precisionRecall(real, fake, { k });
  expect(Array.from(found.each.balls)).toEqual(balls);
  expect(found.density).toBeCloseTo(balls.reduce((a, b) => a + b) / (k * m), 12);
});

test.each([3, 5])('one distribution, k = %i: coverage as expected, density 1, over 12 seeds', async (k) => {
  const [n, d] = [1000, 32];
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, seed) => {
      const random = createRandom(seed);
      return precisionRecall({ data: random.normal(n * d), d }, { data: random.normal(n * d), d }, { k });
    }),
  );
  const mean = (key: 'coverage' | 'density') => results.reduce((sum, result) => sum + result[key], 0) / 12;
  expect(Math.abs(mean('coverage') - expectedCoverage(n, n, k))).toBeLessThan(0.01);
  expect(Math.abs(mean('density') - 1)).toBeLessThan(0.02);
});

test('the coverage to expect of 1000 and 1000: 0.8754 for k = 3, 0.9690 for k = 5', () => {
  expect(expectedCoverage(1000, 1000, 3)).toBeCloseTo(0.8754, 4);
  expect(expectedCoverage(1000, 1000, 5)).toBeCloseTo(0.969, 4);
});

test('what has none', async () => {
  const fine = { data: Float64Array.of(1, 2, 3, 4, 5, 6), d: 1 };
  const refused = (fake: ArrayLike<number>, k = 5) =>
    precisionRecall(fine, { data: Float64Array.from(fake), d: 1 }, { k });
  await expect(refused([1, 2, 3, 4, 5])).rejects.toThrow(/too few fake samples .*at least 6, found 5/);
  await expect(refused([1, 2, 3, 4, 5, Number.NaN])).rejects.toThrow(/NaN at row 5/);
  await expect(refused([2, 2, 2, 2, 2, 2])).rejects.toThrow(/all 6 rows of fake features are equal/);
  await expect(refused([1, 2, 3, 4, 5, 1e20])).rejects.toThrow(/too large for products in float32/);
  await expect(refused([1, 2, 3], 0)).rejects.toThrow(/k is a whole number/);
});
