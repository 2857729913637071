/** Principal components against numpy's singular values, and where they are known. */
import { featureStatistics, mergeStatistics, principalComponents, project } from '@alix/eval';
import { symmetricEigenvectors } from '@alix/eval/linear/eigenvectors';
import { describe, expect, test } from 'vitest';
import { features, noise, oracle, relative } from './support.js';

const known = oracle<{
  tolerance: { variances: number; loadings: number };
  cases: {
    n: number;
    d: number;
    seed: number;
    options: { shift?: number; scale?: number; dead?: number };
    variances: number[];
    shares: number[];
    loadings: number[][];
    projected: number[][];
  }[];
}>('principal-components');

/** Rows of independent columns with these deviations, turned by reflections I - 2uuᵀ, so that no axis is special. */
function turned(n: number, deviations: readonly number[], seed: number) {
  const d = deviations.length;
  const u = noise(d, seed);
  const length = Math.hypot(...u);
  const data = noise(n * d, seed + 1).map((value, at) => value * deviations[at % d]!);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * d, (i + 1) * d);
    const along = row.reduce((sum, value, j) => sum + (value * u[j]!) / length, 0);
    for (let j = 0; j < d; j++) row[j]! -= (2 * along * u[j]!) / length;
  }
  return { data, d };
}

/** Statistics of exactly this covariance, ddof 1. */
const exactly = (d: number, covariance: (i: number, j: number) => number) => ({
  n: 11,
  d,
  mean: new Float64Array(d),
  scatter: Float64Array.from({ length: d * d }, (_, at) => 10 * covariance(Math.floor(at / d), at % d)),
});

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);

describe('principal components', () => {
  test.each(known.cases)('$n rows of $d: numpy', ({ n, d, seed, options, ...wanted }) => {
    const rows = features(n, d, seed, options);
    const found = principalComponents(featureStatistics(rows), 4);
    const at = project({ data: rows.data.subarray(0, 5 * d), d }, found);
    for (let i = 0; i < 4; i++) {
      expect(relative(found.variances[i]!, wanted.variances[i]!)).toBeLessThan(known.tolerance.variances);
      expect(relative(found.shares[i]!, wanted.shares[i]!)).toBeLessThan(known.tolerance.variances);
      wanted.loadings[i]!.forEach((value, j) => {
        expect(Math.abs(found.components[i * d + j]! - value)).toBeLessThan(known.tolerance.loadings);
      });
      wanted.projected.forEach((row, r) => {
        expect(Math.abs(at[4 * r + i]! - row[i]!)).toBeLessThan(known.tolerance.loadings);
      });
    }
  });

  test('are orthonormal, and what is projected on them has their variances and no correlation', () => {
    const rows = features(400, 120, 71);
    const found = principalComponents(featureStatistics(rows), 3);
    const component = (i: number) => found.components.subarray(120 * i, 120 * (i + 1));
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) expect(dot(component(i), component(j))).toBeCloseTo(i === j ? 1 : 0, 12);
    const codes = featureStatistics({ data: project(rows, found), d: 3 });
    for (let i = 0; i < 9; i++)
      expect(codes.scatter[i]! / 399).toBeCloseTo(i % 4 === 0 ? found.variances[i / 4]! : 0, 10);
    for (const mean of codes.mean) expect(mean).toBeCloseTo(0, 10);
  });

  test('are the same of 1, 7 and 64 shards', () => {
    const rows = features(700, 90, 72);
    const of = (shards: number) =>
      principalComponents(
        mergeStatistics(
          Array.from({ length: shards }, (_, s) => {
            const [from, to] = [s, s + 1].map((at) => 90 * Math.floor((at * 700) / shards));
            return featureStatistics({ data: rows.data.subarray(from, to), d: 90 });
          }),
        ),
      );
    const [one, ...others] = [1, 7, 64].map(of);
    for (const other of others) {
      one!.variances.forEach((value, i) => {
        expect(relative(other.variances[i]!, value)).toBeLessThan(1e-10);
      });
      one!.components.forEach((value, at) => {
        expect(Math.abs(other.components[at]! - value)).toBeLessThan(1e-8);
      });
    }
  });

  test.each([8, 200])('of %i features with equal variances: some plane, of the right share', (d) => {
    const found = principalComponents(exactly(d, (i, j) => (i === j ? 3 : 0)));
    for (let i = 0; i < 2; i++) {
      expect(found.variances[i]).toBeCloseTo(3, 12);
      expect(found.shares[i]).toBeCloseTo(1 / d, 12);
    }
    expect(dot(found.components.subarray(0, d), found.components.subarray(d))).toBeCloseTo(0, 12);
  });

  test.each([8, 200])('of %i features on a line: one component, and one of no variance', (d) => {
    const found = principalComponents(exactly(d, () => 2));
    expect(found.shares[0]).toBeCloseTo(1, 12);
    expect(found.variances[1]).toBeCloseTo(0, 12);
    for (const loading of found.components.subarray(0, d)) expect(loading).toBeCloseTo(1 / Math.sqrt(d), 10);
    expect(Math.hypot(...found.components.subarray(d))).toBeCloseTo(1, 12);
  });

  test('a cluster of nearly equal variances, wider than a block, still has its values', () => {
    const d = 150;
    const found = principalComponents(exactly(d, (i, j) => (i === j ? (i < 30 ? 1 - i * 1e-7 : 0.5 / (i + 1)) : 0)));
    expect(found.variances[0]).toBeCloseTo(1, 9);
    expect(found.variances[1]).toBeCloseTo(1 - 1e-7, 9);
  });

  test('noise without structure, whose spectrum has no gaps', () => {
    const d = 180;
    const rows = turned(400, new Array(d).fill(1), 73);
    const statistics = featureStatistics(rows);
    const found = principalComponents(statistics);
    const all = symmetricEigenvectors(statistics.scatter, d).values;
    for (let i = 0; i < 2; i++) expect(relative(found.variances[i]!, all[i]! / 399)).toBeLessThan(1e-10);
  });

  test('one feature has one component', () => {
    const found = principalComponents(exactly(1, () => 5));
    expect([found.k, ...found.components, ...found.variances, ...found.shares]).toEqual([1, 1, 5, 1]);
    expect(Array.from(project({ data: Float64Array.of(3, -1), d: 1 }, found))).toEqual([3, -1]);
  });

  test.each([1e-280, 1e280])('features of the size %d neither vanish nor overflow', (scale) => {
    const found = principalComponents(exactly(100, (i, j) => (i === j ? scale / (i + 1) : 0)));
    expect(found.variances[1]! / scale).toBeCloseTo(0.5, 12);
  });

  test('what has none', () => {
    expect(() => principalComponents(exactly(3, () => 0))).toThrow(/all equal/);
    expect(() => principalComponents(exactly(3, () => Number.NaN))).toThrow(/no number/);
    expect(() => principalComponents({ ...exactly(3, () => 1), n: 1 })).toThrow(/too few/);
    expect(() =>
      principalComponents(
        exactly(3, () => 1),
        0,
      ),
    ).toThrow(/from 1 on/);
    const found = principalComponents(exactly(3, () => 1));
    expect(() => project({ data: new Float32Array(4), d: 4 }, found)).toThrow(/different lengths/);
    expect(() => project({ data: Float32Array.of(0, Number.NaN, 0), d: 3 }, found)).toThrow(/no number/);
  });
});

test('eigenvectors of an indefinite matrix with zeros: A v = lambda v', () => {
  const d = 9;
  const a = new Float64Array(d * d);
  const values = noise(d * d, 74);
  for (let i = 0; i < d - 2; i++) for (let j = 0; j <= i; j++) a[i * d + j] = a[j * d + i] = values[i * d + j]!;
  const found = symmetricEigenvectors(a, d);
  for (let v = 0; v < d; v++) {
    const vector = found.vectors.subarray(v * d, (v + 1) * d);
    for (let i = 0; i < d; i++)
      expect(dot(a.subarray(i * d, (i + 1) * d), vector)).toBeCloseTo(found.values[v]! * vector[i]!, 13);
    if (v > 0) expect(found.values[v]).toBeLessThanOrEqual(found.values[v - 1]!);
  }
});
