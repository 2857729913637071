/** Runs whose steps take several minibatches, and all that such a run has to remember: stopped, resumed, refused. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestCheckpoint, type PartialConfig, type RunConfig, resolveConfig, runTraining } from '@alix/train';
import { design } from '@alix/train/design';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-ratios-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const small: PartialConfig = {
  data: { source: 'strokes', options: { train: 55, test: 20 } },
  batch: 4,
  evaluationRows: 20,
};
const resolved = (...layers: PartialConfig[]) =>
  resolveConfig([small, ...layers].map((config) => ({ from: 'test', config })));

const bytesOf = async (run: string) => {
  const { weights, optimiser, state } = await newestCheckpoint(run);
  const bytes = [...weights, ...optimiser].map(
    ([name, { data }]) => `${name} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')}`,
  );
  return { bytes, random: state.random, step: state.step, epoch: state.epoch, batchInEpoch: state.batchInEpoch };
};

/** 13 minibatches of 4: an epoch is two steps of six and leaves one over. */
const fiveToOne: PartialConfig = {
  objective: { name: 'ali', preset: 'gali' },
  architecture: { name: 'small-28-gali', options: { critic: '1', width: 4, latent: 3 } },
};
const everything: PartialConfig = {
  dequantise: true,
  averageDecay: 0.7,
  optimiser: { clipValue: 0.5, l2: 1e-3, schedule: 'inverse-sqrt-epoch' },
};

describeWithTensorflow('steps of several minibatches', () => {
  it.each<[string, PartialConfig, number]>([
    ['5:1, spectral norm, instance noise, dequantised, averaged, clipped', { ...fiveToOne, ...everything }, 2],
    [
      '1:5 with implicit cycles',
      {
        objective: { name: 'alice', preset: 'adversarial' },
        architecture: { name: 'small-28-joint', options: { cycle: 'both', width: 4, latent: 3 } },
      },
      2,
    ],
    [
      'labels',
      {
        objective: { name: 'classifier' },
        architecture: { name: 'classifier-small', options: { width: 4, features: 4 } },
        dequantise: true,
      },
      13,
    ],
  ])(
    '%s: stopped in the middle of an epoch and resumed, it ends with the same bytes',
    async (_what, system, perEpoch) => {
      const [unbroken, broken] = [join(folder, 'a'), join(folder, 'b')];
      const config = resolved(system, { length: { steps: perEpoch + 2 } });
      const whole = await runTraining({ config, folder: unbroken });
      expect(whole.epochs).toBeCloseTo(1 + 2 / perEpoch, 12);
      const stop = new AbortController();
      const at = perEpoch + 1;
      const first = await runTraining({
        config,
        folder: broken,
        signal: stop.signal,
        onProgress: ({ step }) => step === at && stop.abort(),
      });
      expect(first).toMatchObject({ step: at, interrupted: true });
      expect(await runTraining({ folder: broken, resume: true })).toMatchObject({ step: perEpoch + 2 });
      expect(await bytesOf(broken)).toEqual(await bytesOf(unbroken));
    },
  );

  it('an epoch is as many whole steps as its minibatches allow', async () => {
    const result = await runTraining({ config: resolved(fiveToOne, { length: { epochs: 2 } }), folder });
    expect(result).toMatchObject({ step: 4, epochs: 2 });
  });

  it.each<[string, RunConfig['length']]>([
    ['steps', { steps: 2 }],
    ['epochs', { epochs: 1 }],
    ['hours', { hours: 0.0001 }],
  ])(
    'data of fewer minibatches than a step takes are refused before anything is written: %s',
    async (_what, length) => {
      const run = join(folder, 'run');
      const config = resolved(fiveToOne, { length, data: { options: { train: 23, test: 20 } } });
      await expect(runTraining({ config, folder: run })).rejects.toThrow(
        /smaller than the 6 batches of a step.*at least 24 rows, found 23/,
      );
      expect(existsSync(run)).toBe(false);
    },
  );

  it('the averages are decay * average + (1 - decay) * parameter, from the first values on, of encoder and decoder', async () => {
    const config = resolved({
      objective: { name: 'dali' },
      architecture: { name: 'small-28', options: { width: 4, latent: 3 } },
      averageDecay: 0.7,
      checkpointsKept: 9,
      data: { options: { train: 10, test: 10 } },
      batch: 10,
      length: { steps: 2 },
    });
    const { System } = await import('@alix/train/system');
    const { beginnings } = await import('@alix/train/beginnings');
    const { openDataset } = await import('@alix/train/datasets/index');
    const data = await openDataset('strokes', { split: 'train', options: config.data.options, seed: config.seed });
    await runTraining({ config, folder });
    const system = new System(config, undefined, await beginnings(config, data));
    const before = system.arrays();
    system.dispose();
    const after2 = (await newestCheckpoint(folder)).weights;
    await rm(join(folder, 'checkpoint-2'), { recursive: true });
    const after1 = (await newestCheckpoint(folder)).weights;
    const averaged = [...after2.keys()].filter((name) => name.startsWith('average/')).map((name) => name.slice(8));
    expect(new Set(averaged.map((name) => name.split('.')[0]))).toEqual(new Set(['F', 'E', 'G']));
    expect(averaged.some((name) => name.includes('running'))).toBe(false);
    const largest = { moved: 0, wrong: 0 };
    for (const name of averaged) {
      const [w0, w1, w2, found] = [before.get(name), after1.get(name), after2.get(name), after2.get(`average/${name}`)];
      found?.data.forEach((value, i) => {
        const [a, b, c] = [w0, w1, w2].map((array) => array?.data[i] ?? Number.NaN) as [number, number, number];
        const expected = 0.7 * (0.7 * a + 0.3 * b) + 0.3 * c;
        largest.moved = Math.max(largest.moved, Math.abs(c - a));
        largest.wrong = Math.max(largest.wrong, Math.abs(value - expected));
      });
    }
    expect(largest.moved).toBeGreaterThan(1e-4);
    expect(largest.wrong).toBeLessThan(1e-6);
  });
});

it.each([0, -1, 1.5])(
  '%d updates of a player a step: refused with the design, before anything is computed',
  (criticSteps) => {
    const config = resolved(fiveToOne, { objective: { options: { criticSteps } } });
    expect(() => design(config)).toThrow(/cannot be updated .*, 1 times a step.*whole numbers of at least 1/);
  },
);

it('several updates a step of players that are updated simultaneously: refused with the design', () => {
  const config = resolved({
    objective: { name: 'ali', preset: 'paper', options: { criticSteps: 5 } },
    architecture: { name: 'small-28-joint' },
  });
  expect(() => design(config)).toThrow(/simultaneously are updated once a step.*choose a preset with sequential/);
});
