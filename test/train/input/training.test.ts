/** Runs and the thread that prepares their minibatches: how far ahead, slow, failing, interrupted. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@alix/infer/io/random';
import { newestCheckpoint, type PartialConfig, readMetrics, resolveConfig } from '@alix/train';
import { openDataset } from '@alix/train/datasets/index';
import { design } from '@alix/train/design';
import type { TrainRequest } from '@alix/train/trainer';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { workerThat } from './workers.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-input-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const STEPS = 6;
/** Four steps an epoch, and all that is random in input. */
const small: PartialConfig = {
  data: { options: { train: 40, test: 20 } },
  batch: 10,
  architecture: { options: { width: 4, latent: 3 } },
  dequantise: true,
  flip: true,
  evaluationRows: 20,
  length: { steps: STEPS },
};

async function trained(name: string, request: Partial<TrainRequest> = {}, layer: PartialConfig = {}) {
  const { train } = await import('@alix/train/trainer');
  const { config } = design(resolveConfig([small, layer].map((one) => ({ from: 'test', config: one }))));
  const open = (split: 'train' | 'test') =>
    openDataset('strokes', { split, options: config.data.options, seed: config.seed });
  const [data, heldOut] = [await open('train'), await open('test')];
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'run.json'), '{}');
  return train({ config, data, heldOut, folder: join(folder, name), ...request });
}

const bytesOf = async (name: string) => {
  const { weights, optimiser, state } = await newestCheckpoint(join(folder, name));
  const bytes = [...weights, ...optimiser].map(
    ([key, { data }]) => `${key} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')}`,
  );
  return { bytes, random: state.random, step: state.step };
};

describeWithTensorflow('runs and their input', () => {
  it('one ahead, eight ahead, stopped after any step and resumed: the same bytes, which flipping changes', async () => {
    await trained('unbroken');
    const expected = await bytesOf('unbroken');
    for (const ahead of [1, 8]) {
      await trained(`ahead-${ahead}`, { input: { ahead } });
      expect(await bytesOf(`ahead-${ahead}`)).toEqual(expected);
    }
    for (let at = 1; at < STEPS; at++) {
      const stop = new AbortController();
      const name = `stopped-${at}`;
      const first = { signal: stop.signal, onProgress: ({ step }: { step: number }) => step === at && stop.abort() };
      expect(await trained(name, { ...first, input: { ahead: 1 } })).toMatchObject({ step: at, interrupted: true });
      expect(await trained(name, { resume: true })).toMatchObject({ step: STEPS, interrupted: false });
      expect(await bytesOf(name)).toEqual(expected);
    }
    for (const other of ['flip', 'dequantise'] as const) {
      await trained(`no-${other}`, {}, { [other]: false });
      expect((await bytesOf(`no-${other}`)).bytes).not.toEqual(expected.bytes);
    }
  });

  it('says how much of the time it waited for a slow source: in metrics.jsonl, the epoch line and the result', async () => {
    const worker = await workerThat(folder, 'await sleep(300); return stored(indices);');
    const events: string[] = [];
    const onEvent = (line: string) => events.push(line);
    const { dataWait } = await trained('slow', { input: { ahead: 1, worker }, onEvent });
    const lines = await readMetrics(join(folder, 'slow', 'metrics.jsonl'));
    expect(lines.map(({ kind, step }) => `${kind} ${step}`)).toEqual(['step 4', 'epoch 4', 'step 6', 'epoch 6']);
    const [first, epoch, second, end] = lines.map((line) => Number(line.data_wait));
    expect(epoch).toBeCloseTo(first as number, 9);
    expect(end).toBeCloseTo(second as number, 9);
    // of the session, its two parts weighted by the seconds that their steps took
    const [a, b] = [40 / Number(lines[0]?.images_per_second), 20 / Number(lines[2]?.images_per_second)];
    expect(dataWait).toBeCloseTo(((first as number) * a + (second as number) * b) / (a + b), 9);
    // the first is there before the steps begin, and of the fifth a part is read while the epoch's end is looked at
    expect(dataWait * (a + b)).toBeGreaterThan(0.3);
    expect(a + b).toBeGreaterThan(4 * 0.29);
    for (const line of lines) {
      expect(Number(line.data_wait)).toBeGreaterThan(0.05);
      expect(Number(line.data_wait)).toBeLessThan(1);
    }
    expect(events.filter((line) => /, \d+ % of the time waiting for data/.test(line))).toHaveLength(2);
    const fast: string[] = [];
    const result = await trained('fast', { onEvent: (line) => fast.push(line) }, { length: { steps: 4 } });
    expect(result.dataWait).toBeLessThan(dataWait);
    expect(result.dataWait).toBeGreaterThanOrEqual(0);
  });

  it('data that cannot be read end the run with one error; the steps before are saved, and can be gone on from', async () => {
    await trained('whole');
    const row = createRandom(1).split('order of epoch 0').permutation(40)[25] as number;
    const worker = await workerThat(
      folder,
      `if (indices.includes(${row})) throw new AlixError('bad-image', 'not a picture', { where: 'faces/${row}.png' });
       return stored(indices);`,
    );
    const before = tf.memory().numTensors;
    const events: string[] = [];
    await expect(trained('run', { input: { worker }, onEvent: (line) => events.push(line) })).rejects.toThrow(
      `faces/${row}.png: not a picture`,
    );
    expect(events).toEqual(['step 2 is saved: continue with --resume once the data can be read']);
    expect(tf.memory().numTensors).toBe(before);
    expect((await bytesOf('run')).step).toBe(2);
    await trained('run', { resume: true });
    expect(await bytesOf('run')).toEqual(await bytesOf('whole'));
    // at the very first minibatch there is nothing to save
    const never = await workerThat(folder, "throw new AlixError('no-data', 'gone', { where: 'faces' });");
    await expect(trained('never', { input: { worker: never } })).rejects.toThrow('faces: gone');
    await expect(newestCheckpoint(join(folder, 'never'))).rejects.toThrow(/checkpoint/);
  });

  it('held-out data that cannot be read are named as what they are, and the steps of the epoch are saved', async () => {
    await trained('whole');
    const options = { train: 40, test: 20 };
    const whole = await openDataset('strokes', { split: 'test', options, seed: 1 });
    let reads = 0;
    const batch = async (indices: Uint32Array) => {
      reads++;
      throw Object.assign(new Error(`${indices.length} rows`), { code: 'ENOENT' });
    };
    const events: string[] = [];
    const onEvent = (line: string) => events.push(line);
    const heldOut = { ...whole, batch, pixels: batch as never };
    await expect(trained('run', { heldOut, onEvent })).rejects.toThrow(/^\d+ rows$/);
    expect(reads).toBeGreaterThan(0);
    expect(events).toEqual(['step 4 is saved: continue with --resume once the data can be read']);
    await trained('run', { resume: true });
    expect(await bytesOf('run')).toEqual(await bytesOf('whole'));
  });

  it('is interrupted while it waits', async () => {
    const worker = await workerThat(
      folder,
      `globalThis.reads = (globalThis.reads ?? 0) + 1;
       return globalThis.reads < 3 ? stored(indices) : new Promise(() => setInterval(() => undefined, 1000));`,
    );
    const stop = new AbortController();
    const onProgress = ({ step }: { step: number }) => {
      if (step === 2) setTimeout(() => stop.abort(), 200);
    };
    const result = await trained('run', { input: { ahead: 1, worker }, signal: stop.signal, onProgress });
    expect(result).toMatchObject({ step: 2, interrupted: true });
    expect((await bytesOf('run')).step).toBe(2);
  });
});
