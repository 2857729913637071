/** Fifty steps of VAE and AS-VAE on small networks: every number stays finite, and every network moves. */
import { createRandom } from '@alix/infer/io/random';
import { type PartialConfig, resolveConfig } from '@alix/train';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

const STEPS = 50;
const ROWS = 8;

async function train(objective: PartialConfig['objective'], options: Record<string, number | string> = {}) {
  const { System } = await import('@alix/train/system');
  const { Adam } = await import('@alix/train/tensorflow/adam');
  const { step } = await import('@alix/train/step');
  const architecture = { name: 'small-28-as-vae', options: { width: 4, latent: 3, flowLength: 2, ...options } };
  const system = new System(resolveConfig([{ from: 'test', config: { objective, architecture } }]));
  try {
    const random = createRandom(5);
    const settings = () => ({ learningRate: 1e-3, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, clipValue: 0, l2: 0 });
    const adam = new Adam(system.store);
    const context = { system, adam, random, batchNormMomentum: 0.1, moment: { epoch: 1, epochs: 1 }, settings };
    // bars of random places and lengths: something that three numbers can tell
    const next = () => {
      const at = random.uniform(3 * ROWS);
      const pixels = Float32Array.from({ length: ROWS * 784 }, (_, i) => {
        const [n, row, column] = [Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28];
        const [place = 0, start = 0, length = 0] = at.subarray(3 * n, 3 * n + 3);
        const isOn = Math.abs(row - 28 * place) < 3 && column > 14 * start && column < 14 * start + 14 * length;
        return isOn ? 0.95 : 0.02;
      });
      return { x: tf.tensor(pixels, [ROWS, 28, 28, 1], 'float32') };
    };
    const before = system.store.arrays();
    const metrics = Array.from({ length: STEPS }, () => step(context, next));
    const after = system.store.arrays();
    const moved = (network: string) =>
      [...after]
        .filter(([name]) => name.startsWith(`${network}.`))
        .map(([name, { data }]) => Math.max(...data.map((v, i) => Math.abs(v - (before.get(name)?.data[i] ?? 0)))));
    const networks = [...system.design.networks.keys()];
    return { metrics, moved: Object.fromEntries(networks.map((name) => [name, moved(name)])) };
  } finally {
    system.dispose();
  }
}

const mean = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((sum, v) => sum + (v ?? Number.NaN), 0) / values.length;

describeWithTensorflow(`${STEPS} steps`, () => {
  for (const [objective, options] of [
    [{ name: 'vae', options: { likelihood: 'discretised', scale: 0.05 } }, { flow: 'planar' }],
    [{ name: 'as-vae', preset: 'bounded', options: { likelihood: 'gaussian' } }, { flow: 'affine' }],
    [{ name: 'as-vae-r' }],
    [{ name: 'as-vae-g', options: { likelihood: 'discretised' } }],
  ] as const)
    it(`${JSON.stringify(objective)} ${JSON.stringify(options ?? {})}`, async () => {
      const { metrics, moved } = await train(objective, options);
      for (const [i, numbers] of metrics.entries())
        for (const [name, value] of Object.entries(numbers))
          expect(Number.isFinite(value), `${name} in step ${i}: ${value}`).toBe(true);
      const idle = Object.entries(moved).filter(([, changes]) => !changes.some((change) => change > 1e-3));
      expect(idle.map(([network]) => network)).toEqual([]);
      expect(Object.values(moved).flat().every(Number.isFinite)).toBe(true);
      const key = ['nats', 'log_likelihood', 'log_posterior'].find((name) => name in (metrics[0] ?? {})) as string;
      const [first, last] = [metrics.slice(0, 5), metrics.slice(-5)].map((part) => mean(part.map((m) => m[key])));
      // nats are minimised, log densities maximised
      expect(((last ?? 0) - (first ?? 0)) * (key === 'nats' ? -1 : 1), key).toBeGreaterThan(0);
    });
});
