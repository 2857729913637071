/** A run that starts from another run's weights: which networks, from where, and what is refused. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestCheckpoint, type PartialConfig, readRun, resolveConfig, runTraining } from '@alix/train';
import { beginnings } from '@alix/train/beginnings';
import { imageDataset } from '@alix/train/datasets/dataset';
import { drawStrokes } from '@alix/train/datasets/strokes';
import { initialWeights } from '@alix/train/init';
import { beforeAll, expect, it } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const at = (name: string) => join(root, name);

const config = (objective: string, ...layers: PartialConfig[]) =>
  resolveConfig(
    [
      {
        objective: { name: objective },
        architecture: { name: 'small-28', options: { width: 4, latent: 3 } },
        data: { options: { train: 60, test: 30 } },
        batch: 10,
        evaluationRows: 30,
        length: { steps: 4 },
        optimiser: { learningRate: 0.01 },
      } satisfies PartialConfig,
      ...layers,
    ].map((layer) => ({ from: 'test', config: layer })),
  );
const data = (() => {
  const shape: [number, number, number] = [28, 28, 1];
  return imageDataset({ name: 'strokes', shape, classes: 10, ...drawStrokes(1, 'train', 20) });
})();
const options = (values: Record<string, number | string>): PartialConfig => ({ architecture: { options: values } });
const from = (run: string): PartialConfig => ({ init: at(run) });

describeWithTensorflow('a run that starts from the weights of another', () => {
  beforeAll(async () => {
    await runTraining({ config: config('gan', { checkpointSteps: 2, averageDecay: 0.5 }), folder: at('gan') });
  });

  it('takes the networks that both have, with their running statistics, and leaves the others to the seed', async () => {
    const asked = config('dali', from('gan'), { seed: 5 });
    const { pretrained, init } = await beginnings(asked, data);
    expect([init?.networks, init?.fresh]).toEqual([['G', 'F', 'D'], ['E']]);
    const { weights } = await newestCheckpoint(at('gan'));
    // the averages are what the model answers with; what has none is as it was trained
    for (const [name, { data: numbers }] of pretrained)
      expect(numbers, name).toEqual((weights.get(`average/${name}`) ?? weights.get(name))?.data);
    expect([...pretrained.keys()].some((name) => name.endsWith('running_variance'))).toBe(true);
    expect([...pretrained.keys()].some((name) => name.startsWith('E.'))).toBe(false);

    const said: string[] = [];
    // so small a rate that the first step moves nothing that can be seen
    const still = { optimiser: { learningRate: 1e-12 }, length: { steps: 1 } };
    const run = at('dali');
    await runTraining({ config: config('dali', from('gan'), still), folder: run, onEvent: (line) => said.push(line) });
    expect(said[0]).toBe(`G, F, D start from ${at('gan')}, step 4; E starts anew`);
    const started = (await newestCheckpoint(run)).weights;
    const kernel = 'G.x.0.fully-connected.weight';
    const is = started.get(kernel)?.data as Float32Array;
    const was = pretrained.get(kernel)?.data as Float32Array;
    expect(Math.max(...is.map((v, i) => Math.abs(v - (was[i] as number))))).toBeLessThan(1e-6);

    const record = await readRun(run);
    expect(record.config.init).toBe(at('gan'));
    expect(record.init).toEqual({ run: at('gan'), step: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('a checkpoint of it can be named', async () => {
    const init = await initialWeights(config('gan', { init: join(at('gan'), 'checkpoint-2') }));
    expect(init?.record).toMatchObject({ run: at('gan'), step: 2 });
    await expect(initialWeights(config('gan', { init: join(at('gan'), 'checkpoint-3') }))).rejects.toThrow(
      /no checkpoint of step 3 \(expected one of 4, 2\)/,
    );
    expect(await initialWeights(config('gan'))).toBeUndefined();
  });

  it('resuming reads its own checkpoint, and the run keeps where it came from', async () => {
    const run = at('dali');
    const longer = config('dali', from('gan'), { optimiser: { learningRate: 1e-12 }, length: { steps: 3 } });
    await runTraining({ config: longer, folder: run, resume: true });
    expect((await readRun(run)).init).toMatchObject({ step: 4 });
    const other = config('dali', { optimiser: { learningRate: 1e-12 }, length: { steps: 4 } });
    await expect(runTraining({ config: other, folder: run, resume: true })).rejects.toThrow(
      /"init" is not as the run began/,
    );
  });

  it.each([
    [
      'other shapes',
      () => config('gan', from('gan'), options({ width: 8 })),
      /gan: G\.x\.0.*expected 3x64, found 3x32\); start from a run of the same/,
    ],
    [
      'another slope',
      () => config('gan', from('gan'), options({ slope: 0.3 })),
      /gan: F\..*expected .*0\.3.*found .*0\.1/,
    ],
    [
      'no folder',
      () => config('gan', from('nowhere')),
      /--init .*nowhere: no run here to start from .*shipped models are bundles/,
    ],
    [
      'no network in common',
      () => config('classifier', from('gan'), { architecture: { name: 'classifier-small', options: {} } }),
      /gan: this run has none of the networks .*expected M, C, found G, F, D/,
    ],
  ])('%s: refused', async (_what, asked, words) => {
    await expect(initialWeights(asked())).rejects.toThrow(words);
    await expect(initialWeights(asked())).rejects.toMatchObject({ code: 'bad-init' });
  });

  it('a bundle is refused with what to name instead; --init is in the configuration', async () => {
    mkdirSync(at('model'));
    writeFileSync(join(at('model'), 'model.json'), '{}');
    const ran = await alix(['train', 'dali', '--steps', '1', '--init', 'model', '-o', 'run', '--quiet'], root);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toBe(
      'alix: --init model: a model bundle cannot be trained on: batch norm is folded into its weights; name the run folder that it was exported from\n',
    );
    const printed = await alix(['train', 'dali', '--init', 'gan', '--print-config'], root);
    expect(JSON.parse(printed.stdout)).toMatchObject({ init: 'gan' });
  });
});
