/** Runs whose disk, folder, clock or memory fails them: one line, the last checkpoint kept, and on from there. */
import { appendFileSync, existsSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PartialConfig, type RunRequest, readMetrics, resolveConfig, runTraining } from '@alix/train';
import { openNewest } from '@alix/train/checkpoints';
import { keeping, outOfMemory } from '@alix/train/keeping';
import { MetricsLog } from '@alix/train/metrics-log';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { type SmallDisk, smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const root = temporaryFolder();
const why = whyNoDisk(root);
if (why) console.warn(`skipped: ${why}`);

let folder = '';
let runs = 0;
beforeEach(() => {
  folder = join(root, `run-${runs++}`);
});

/** Four steps an epoch. */
const small: PartialConfig = {
  data: { options: { train: 40, test: 20 } },
  batch: 10,
  architecture: { options: { width: 4, latent: 3 } },
  evaluationRows: 20,
};
const config = (...layers: PartialConfig[]) =>
  resolveConfig([small, ...layers].map((layer) => ({ from: 'test', config: layer })));

const failed = (request: RunRequest): Promise<string> =>
  runTraining(request).then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error.message,
  );

/** The bytes of the newest checkpoint's numbers. */
const bytesOf = async (run: string) => {
  const { path, state } = await openNewest(run);
  const files = ['weights.safetensors', 'optimiser.safetensors'];
  return { step: state.step, files: await Promise.all(files.map((file) => readFile(join(path, file)))) };
};

const hidden = async (run: string) => (await readdir(run, { recursive: true })).filter((name) => /(^|\/)\./.test(name));

describeWithTensorflow('a run', () => {
  describe.skipIf(why !== undefined)('on a small disk', () => {
    let disk: SmallDisk;
    beforeEach(() => {
      disk = smallDisk(join(folder, 'disk'), 4096);
    });
    afterEach(() => disk.remove());

    it.each([
      ['a checkpoint', 40, /step 8: the checkpoint could not be written: no space left on the disk/],
      ['a picture', 0, /step 8: the samples could not be written: no space left on the disk/],
    ])(
      'no room for %s ends it; the one before is whole, and it goes on from there',
      async (_what, spareKilobytes, words) => {
        const [run, unbroken] = [join(disk.folder, 'run'), join(folder, 'unbroken')];
        const twoEpochs = config({ length: { epochs: 2 } });
        await runTraining({ config: twoEpochs, folder: unbroken });
        const picture = statSync(join(unbroken, 'samples', 'epoch-0002.png')).size;
        const filler = join(disk.folder, 'filler');
        const fill = () => {
          const { bavail, bsize } = statfsSync(disk.folder);
          const spare = spareKilobytes > 0 ? picture + spareKilobytes * 1024 : 0;
          writeFileSync(filler, Buffer.alloc(bavail * bsize - spare));
        };
        const message = await failed({
          config: twoEpochs,
          folder: run,
          onProgress: ({ step }) => step === 6 && fill(),
        });
        expect(message).toMatch(words);
        expect(message).toMatch(/checkpoint-4 is the last good one: free some space .*--resume$/);
        expect(message).not.toMatch(/\n/);
        expect((await openNewest(run)).state.step).toBe(4);
        expect(await hidden(run)).toEqual([]);
        await rm(filler);
        await runTraining({ folder: run, resume: true });
        expect(await bytesOf(run)).toEqual(await bytesOf(unbroken));
      },
    );

    it('a full disk cannot be locked, and says so', async () => {
      const run = join(disk.folder, 'run');
      await runTraining({ config: config({ length: { epochs: 1 } }), folder: run });
      const { bavail, bsize } = statfsSync(disk.folder);
      writeFileSync(join(disk.folder, 'filler'), Buffer.alloc(bavail * bsize));
      expect(await failed({ config: config({ length: { epochs: 2 } }), folder: run, resume: true })).toMatch(
        /run: no space left on the disk; free some space or choose another disk$/,
      );
      expect(await hidden(run)).toEqual([]);
    });

    it('a disk that becomes read-only ends it with the last good checkpoint', async () => {
      const run = join(disk.folder, 'run');
      const message = await failed({
        config: config({ length: { epochs: 2 } }),
        folder: run,
        onProgress: ({ step }) => step === 6 && disk.remount('ro'),
      });
      expect(message).toMatch(/step 8: .* the file system is read-only; checkpoint-4 is the last good one/);
      disk.remount('rw');
      // the lock of a process that has ended would be taken over; this one lives on
      await rm(join(run, 'run.lock'));
      expect((await runTraining({ folder: run, resume: true })).step).toBe(8);
    });
  });

  it('whose folder is removed says so and does not make it anew', async () => {
    const gone = `${folder}-gone`;
    const message = await failed({
      config: config({ length: { epochs: 2 } }),
      folder,
      onProgress: async ({ step }) => step === 6 && (await rename(folder, gone)),
    });
    expect(message).toMatch(/step 8: .*: the folder of the run was removed while it trained; start it again$/);
    expect(existsSync(folder)).toBe(false);
  });

  it('whose lock was taken from it writes no more', async () => {
    const message = await failed({
      config: config({ length: { epochs: 2 } }),
      folder,
      onProgress: async ({ step }) => step === 6 && (await rm(join(folder, 'run.lock'))),
    });
    expect(message).toMatch(/step 8: .*another process has taken the folder of the run, or its lock was removed/);
    expect((await openNewest(folder)).state.step).toBe(4);
  });

  it('does not see the clock being set, by years either way', async () => {
    const limits: number[] = [];
    const real = Date.now();
    const clock = vi.spyOn(Date, 'now');
    const jumps = [0, 20, -30, 5, -1, 40].map((years) => real + years * 365.25 * 86_400_000);
    const lines: string[] = [];
    const result = await runTraining({
      config: config({ length: { steps: 6, hours: 1 }, checkpointMinutes: 60 }),
      folder,
      onEvent: (line) => lines.push(line),
      onProgress: ({ step, seconds }) => {
        limits.push(seconds);
        clock.mockReturnValue(jumps[step - 1] ?? real);
      },
    });
    clock.mockRestore();
    expect(result).toMatchObject({ step: 6, interrupted: false });
    expect(result.seconds).toBeLessThan(60);
    expect(limits).toEqual([...limits].sort((a, b) => a - b));
    expect(Math.min(...limits)).toBeGreaterThan(0);
    for (const line of await readMetrics(join(folder, 'metrics.jsonl')))
      expect(Number(line.images_per_second)).toBeGreaterThan(0);
  });

  it('is saved each so many steps, besides the ends of epochs', async () => {
    const saved = config({ length: { steps: 7 }, checkpointSteps: 3, checkpointsKept: 9, best: { metric: 'none' } });
    await runTraining({ config: saved, folder });
    const names = (await readdir(folder)).filter((name) => name.startsWith('checkpoint'));
    expect(names.sort()).toEqual([3, 4, 6, 7].map((step) => `checkpoint-${step}`));
  });

  it('is looked at at its end, also where a checkpoint is due at that step', async () => {
    const { reconstructionError, best } = await runTraining({
      config: config({ length: { steps: 6 }, checkpointSteps: 3 }),
      folder,
    });
    expect(await readdir(join(folder, 'samples'))).toEqual(['epoch-0001.png', 'step-6.png']);
    const { measures } = (await openNewest(folder)).state;
    expect([measures?.reconstruction_mse, best]).toEqual([reconstructionError, (await openNewest(folder)).state.best]);
    expect(reconstructionError).toBeGreaterThan(0);
  });

  it('has hours over all its sessions, and ends them with a checkpoint', async () => {
    const length = { hours: 0.1 / 3600 };
    const first = await runTraining({ config: config({ length }), folder });
    expect(first.interrupted).toBe(false);
    expect(first.seconds).toBeGreaterThanOrEqual(0.1);
    expect((await openNewest(folder)).state.step).toBe(first.step);
    const lines: string[] = [];
    const second = await runTraining({ folder, resume: true, onEvent: (line) => lines.push(line) });
    expect([second.step, lines]).toEqual([first.step, [expect.stringMatching(/is the end of this run already/)]]);
    const budget = first.seconds + 0.1;
    const more = config({ length: { hours: budget / 3600 } });
    const third = await runTraining({ config: more, folder, resume: true });
    expect(third.step).toBeGreaterThan(first.step);
    expect(third.seconds).toBeGreaterThanOrEqual(budget);
    expect(third.seconds).toBeLessThan(budget + 60);
  });

  it('keeps its best checkpoint when it is no longer among the newest, and knows which it is', async () => {
    const lines: string[] = [];
    // an error that only grows: from 4 steps on the rate is far too high
    const bad = config({ length: { epochs: 4 }, checkpointsKept: 1, optimiser: { learningRate: 0.05 } });
    const result = await runTraining({ config: bad, folder, onEvent: (line) => lines.push(line) });
    const measured = (await readMetrics(join(folder, 'metrics.jsonl'))).filter(({ kind }) => kind === 'epoch');
    const lowest = measured.reduce((a, b) => (Number(b.reconstruction_mse) < Number(a.reconstruction_mse) ? b : a));
    expect(result.best).toEqual({
      metric: 'reconstruction_mse',
      step: lowest.step,
      value: lowest.reconstruction_mse,
    });
    expect(lines.filter((line) => line.endsWith(', the best so far')).at(-1)).toMatch(`step ${lowest.step},`);
    const kept = (await readdir(folder)).filter((name) => name.startsWith('checkpoint')).sort();
    expect(kept).toEqual([...new Set([`checkpoint-${lowest.step}`, 'checkpoint-16'])].sort());
  });

  it('whose numbers overflow between losses says the step, the losses and the last good checkpoint', async () => {
    const paper: PartialConfig = { objective: { preset: 'paper' }, evaluationRows: 0 };
    await runTraining({ config: config(paper, { length: { epochs: 1 } }), folder });
    const path = join(folder, 'run.json');
    const run = JSON.parse(await readFile(path, 'utf8'));
    run.config.optimiser.learningRate = 1e39;
    run.config.length = { steps: 5 };
    await writeFile(path, JSON.stringify(run));
    expect(await failed({ folder, resume: true })).toMatch(
      /step 5: \S+ is no longer finite, after a step with critic [\d.]+.*; checkpoint-4 is the last good one/,
    );
    expect(await hidden(folder)).toEqual([]);
  });
});

const standing = () => ({ folder, step: 7, lastGood: 4 });

describeWithTensorflow('a tensor', () => {
  it('for which no machine has memory is one line', () => {
    const side = 2 ** 23;
    const product = () => tf.tidy(() => tf.matMul(tf.zeros([side, 1]), tf.zeros([1, side])).dataSync());
    let error: unknown;
    try {
      product();
    } catch (thrown) {
      error = outOfMemory(thrown, standing(), 900);
    }
    expect(error).toMatchObject({ code: 'out-of-memory' });
    expect((error as Error).message).toMatch(
      /step 7: there is not enough memory for a tensor of 8388608x8388608 numbers/,
    );
  });
});

describe('one line', () => {
  it.each([
    [new RangeError('Array buffer allocation failed'), /not enough memory with batches of 900/],
    [new RangeError('Invalid typed array length: 99999999999'), /not enough memory with batches of 900/],
    [
      new Error('OOM when allocating tensor with shape[900,6272,64] and type float on /job:localhost by allocator cpu'),
      /not enough memory for a tensor of 900x6272x64 numbers with batches of 900/,
    ],
  ])('%s', (error, words) => {
    const told = outOfMemory(error, standing(), 900) as Error;
    expect(told.message).toMatch(words);
    expect(told.message).toMatch(/step 7: .*checkpoint-4 is the last good one; train with smaller batches/);
  });

  it('leaves other errors as they are', async () => {
    const other = new TypeError('x is not a function');
    expect(outOfMemory(other, standing(), 900)).toBe(other);
    await mkdir(folder);
    await writeFile(join(folder, 'run.json'), '');
    await expect(keeping(standing(), 'it failed', () => Promise.reject(other))).rejects.toBe(other);
  });
});

describe('metrics.jsonl', () => {
  const add = (log: MetricsLog, step: number) => log.add({ kind: 'step', step, epoch: 1, loss: step });

  it('what a kill tore is gone after the rewind, and so is what comes after the step', async () => {
    await mkdir(folder);
    const path = join(folder, 'metrics.jsonl');
    const log = new MetricsLog(path);
    await log.rewind(0);
    for (const step of [1, 2, 3]) add(log, step);
    await log.flush();
    appendFileSync(path, '{"kind":"step","st');
    await new MetricsLog(path).rewind(2);
    expect(await readFile(path, 'utf8')).toBe(
      [1, 2].map((step) => `{"kind":"step","step":${step},"epoch":1,"loss":${step}}\n`).join(''),
    );
  });

  it('is not made anew where the folder was emptied', async () => {
    await mkdir(folder);
    const log = new MetricsLog(join(folder, 'metrics.jsonl'));
    await log.rewind(0);
    add(log, 1);
    await rm(join(folder, 'metrics.jsonl'));
    await expect(log.flush()).rejects.toThrow(/no such file/);
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk is said to be one', async () => {
    const log = new MetricsLog('/dev/full');
    add(log, 1);
    await expect(log.flush()).rejects.toThrow(/no space left on the disk/);
  });
});
