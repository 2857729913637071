import { type EvalPoints, evaluatePoints, pointRecord, pointReport, pointRows } from '@alix/eval';
import type { Model } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, it } from 'vitest';

/** Points are codes, and codes half of their points: every number below has a closed form. */
function linear(encodes = true): Model {
  const graphs: Record<string, (rows: Float32Array) => object> = {
    decoder: (rows) => ({ points: rows }),
    encoder: (rows) => ({ mean: rows.map((value) => value / 2) }),
  };
  return {
    bundle: {
      name: 'halves',
      system: 'dali',
      dataset: 'gaussian-grid',
      latent: { size: 2, prior: 'normal' },
      points: { size: 2 },
    },
    sha256: '0'.repeat(64),
    device: 'cpu',
    has: (graph: string) => graph === 'decoder' || encodes,
    run: async (graph: string, rows: Float32Array) => graphs[graph]?.(rows),
  } as unknown as Model;
}

const rows = createRandom(7).normal(2 * 20_000);
const data: EvalPoints = { name: 'normal', rows, d: 2, of: 30_000, mixture: { means: [[0, 0]], sigma: 1 } };
const settings = { samples: 20_000, seed: 1, threshold: 3, batch: 777 };

describe('models of points', () => {
  it('counts modes, and sends points and codes there and back', async () => {
    const { metrics, samples, reconstructions } = await evaluatePoints(linear(), data, settings);
    const { modes, mse, there_and_back: back } = metrics;
    // 1 - exp(-9/2) of a sampler that draws from the mixture itself; its standard error is 0.00074
    expect(modes?.perfect).toBeCloseTo(0.988891, 6);
    expect(Math.abs((modes?.high_quality ?? 0) - 0.988891)).toBeLessThan(4 * 0.00074);
    expect(modes).toMatchObject({ captured: 1, of: 1, n: 20_000 });
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(mse?.mean).toBeCloseTo(mean(rows) / 4, 6);
    expect(back?.mean).toBeCloseTo(mean(samples) / 4, 6);
    expect(reconstructions?.[5]).toBe(Math.fround((rows[5] as number) / 2));
  });

  it('is the same in batches of any size', async () => {
    const some = { ...data, rows: rows.subarray(0, 2000) };
    const [a, b] = [1, 64].map((batch) => evaluatePoints(linear(), some, { ...settings, samples: 100, batch }));
    expect((await a)?.metrics).toEqual((await b)?.metrics);
  });

  it('says what it cannot measure', async () => {
    const { mixture: _, ...unknown } = { ...data, rows: rows.subarray(0, 20) };
    const { metrics, skipped } = await evaluatePoints(linear(false), unknown, { ...settings, samples: 10 });
    expect(metrics).toEqual({});
    expect(skipped.map(({ metric }) => metric)).toEqual(['modes', 'mse']);
    await expect(evaluatePoints(linear(), { ...data, d: 4 }, settings)).rejects.toMatchObject({ code: 'bad-shape' });
    const signal = AbortSignal.abort();
    await expect(evaluatePoints(linear(), data, settings, { signal })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('reports beside the papers', async () => {
    const some = { ...data, rows: rows.subarray(0, 200) };
    const evaluation = await evaluatePoints(linear(), some, { ...settings, samples: 100 });
    const record = pointRecord(linear(), some, settings, evaluation, { alixVersion: '0', created: '2026-11-22T00:00' });
    expect(record.data).toMatchObject({ n: 100, of: 30_000, d: 2 });
    expect(pointRows(record.metrics)).toHaveLength(4);
    const text = pointReport(record, some.rows, evaluation);
    for (const part of ['modes captured of 1', 'Samples and data', 'VEEGAN', '24.6', '100 points'])
      expect(text).toContain(part);
  });
});
