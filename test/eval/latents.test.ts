/** Latent diagnostics where they are known. */
import {
  activeUnits,
  classifyByNeighbours,
  codeReconstruction,
  latentDiagnostics,
  svmProtocol,
  unitDivergence,
} from '@alix/eval';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, test } from 'vitest';
import { features, noise } from './support.js';

describe('codes', () => {
  test('of the prior have its moments', () => {
    const [n, d] = [20_000, 6];
    const found = latentDiagnostics({ data: createRandom('prior').normal(n * d), d });
    for (let j = 0; j < d; j++) {
      expect(Math.abs(found.mean[j]!)).toBeLessThan(4 / Math.sqrt(n));
      expect(Math.abs(found.std[j]! - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
      expect(Math.abs(found.skewness[j]!)).toBeLessThan(4 * Math.sqrt(6 / n));
      expect(Math.abs(found.excessKurtosis[j]!)).toBeLessThan(4 * Math.sqrt(24 / n));
    }
    expect(found.largestCorrelation).toBeLessThan(5 / Math.sqrt(n));
    expect(found.distanceToPrior).toBeLessThan(0.01);
    expect(Math.abs(found.outliers - 1)).toBeLessThan(0.25);
  });

  test('±2 in one unit and 0 in the other: by hand', () => {
    const found = latentDiagnostics({ data: Float64Array.of(2, 0, -2, 0, 2, 0, -2, 0), d: 2 });
    expect(Array.from(found.mean)).toEqual([0, 0]);
    expect(found.std[0]).toBeCloseTo(Math.sqrt(16 / 3), 14);
    expect(found.std[1]).toBe(0);
    expect(found.excessKurtosis[0]).toBeCloseTo(-2, 12);
    expect(found.skewness[0]).toBeCloseTo(0, 12);
    // (sqrt(16/3) - 1)² + (0 - 1)²
    expect(found.distanceToPrior).toBeCloseTo((Math.sqrt(16 / 3) - 1) ** 2 + 1, 12);
    expect(found).toMatchObject({ largestCorrelation: 0, outliers: 0, n: 4 });
  });

  test('units whose mean does not vary are not active', () => {
    const means = Float64Array.from({ length: 300 }, (_, at) =>
      at % 3 === 0 ? at / 100 : at % 3 === 1 ? 5 : 0.05 * Math.sin(at),
    );
    expect(activeUnits({ data: means, d: 3 })).toMatchObject({ active: 1, d: 3, threshold: 0.01 });
    expect(activeUnits({ data: means, d: 3 }, 1e-4).active).toBe(2);
    expect(activeUnits({ data: new Float64Array(6).fill(1), d: 3 }).active).toBe(0);
  });

  test('the divergence from the prior: (m² + s² - 1)/2 - log s', () => {
    const means = { data: Float64Array.of(0, 1, 0, 3), d: 2 };
    const logStds = { data: Float64Array.of(0, 0, 0, Math.log(0.5)), d: 2 };
    const found = unitDivergence(means, logStds);
    expect(found[0]).toBe(0);
    expect(found[1]).toBeCloseTo((0.5 + (9 + 0.25 - 1) / 2 + Math.log(2)) / 2, 14);
  });

  test('codes that come back whole, halved, and not at all', () => {
    const codes = { data: noise(40, 1), d: 1 };
    const scaled = (by: number) => ({ data: codes.data.map((value) => by * value), d: 1 });
    expect(codeReconstruction(codes, codes)).toMatchObject({ mse: 0, explained: Float64Array.of(1) });
    const square = codes.data.reduce((sum, value) => sum + value * value, 0) / 40;
    expect(codeReconstruction(codes, scaled(0.5)).mse).toBeCloseTo(square / 4, 14);
    const mean = codes.data.reduce((sum, value) => sum + value, 0) / 40;
    expect(codeReconstruction(codes, { data: new Float64Array(40).fill(mean), d: 1 }).explained[0]).toBeCloseTo(0, 12);
  });

  test('what has none', () => {
    expect(() => latentDiagnostics({ data: new Float64Array(8).fill(1), d: 2 })).toThrow(/equal/);
    expect(() => latentDiagnostics({ data: noise(2, 1), d: 2 })).toThrow(/at least 2, found 1/);
    expect(() => codeReconstruction({ data: noise(4, 1), d: 2 }, { data: noise(6, 1), d: 2 })).toThrow(
      /2 of 2, found 3/,
    );
  });
});

describe('neighbours', () => {
  const train = { data: Float64Array.of(0, 1, 2, 10, 11, 12), d: 1 };
  const labels = [0, 0, 1, 1, 1, 0];

  test('of one dimension, by hand', async () => {
    const data = Float64Array.of(0.4, 1.6, 10.4, 13);
    expect(Array.from(await classifyByNeighbours(train, labels, { data, d: 1 }))).toEqual([0, 1, 1, 0]);
    expect(Array.from(await classifyByNeighbours(train, labels, { data, d: 1 }, { k: 3 }))).toEqual([0, 0, 1, 1]);
    // two against two: the nearest decides
    expect(Array.from(await classifyByNeighbours(train, labels, { data, d: 1 }, { k: 2 }))).toEqual([0, 1, 1, 0]);
  });

  test('over more rows than a block, a row finds itself', async () => {
    const many = features(1500, 5, 61);
    const own = Array.from({ length: 1500 }, (_, i) => i);
    expect(Array.from(await classifyByNeighbours(many, own, many))).toEqual(own);
  });

  test('what has none', async () => {
    await expect(classifyByNeighbours(train, labels, { data: noise(2, 1), d: 1 }, { k: 7 })).rejects.toThrow(
      /at least 7/,
    );
    await expect(classifyByNeighbours(train, [1], { data: noise(2, 1), d: 1 })).rejects.toThrow(/expected 6, found 1/);
  });
});

describe('the protocol of few labels', () => {
  const d = 10;
  /** Three classes at 2 apart in the first unit, with noise. */
  const set = (n: number, seed: number) => {
    const x = noise(n * d, seed);
    const labels = Array.from({ length: n }, (_, i) => i % 3);
    labels.forEach((label, i) => {
      x[i * d + label]! += 1;
    });
    return { features: { data: x, d }, labels };
  };
  const options = { classes: 3, draws: 12, size: 61, random: createRandom(4) };

  test('draws, chosen penalty and errors, the same again', async () => {
    const run = () => svmProtocol(set(600, 1), set(300, 2), set(900, 3), options);
    const found = await run();
    expect(await run()).toEqual(found);
    expect(found).toMatchObject({ draws: 12, size: 61, balanced: true, n: { pool: 600, validation: 300, test: 900 } });
    const best = Math.min(...found.validation.map(({ error }) => error));
    expect(found.validation.find(({ error }) => error === best)!.c).toBe(found.c);
    // guessing errs on 2/3
    expect(found.mean).toBeGreaterThan(0);
    expect(found.mean).toBeLessThan(0.3);
    expect(found.interval.low).toBeLessThan(found.mean);
    const more = await svmProtocol(set(600, 1), set(300, 2), set(900, 3), { ...options, size: 500 });
    expect(more.mean).toBeLessThan(found.mean);
  });

  test('too few of a class, labels that do not fit, and an end in between', async () => {
    const pool = set(60, 1);
    await expect(svmProtocol(pool, pool, pool, options)).rejects.toThrow(/as many of each of 3 classes.*found 60/);
    await expect(svmProtocol({ ...pool, labels: [1] }, pool, pool, options)).rejects.toThrow(/expected 60, found 1/);
    const all = set(600, 1);
    const ended = svmProtocol(all, pool, pool, { ...options, signal: AbortSignal.abort() });
    await expect(ended).rejects.toMatchObject({ code: 'interrupted' });
  });
});
