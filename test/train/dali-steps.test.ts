/** Whole steps of DALI against PyTorch's autograd, batch norm and Adam: see test/oracles/torch_dali_steps.py. */
import type { Random } from '@alix/infer/io/random';
import { expect, it } from 'vitest';
import { BATCH, daliStart } from '../oracles/dali-start-data.js';
import { describeWithTensorflow, tf } from '../tensorflow.js';
import pinned from './dali-steps.json' with { type: 'json' };

/** float32 sums differ in their order between the two libraries, and five steps of Adam pass the difference on. */
const LOSS_TOLERANCE = 1e-3;
const SUM_TOLERANCE = 1e-3;

describeWithTensorflow('five steps of DALI agree with PyTorch', () => {
  for (const preset of ['authors', 'paper'] as const)
    it(`preset ${preset}`, async () => {
      const { System } = await import('@alix/train/system');
      const { Adam } = await import('@alix/train/tensorflow/adam');
      const { step } = await import('@alix/train/step');
      const { config, batches, noise } = await daliStart(preset);
      const system = new System(config);
      const adam = new Adam(system.store);
      const draws = noise.flatMap(([first, second]) => (preset === 'authors' ? [first, second] : [first]));
      const random = { normal: () => draws.shift() } as unknown as Random;
      const settings = () => ({ learningRate: 5e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, clipValue: 0, l2: 0 });
      const context = { system, adam, random, batchNormMomentum: 0.1, moment: { epoch: 1, epochs: 1 }, settings };
      const expected = pinned[preset];
      for (const [i, data] of batches.entries()) {
        const { critic = 0, actor = 0 } = step(context, () => ({ x: tf.tensor(data, [BATCH, 28, 28, 1]) }));
        const [wantedCritic = 0, wantedActor = 0] = expected.losses[i] ?? [];
        expect(Math.abs(critic - wantedCritic), `critic, step ${i}`).toBeLessThan(LOSS_TOLERANCE * wantedCritic);
        expect(Math.abs(actor - wantedActor), `actor, step ${i}`).toBeLessThan(LOSS_TOLERANCE * wantedActor);
      }
      const arrays = system.store.arrays();
      const sum = (wanted: (name: string) => boolean) =>
        [...arrays]
          .filter(([name]) => wanted(name))
          .reduce((s, [, { data }]) => s + data.reduce((a, v) => a + Math.abs(v), 0), 0);
      for (const [network, wanted] of Object.entries(expected.sums)) {
        const found = sum((name) => name.startsWith(`${network}.`) && !name.includes('running'));
        expect(Math.abs(found / wanted - 1), `sum of |${network}|`).toBeLessThan(SUM_TOLERANCE);
      }
      for (const [name, wanted] of Object.entries(expected.running))
        expect(Math.abs(sum((n) => n === name) / wanted - 1), name).toBeLessThan(SUM_TOLERANCE);
    });
});
