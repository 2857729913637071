/** Runs of a few steps on a small network: resuming, stopping, diverging, damaged checkpoints. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePng } from '@alix/infer/io/png';
import { newestCheckpoint, type PartialConfig, readMetrics, resolveConfig, runTraining } from '@alix/train';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Four steps an epoch. */
const small: PartialConfig = {
  data: { options: { train: 40, test: 20 } },
  batch: 10,
  architecture: { options: { width: 4, latent: 3 } },
  evaluationRows: 20,
};

const config = (...layers: PartialConfig[]) =>
  resolveConfig([small, ...layers].map((layer) => ({ from: 'test', config: layer })));

const weightsOf = async (run: string) => {
  const { weights, optimiser, state } = await newestCheckpoint(run);
  const bytes = [...weights, ...optimiser].map(
    ([name, { data }]) => `${name} ${Buffer.from(data.buffer).toString('base64')}`,
  );
  return { bytes, random: state.random, step: state.step };
};

describeWithTensorflow('training', () => {
  it('a run has run.json, metrics, a picture and a checkpoint, and leaves no tensors behind', async () => {
    const warmUp = join(folder, 'warm-up');
    await runTraining({ config: config({ length: { epochs: 1 } }), folder: warmUp });
    const before = tf.memory().numTensors;
    const run = join(folder, 'run');
    const result = await runTraining({ config: config({ length: { epochs: 2 } }), folder: run });
    expect(tf.memory().numTensors).toBe(before);
    expect(result).toMatchObject({ step: 8, epochs: 2, interrupted: false });
    expect((await readdir(run)).sort()).toEqual([
      'checkpoint-4',
      'checkpoint-8',
      'events.out.tfevents.alix',
      'metrics.jsonl',
      'run.json',
      'samples',
    ]);
    const lines = await readMetrics(join(run, 'metrics.jsonl'));
    expect(lines.filter(({ kind }) => kind === 'epoch').map(({ step }) => step)).toEqual([4, 8]);
    expect(lines.at(-1)?.reconstruction_mse).toBe(result.reconstructionError);
    const picture = decodePng(await readFile(join(run, 'samples', 'epoch-0002.png')), 'picture');
    expect(picture.width).toBeGreaterThan(16 * 28);
  });

  it.each([
    ['dali', 'authors', 'small-28'],
    ['dali', 'paper', 'small-28'],
    ['ali', 'paper', 'small-28-joint'],
    ['gan', 'authors', 'small-28'],
  ])(
    '%s (%s): stopped and resumed in the middle of an epoch, it ends with the same bytes',
    async (name, preset, architecture) => {
      const system: PartialConfig = { objective: { name, preset }, architecture: { name: architecture } };
      const [unbroken, broken] = [join(folder, 'a'), join(folder, 'b')];
      await runTraining({ config: config(system, { length: { steps: 7 } }), folder: unbroken });
      const stop = new AbortController();
      const first = await runTraining({
        config: config(system, { length: { steps: 7 } }),
        folder: broken,
        signal: stop.signal,
        onProgress: ({ step }) => step === 3 && stop.abort(),
      });
      expect(first).toMatchObject({ step: 3, interrupted: true });
      const second = await runTraining({ folder: broken, resume: true });
      expect(second).toMatchObject({ step: 7, interrupted: false });
      expect(await weightsOf(broken)).toEqual(await weightsOf(unbroken));
      expect(second.meanImage).toEqual(first.meanImage);
      expect(second.meanImage?.over).toBe(name === 'gan' ? undefined : 20);
      const steps = (await readMetrics(join(broken, 'metrics.jsonl'))).map(({ step }) => step);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
    },
  );

  it('resuming before the first checkpoint, or before anything, begins at the beginning and ends with the same bytes', async () => {
    const [whole, early, never] = [join(folder, 'a'), join(folder, 'b'), join(folder, 'c')];
    const length = { steps: 3 };
    await runTraining({ config: config({ length }), folder: whole });
    await runTraining({ config: config({ length }), folder: early });
    await rm(join(early, 'checkpoint-3'), { recursive: true });
    const events: string[] = [];
    await runTraining({ folder: early, resume: true, onEvent: (line) => events.push(line) });
    expect(events[0]).toMatch(/no checkpoint yet: the run begins again/);
    await runTraining({ config: config({ length }), folder: never, resume: true });
    expect(await weightsOf(early)).toEqual(await weightsOf(whole));
    expect(await weightsOf(never)).toEqual(await weightsOf(whole));
    await rm(join(never, 'run.json'));
    await expect(runTraining({ folder: never, resume: true })).rejects.toThrow(/no run here/);
  });

  it('another seed gives other weights', async () => {
    const weights = [];
    for (const seed of [1, 2]) {
      const run = join(folder, `${seed}`);
      await runTraining({ config: config({ seed, length: { steps: 1 } }), folder: run });
      weights.push((await weightsOf(run)).bytes.join());
    }
    expect(weights[0]).not.toBe(weights[1]);
  });

  it('a torn newest checkpoint is passed over, and said to be', async () => {
    await runTraining({ config: config({ length: { epochs: 2 } }), folder });
    await truncate(join(folder, 'checkpoint-8', 'weights.safetensors'), 1000);
    const events: string[] = [];
    await runTraining({ folder, resume: true, onEvent: (line) => events.push(line) });
    expect(events[0]).toMatch(/checkpoint-8 is passed over/);
    expect((await newestCheckpoint(folder)).state.step).toBe(8);
  });

  it('a loss that is not finite stops the run, names step and loss, and keeps the last good checkpoint', async () => {
    await runTraining({ config: config({ length: { epochs: 1 } }), folder });
    const path = join(folder, 'run.json');
    const run = JSON.parse(await readFile(path, 'utf8'));
    run.config.optimiser.learningRate = 1e30;
    run.config.length = { epochs: 3 };
    await writeFile(path, JSON.stringify(run));
    await expect(runTraining({ folder, resume: true })).rejects.toThrow(
      /step \d+: the loss "\w+" is (NaN|-?Infinity).*checkpoint-4 is the last good one/,
    );
    const lines = await readMetrics(join(folder, 'metrics.jsonl'));
    expect(Object.values(lines.at(-1) ?? {})).toContainEqual(expect.stringMatching(/^(NaN|-?Infinity)$/));
    expect((await newestCheckpoint(folder)).state.step).toBe(4);
  });

  it.each([
    ['weights', { evaluationRows: 0, optimiser: { learningRate: 1e39 } }, /step 1: \S+ is no longer finite/],
    ['reconstructions', { optimiser: { learningRate: 1e30 } }, /step 1: the held-out reconstruction MSE is NaN/],
  ])('%s that are not finite are not saved, though the last loss was', async (_what, settings, message) => {
    // simultaneous: no player's loss is of what another player's update has made
    const paper = config({ objective: { preset: 'paper' } }, settings, { length: { steps: 1 } });
    const attempt = runTraining({ config: paper, folder });
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(/no checkpoint was written yet/);
    expect((await readdir(folder)).filter((name) => name.startsWith('checkpoint'))).toEqual([]);
  });

  it('a run continued to another end says so in run.json, so that a later --resume goes there too', async () => {
    await runTraining({ config: config({ length: { steps: 1 } }), folder });
    const stop = new AbortController();
    await runTraining({
      config: config({ length: { steps: 6 } }),
      folder,
      resume: true,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(await runTraining({ folder, resume: true })).toMatchObject({ step: 6, interrupted: false });
    const events: string[] = [];
    await runTraining({ folder, resume: true, onEvent: (line) => events.push(line) });
    expect(events).toEqual([expect.stringMatching(/step 6 is the end of this run already/)]);
  });

  it('every step is in metrics.jsonl, also those before the end of a short run', async () => {
    await runTraining({ config: config({ length: { steps: 6 } }), folder });
    const lines = await readMetrics(join(folder, 'metrics.jsonl'));
    expect(lines.filter(({ kind }) => kind === 'step').map(({ step, epoch }) => [step, epoch])).toEqual([
      [4, 1],
      [6, 2],
    ]);
  });

  it('what a killed process left half-written is removed, and nothing else', async () => {
    await runTraining({ config: config({ length: { steps: 1 } }), folder });
    const name = '.checkpoint-7.123-0123456789ab.tmp';
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'weights.safetensors'), 'half');
    await writeFile(join(folder, '.mine.tmp'), '');
    await runTraining({ folder, resume: true });
    const names = await readdir(folder);
    expect([names.includes(name), names.includes('.mine.tmp')]).toEqual([false, true]);
  });

  it('damaged checkpoints that are newer do not push out the whole ones', async () => {
    await runTraining({ config: config({ length: { epochs: 2 } }), folder });
    await truncate(join(folder, 'checkpoint-8', 'state.json'), 10);
    const more = config({ length: { steps: 6 }, checkpointsKept: 1 });
    await runTraining({ config: more, folder, resume: true });
    expect((await newestCheckpoint(folder)).state.step).toBe(6);
  });

  it('the same data at another place continue the run; other data do not', async () => {
    const grid = {
      objective: { name: 'dali' },
      architecture: { name: 'aim-grid', options: { width: 4, features: 4 } },
    };
    const options = { train: 40, test: 20 };
    const at = (source: string, length: number) =>
      resolveConfig([
        { from: 'test', config: { ...grid, batch: 10, length: { steps: length }, data: { source } } },
        { from: 'test', config: { data: { options } } },
      ]);
    await runTraining({ config: at('gaussian-grid', 1), folder });
    const path = join(folder, 'run.json');
    const run = JSON.parse(await readFile(path, 'utf8'));
    expect(run.data.options).toEqual({ sigma: 0.05, ...options });
    run.config.data.source = 'where it was';
    await writeFile(path, JSON.stringify(run));
    expect(await runTraining({ config: at('gaussian-grid', 2), folder, resume: true })).toMatchObject({ step: 2 });
    expect(JSON.parse(await readFile(path, 'utf8')).config.data.source).toBe('gaussian-grid');
    run.data.fingerprint = '0'.repeat(64);
    await writeFile(path, JSON.stringify(run));
    await expect(runTraining({ config: at('gaussian-grid', 3), folder, resume: true })).rejects.toThrow(
      /the data are not those that the run began with/,
    );
  });

  it('an optimiser without its moments is no checkpoint to go on from', async () => {
    const { System } = await import('@alix/train/system');
    const { Adam } = await import('@alix/train/tensorflow/adam');
    const system = new System(config());
    const saved = new Adam(system.store).arrays();
    saved.delete([...saved.keys()][4] ?? '');
    expect(() => new Adam(system.store, saved)).toThrow(/the optimiser's state does not fit/);
    system.dispose();
  });

  it('rows in another range than [0,1] leave no tensors behind', async () => {
    const { rows } = await import('@alix/train/evaluate');
    const data = { batch: async () => Float32Array.of(0, 0.5, 1) };
    const system = { design: { architecture: { data: { kind: 'image', shape: [3], range: [-1, 1] } } } };
    const before = tf.memory().numTensors;
    const x = await rows(system as never, data as never, Uint32Array.of(0));
    expect([...x.dataSync()]).toEqual([-1, 0, 1]);
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('what cannot be trained is refused before anything is written', async () => {
    const run = join(folder, 'run');
    const attempt = (...layers: PartialConfig[]) => runTraining({ config: config(...layers), folder: run });
    await expect(attempt({ data: { source: 'gaussian-grid', options: {} } })).rejects.toThrow(
      /do not fit the architecture small-28.*points of 2/,
    );
    await expect(attempt({ data: { source: 'nowhere' } })).rejects.toThrow(/nowhere: no such data set/);
    await expect(attempt({ length: {} })).rejects.toThrow(/nothing says when the run ends/);
    await expect(attempt({ batch: 1000, length: { steps: 1 } })).rejects.toThrow(
      /smaller than one batch.*at least 1000 rows, found 40/,
    );
    expect(existsSync(run)).toBe(false);
    await writeFile(join(folder, 'file'), '');
    await expect(
      runTraining({ config: config({ length: { steps: 1 } }), folder: join(folder, 'file', 'run') }),
    ).rejects.toThrow(/file/);
  });

  it('a folder with a run in it, another process at work, and changed settings are refused', async () => {
    await runTraining({ config: config({ length: { steps: 1 } }), folder });
    await expect(runTraining({ config: config({ length: { steps: 1 } }), folder })).rejects.toThrow(
      /there is a run in this folder.*--resume/,
    );
    await expect(
      runTraining({ config: config({ seed: 9, length: { steps: 1 } }), folder, resume: true }),
    ).rejects.toThrow(/"seed" is not as the run began/);
    const stop = new AbortController();
    let second: Promise<unknown> | undefined;
    await runTraining({
      config: config({ length: { steps: 3 } }),
      folder,
      resume: true,
      signal: stop.signal,
      onProgress: () => {
        second ??= runTraining({ folder, resume: true }).catch((error: unknown) => error);
      },
    });
    expect(String(await second)).toMatch(/another process is training in this folder/);
  });
});
