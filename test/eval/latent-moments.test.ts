/** Moments of codes in shards and batches, against two passes over all of them. */
import {
  activeUnits,
  activeUnitsOf,
  collectLatents,
  diagnosticsOf,
  featureStatistics,
  latentDiagnostics,
  latentMoments,
  mergeLatents,
  mergeMoments,
  mergeStatistics,
  unitDivergence,
  unitDivergences,
} from '@alix/eval';
import { describe, expect, test } from 'vitest';
import { noise } from './support.js';

const [n, d] = [1500, 5];

/** Units that lean, that are narrow and far from zero, and one that is constant. */
function codes(offset = 40): Float64Array {
  const base = noise(n * d, 9);
  const shapes = [
    (v: number) => v,
    (v: number) => 1.5 * v * v,
    (v: number) => offset + v / 50,
    (v: number) => 4 * v ** 3,
    () => 0.7,
  ];
  return base.map((value, at) => shapes[at % d]!(value));
}

/** Sums of powers of deviations from the mean, in two passes, with the mean's own rounding taken out. */
function twoPasses(data: Float64Array, j: number): { std: number; m3: number; m4: number } {
  const values = Array.from({ length: n }, (_, i) => data[i * d + j]!);
  const first = values.reduce((sum, value) => sum + value, 0) / n;
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / n;
  const power = (p: number) => values.reduce((sum, value) => sum + (value - mean) ** p, 0);
  return { std: Math.sqrt(power(2) / n), m3: power(3), m4: power(4) };
}

function shards(data: Float64Array, count: number) {
  const cut = (i: number) => Math.floor((i * n) / count) * d;
  return Array.from({ length: count }, (_, i) => latentMoments({ data: data.subarray(cut(i), cut(i + 1)), d }));
}

describe('third and fourth moments', () => {
  test.each([1, 7, 64, 1500])('from %i shards: those of two passes', (count) => {
    const data = codes();
    const { m3, m4 } = mergeLatents(shards(data, count));
    for (let j = 0; j < d; j++) {
      const known = twoPasses(data, j);
      expect(Math.abs(m3[j]! - known.m3)).toBeLessThanOrEqual(1e-12 * n * known.std ** 3);
      expect(Math.abs(m4[j]! - known.m4)).toBeLessThanOrEqual(1e-12 * n * known.std ** 4);
    }
  });

  test('no batches change a bit, nor does the order of shards', () => {
    const data = codes();
    const whole = latentMoments({ data, d });
    const collector = collectLatents(d);
    for (let at = 0, rows = 1; at < data.length; at += rows * d, rows = (rows * 7) % 64)
      collector.add(data.subarray(at, at + rows * d));
    expect(collector.moments()).toEqual(whole);
    const parts = shards(data, 7);
    expect(mergeLatents(parts.toReversed())).toEqual(mergeLatents(parts));
  });

  test('more codes after a look, and shards without any', () => {
    const data = codes();
    const collector = collectLatents(d);
    collector.add(data.subarray(0, 700 * d));
    expect(collector.moments()).toEqual(latentMoments({ data: data.subarray(0, 700 * d), d }));
    collector.add(data.subarray(700 * d));
    const whole = latentMoments({ data, d });
    expect(collector.moments()).toEqual(whole);
    expect(mergeLatents([collectLatents(d).moments(), whole])).toEqual(whole);
  });
});

describe('diagnostics', () => {
  test('of shards: those of all codes at once', () => {
    const data = codes(2);
    const [found, known] = [diagnosticsOf(mergeLatents(shards(data, 7))), latentDiagnostics({ data, d })];
    for (const key of ['mean', 'std', 'skewness', 'excessKurtosis'] as const)
      for (let j = 0; j < d; j++)
        expect(Math.abs(found[key][j]! - known[key][j]!)).toBeLessThan(1e-12 * (1 + Math.abs(known[key][j]!)));
    expect(found.largestCorrelation).toBeCloseTo(known.largestCorrelation, 12);
    expect(found.distanceToPrior).toBeCloseTo(known.distanceToPrior, 11);
    expect(found.outliers).toBe(known.outliers);
  });

  test('skewness and kurtosis, by powers of standardised codes', () => {
    const data = codes(2);
    const { skewness, excessKurtosis, outliers } = latentDiagnostics({ data, d });
    for (let j = 0; j < 4; j++) {
      const { std, m3, m4 } = twoPasses(data, j);
      expect(skewness[j]).toBeCloseTo(m3 / n / std ** 3, 10);
      expect(excessKurtosis[j]).toBeCloseTo(m4 / n / std ** 4 - 3, 10);
    }
    expect([skewness[4], excessKurtosis[4]]).toEqual([0, 0]);
    const rows = Array.from({ length: n }, (_, i) => data.subarray(i * d, (i + 1) * d));
    const beyond = rows.filter((row) => row.some((value) => Math.abs(value) > 3)).length;
    expect(beyond).toBeGreaterThan(0);
    expect(outliers).toBeCloseTo(beyond / n / (1 - 0.9973002039367398 ** d), 12);
  });

  test('active units and divergences of shards', () => {
    const data = codes(0);
    const part = (from: number, to: number) => ({ data: data.subarray(from * d, to * d), d });
    const statistics = mergeStatistics([featureStatistics(part(0, 400)), featureStatistics(part(400, n))]);
    const [found, known] = [activeUnitsOf(statistics), activeUnits({ data, d })];
    expect(found.active).toBe(known.active);
    expect(found.active).toBe(3);
    found.variance.forEach((value, j) => {
      expect(value).toBeCloseTo(known.variance[j]!, 12);
    });
    const logStds = (of: { data: Float64Array }) => ({ data: of.data.map((value) => Math.sin(value)), d });
    const each = [part(0, 400), part(400, n)].map((of) => unitDivergences(of, logStds(of)));
    const merged = mergeMoments(each[0]!, each[1]!);
    unitDivergence({ data, d }, logStds({ data })).forEach((value, j) => {
      expect(merged.mean[j]).toBeCloseTo(value, 12);
    });
  });

  test('what has none', () => {
    const one = latentMoments({ data: Float64Array.of(1, 2), d: 2 });
    expect(() => diagnosticsOf(one)).toThrow(/at least 2, found 1/);
    expect(() => diagnosticsOf(mergeLatents([one, one]))).toThrow(/2 codes are equal/);
    expect(() => mergeLatents([one, latentMoments({ data: Float64Array.of(1), d: 1 })])).toThrow(
      /different extractors/,
    );
    expect(() => mergeLatents([])).toThrow(/no statistics/);
    expect(() => collectLatents(2).add(Float64Array.of(1, Number.NaN))).toThrow(/no number/);
  });
});
