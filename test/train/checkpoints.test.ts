/** Checkpoints on disk: what is written, what is passed over when it was damaged, what is removed and what never is. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '@alix/infer/io/random';
import { decodeSafetensors } from '@alix/infer/io/safetensors';
import { type CheckpointState, openCheckpoint, read, saveCheckpoint } from '@alix/train/checkpoint';
import { bestUpTo, checkpointSteps, openChosen, openNewest, prune, removeUnfinished } from '@alix/train/checkpoints';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();
let run = '';
let runs = 0;
beforeEach(async () => {
  run = join(root, `run-${runs++}`);
  await mkdir(run);
});

const stored = (...values: number[]) => ({ shape: [values.length], data: () => Float32Array.from(values) });
const random = createRandom(1).state();

async function save(step: number, more: Partial<CheckpointState> = {}): Promise<void> {
  const state = { step, epoch: 1, batchInEpoch: 2, seconds: 3.5, random, ...more };
  const weights = new Map([['G.w', stored(step, 2, 3)]]);
  await saveCheckpoint(run, { state, weights, optimiser: new Map([['G.w.t', stored(step)]]) });
}

const at = (step: number, file: string) => join(run, `checkpoint-${step}`, file);

describe('a checkpoint', () => {
  it('reads as it was written, and its files are plain safetensors', async () => {
    const best = { metric: 'reconstruction_mse', value: 0.25, step: 2 };
    await save(4, { measures: { reconstruction_mse: 0.5 }, best });
    const { state, weights } = await openCheckpoint(join(run, 'checkpoint-4'));
    expect(state).toEqual({
      step: 4,
      epoch: 1,
      batchInEpoch: 2,
      seconds: 3.5,
      random,
      measures: { reconstruction_mse: 0.5 },
      best,
    });
    expect([...(read(weights).get('G.w')?.data ?? [])]).toEqual([4, 2, 3]);
    const bytes = await readFile(at(4, 'weights.safetensors'));
    expect(decodeSafetensors(bytes, 'it').tensors.get('G.w')?.data).toEqual(Float32Array.of(4, 2, 3));
    const { files } = JSON.parse(await readFile(at(4, 'state.json'), 'utf8'));
    expect(files['weights.safetensors']).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('of version 0.1, whose state had no measures, best or sha256 of its own, is read', async () => {
    await save(4);
    const { stateSha256: _, ...old } = JSON.parse(await readFile(at(4, 'state.json'), 'utf8'));
    await writeFile(at(4, 'state.json'), JSON.stringify(old, null, 2));
    expect((await openNewest(run)).state).toEqual({ step: 4, epoch: 1, batchInEpoch: 2, seconds: 3.5, random });
  });
});

const flip = async (path: string, offset: number) => {
  const bytes = await readFile(path);
  bytes[bytes.length + offset] = (bytes[bytes.length + offset] ?? 0) ^ 1;
  await writeFile(path, bytes);
};

describe('what was damaged is passed over, in one line', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['weights cut short', () => truncate(at(8, 'weights.safetensors'), 40), /weights\.safetensors: missing or damaged/],
    ['weights of nothing', () => truncate(at(8, 'weights.safetensors'), 0), /weights/],
    ['a bit of the weights', () => flip(at(8, 'weights.safetensors'), -1), /weights\.safetensors: altered/],
    ['a bit of the optimiser', () => flip(at(8, 'optimiser.safetensors'), -2), /optimiser\.safetensors: altered/],
    ['no weights', () => rm(at(8, 'weights.safetensors')), /weights\.safetensors: missing/],
    ['no optimiser', () => rm(at(8, 'optimiser.safetensors')), /optimiser\.safetensors: missing/],
    ['no state', () => rm(at(8, 'state.json')), /state\.json: missing/],
    ['a state cut short', () => truncate(at(8, 'state.json'), 50), /state\.json: missing or damaged/],
    [
      'another number in the state',
      async () => {
        const text = await readFile(at(8, 'state.json'), 'utf8');
        await writeFile(at(8, 'state.json'), text.replace('"batchInEpoch": 2', '"batchInEpoch": 3'));
      },
      /state\.json/,
    ],
    [
      'a folder in the place of a file',
      () => rm(at(8, 'weights.safetensors')).then(() => mkdir(at(8, 'weights.safetensors'))),
      /weights/,
    ],
    [
      'a file in the place of the folder',
      () => rm(join(run, 'checkpoint-8'), { recursive: true }).then(() => writeFile(join(run, 'checkpoint-8'), '')),
      /checkpoint-8/,
    ],
    [
      'the folder of another step',
      async () => {
        await rm(join(run, 'checkpoint-8'), { recursive: true });
        execFileSync('cp', ['-r', join(run, 'checkpoint-4'), join(run, 'checkpoint-8')]);
      },
      /state\.json/,
    ],
    [
      'a pipe that would never end',
      async () => {
        await rm(at(8, 'weights.safetensors'));
        execFileSync('mkfifo', [at(8, 'weights.safetensors')]);
      },
      /weights/,
    ],
  ])('%s', async (_what, damage, words) => {
    await save(4);
    await save(8);
    await damage();
    const lines: string[] = [];
    const newest = await openNewest(run, (path, why) => lines.push(`${path}: ${why}`));
    expect(newest.state.step).toBe(4);
    expect(lines).toEqual([expect.stringMatching(words)]);
    expect(lines[0]).not.toMatch(/\n/);
  });

  it('where none is whole, that is said', async () => {
    await save(4);
    await rm(at(4, 'state.json'));
    await expect(openNewest(run)).rejects.toThrow(/no whole checkpoint in this run; train it first/);
  });
});

describe('what stays', () => {
  it.each([
    ['the newest', 2, undefined, [12, 8]],
    ['the newest and the best', 1, 4, [12, 4]],
    ['the best among the newest counts once', 2, 8, [12, 8]],
  ])('%s', async (_what, keep, best, left) => {
    for (const step of [2, 4, 8, 12]) await save(step);
    await prune(run, 12, keep, best);
    expect(await checkpointSteps(run)).toEqual(left);
    expect((await readdir(run)).length).toBe(left.length);
  });

  it('later ones than the step that was saved are neither counted nor removed', async () => {
    for (const step of [2, 4, 8, 12]) await save(step);
    await prune(run, 4, 1, undefined);
    expect(await checkpointSteps(run)).toEqual([12, 8, 4]);
  });

  it('names that only look like checkpoints are nothing', async () => {
    await save(4);
    for (const name of ['checkpoint-08', 'checkpoint-', 'checkpoint-5x']) await mkdir(join(run, name));
    expect(await checkpointSteps(run)).toEqual([4]);
  });

  it('a killed process leaves hidden names, which are removed; a user’s stay', async () => {
    await mkdir(join(run, 'samples'));
    const left = ['.checkpoint-4.12-0123456789ab.tmp', '.run.json.12-0123456789ab.tmp', '.alix-probe-0123456789ab'];
    for (const name of [...left, 'samples/.epoch-0001.png.12-0123456789ab.tmp', '.mine.tmp', 'samples/.mine'])
      await writeFile(join(run, name), '');
    await removeUnfinished(run);
    expect((await readdir(run, { recursive: true })).sort()).toEqual(['.mine.tmp', 'samples', 'samples/.mine']);
  });
});

describe('which one is opened', () => {
  const better = (value: number, than: number) => value < than;
  const best = (step: number, value: number) => ({ metric: 'reconstruction_mse', step, value });

  it('the newest, the best or that of a step; what there is not is refused with what there is', async () => {
    await save(4, { best: best(4, 0.1) });
    await save(8, { best: best(4, 0.1) });
    const opened = async (choice: 'newest' | 'best' | number) => (await openChosen(run, choice)).state.step;
    expect([await opened('newest'), await opened('best'), await opened(8)]).toEqual([8, 4, 8]);
    await expect(opened(6)).rejects.toThrow(/no checkpoint of step 6 \(expected one of 8, 4\)/);
    await rm(at(4, 'weights.safetensors'));
    await expect(opened('best')).rejects.toThrow(/checkpoint-4.weights\.safetensors: missing/);
    await rename(at(8, 'state.json'), at(8, 'gone'));
    await expect(opened('newest')).rejects.toThrow(/no whole checkpoint/);
  });

  it('no best is known where nothing was measured', async () => {
    await save(4);
    await expect(openChosen(run, 'best')).rejects.toThrow(/no checkpoint of this run is known as the best.*newest/);
  });

  it('a best one that has gone is replaced by the best of what is left', async () => {
    await save(2, { measures: { reconstruction_mse: 0.3 } });
    await save(4, { measures: { reconstruction_mse: 0.1 }, best: best(4, 0.1) });
    await save(6, { measures: { reconstruction_mse: 0.2 }, best: best(4, 0.1) });
    await save(8, { best: best(4, 0.1) });
    const upTo8 = async () =>
      bestUpTo(run, await openCheckpoint(join(run, 'checkpoint-8')), 'reconstruction_mse', better);
    expect(await upTo8()).toEqual(best(4, 0.1));
    await flip(at(4, 'weights.safetensors'), -1);
    expect(await upTo8()).toEqual(best(6, 0.2));
    await rm(join(run, 'checkpoint-6'), { recursive: true });
    expect(await upTo8()).toEqual(best(2, 0.3));
    await rm(join(run, 'checkpoint-2'), { recursive: true });
    expect(await upTo8()).toBeUndefined();
    expect(existsSync(join(run, 'checkpoint-4'))).toBe(true);
  });
});
