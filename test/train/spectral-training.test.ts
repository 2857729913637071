/** Training with spectral norm: the vectors follow the weights, stay in the checkpoint, and bound the critic's layers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestCheckpoint, resolveConfig, runTraining } from '@alix/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-spectral-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The largest singular value of W [rows, features], by many power iterations in float64 from a start of its own. */
function largest(weight: Float32Array, features: number): number {
  let u = Float64Array.from({ length: features }, (_, i) => Math.cos(i + 1));
  let sigma = 0;
  for (let pass = 0; pass < 500; pass++) {
    const v = times(weight, u, features);
    const next = new Float64Array(features);
    weight.forEach((w, i) => {
      next[i % features]! += w * v[Math.floor(i / features)]!;
    });
    const length = Math.hypot(...next);
    sigma = Math.sqrt(length / Math.hypot(...u));
    u = next.map((x) => x / length);
  }
  return sigma;
}

const times = (weight: Float32Array, u: ArrayLike<number>, features: number) =>
  Float64Array.from({ length: weight.length / features }, (_, row) =>
    weight.subarray(row * features, (row + 1) * features).reduce((sum, w, f) => sum + w * u[f]!, 0),
  );

describeWithTensorflow('training with spectral norm', () => {
  it('the vectors are those of the largest singular values after some steps', async () => {
    const config = resolveConfig([
      {
        from: 'test',
        config: {
          objective: { name: 'sn-gan' },
          architecture: { name: 'small-28', options: { width: 4, latent: 3, normalisation: 'spectral' } },
          data: { source: 'strokes', options: { train: 120, test: 20 } },
          batch: 10,
          evaluationRows: 20,
          optimiser: { learningRate: 1e-5 },
          length: { epochs: 4 },
        },
      },
    ]);
    await runTraining({ config, folder: join(folder, 'run') });
    const { weights } = await newestCheckpoint(join(folder, 'run'));
    const vectors = [...weights].filter(([name]) => name.endsWith('.u'));
    expect(vectors.length).toBeGreaterThan(1);
    for (const [name, { data: u }] of vectors) {
      expect(Math.hypot(...u), name).toBeCloseTo(1, 5);
      const weight = weights.get(name.replace(/u$/, 'weight'))!.data;
      // where one direction is as long as another the iteration need not come to an end: its value is near all the same
      const sigma = Math.hypot(...times(weight, u, u.length));
      expect(sigma / largest(weight, u.length), name).toBeGreaterThan(0.97);
      expect(sigma / largest(weight, u.length), name).toBeLessThan(1.0001);
    }
  });
});
