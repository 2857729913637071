/** The worker: order, bytes, how far it runs ahead, waiting, failures, its end. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { imageDataset } from '@alix/train/datasets/dataset';
import { type InputPlan, Maker, type Place, type Prepared, placeAfter } from '@alix/train/input/maker';
import { type InputOptions, InputPipeline } from '@alix/train/input/pipeline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workerThat } from './workers.js';

const COUNT = 23;
const BATCH = 4;
const start: Place = { epoch: 0, index: 0 };
/** Row i is [i, i, i, i], of class i % 3. */
const data = imageDataset({
  name: 'rows',
  shape: [2, 2, 1],
  pixels: Uint8Array.from({ length: 4 * COUNT }, (_, i) => i >> 2),
  labels: Uint8Array.from({ length: COUNT }, (_, i) => i % 3),
  classes: 3,
});
const plan: InputPlan = {
  source: data.source,
  count: COUNT,
  labels: data.labels,
  classes: data.classes,
  seed: 5,
  batch: BATCH,
  perEpoch: 5,
  preparation: { shape: [2, 2, 1], range: [0, 1], dequantise: false, flip: false },
};
const random: InputPlan = { ...plan, preparation: { ...plan.preparation, dequantise: true, flip: true } };

let folder = '';
const open: InputPipeline[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-input-'));
});
afterEach(async () => {
  for (const pipeline of open.splice(0)) await pipeline.dispose();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function pipelineOf(given: InputPlan, from: Place, options?: InputOptions, atOnce?: number): InputPipeline {
  const pipeline = new InputPipeline(given, from, atOnce, options);
  open.push(pipeline);
  return pipeline;
}

async function take(pipeline: InputPipeline, n: number): Promise<Prepared[]> {
  const all = [];
  for (let i = 0; i < n; i++) all.push((await pipeline.next()) as Prepared);
  return all;
}

describe('the input pipeline', () => {
  it("gives each epoch's permutation of the rows in order, and their labels, from wherever it begins", async () => {
    const root = createRandom(5);
    const rows = [0, 1, 2].flatMap((epoch) => [
      ...root
        .split(`order of epoch ${epoch}`)
        .permutation(COUNT)
        .subarray(0, 5 * BATCH),
    ]);
    for (const skip of [0, 3, 5, 9]) {
      const pipeline = pipelineOf(plan, { epoch: Math.floor(skip / 5), index: skip % 5 });
      const minibatches = await take(pipeline, 15 - skip);
      const seen = minibatches.flatMap(({ x }) => Array.from({ length: BATCH }, (_, i) => Math.round(255 * x[4 * i]!)));
      expect(seen).toEqual(rows.slice(skip * BATCH));
      for (const [i, { labels }] of minibatches.entries()) {
        const classes = rows.slice((skip + i) * BATCH, (skip + i + 1) * BATCH).map((row) => row % 3);
        expect(labels?.width).toBe(3);
        expect([...(labels?.data ?? [])]).toEqual(classes.flatMap((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0))));
      }
    }
  });

  it('gives the same bytes without a worker, one ahead, eight ahead, by steps of six, and begun anywhere', async () => {
    const maker = new Maker(random);
    const expected: Prepared[] = [];
    let place = start;
    for (let i = 0; i < 40; i++) {
      expected.push(await maker.make(place));
      place = placeAfter(place, random.perEpoch);
    }
    await maker.close();
    for (const ahead of [1, 2, 8, 33]) expect(await take(pipelineOf(random, start, { ahead }), 40)).toEqual(expected);
    expect(await take(pipelineOf(random, start, {}, 6), 40)).toEqual(expected);
    for (const skip of [1, 7, 33]) {
      const from = { epoch: Math.floor(skip / 5), index: skip % 5 };
      expect(await take(pipelineOf(random, from), 40 - skip)).toEqual(expected.slice(skip));
    }
    // the noise is drawn anew: the first minibatches of two epochs share no fraction
    const fraction = (x: number) => (256 * x) % 1;
    const first = new Set([...expected[0]!.x].map(fraction));
    expect([...expected[5]!.x].map(fraction).some((u) => first.has(u))).toBe(false);
  });

  it('runs no further ahead than it may, and makes one at a time where it may run one ahead', async () => {
    // each minibatch says how many reads had begun when its own ended
    const worker = await workerThat(
      folder,
      `globalThis.begun = (globalThis.begun ?? 0) + 1; const out = await stored(indices); await sleep(40);
       return out.fill(globalThis.begun);`,
    );
    const begun = async (ahead: number) => {
      const pipeline = pipelineOf(plan, start, { ahead, worker });
      await sleep(700);
      return (await take(pipeline, 8)).map(({ x }) => Math.round(255 * (x[0] as number)));
    };
    expect(await begun(1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // nobody took one for long: were it not held, the numbers would run on
    const four = await begun(4);
    expect(four.slice(0, 4).every((n) => n <= 4)).toBe(true);
    expect(four.every((n, i) => n > i && n <= i + 4)).toBe(true);
  });

  it('says how long it waited: all of the time for a slow source, none for what is there already', async () => {
    const worker = await workerThat(folder, 'await sleep(50); return stored(indices);');
    const slow = pipelineOf(plan, start, { ahead: 1, worker });
    await slow.ready();
    await slow.next();
    expect(slow.waitedSeconds).toBe(0);
    const started = performance.now();
    await take(slow, 8);
    const seconds = (performance.now() - started) / 1000;
    expect(slow.waitedSeconds).toBeGreaterThan(8 * 0.049);
    expect(slow.waitedSeconds).toBeLessThanOrEqual(seconds);
    const before = slow.waitedSeconds;
    await slow.ready();
    await slow.next();
    expect(slow.waitedSeconds).toBe(before);
  });

  it('raises what a row could not be read for at its minibatch, as the same error, again and again', async () => {
    const worker = await workerThat(
      folder,
      `if (indices.includes(7)) throw new AlixError('bad-image', 'not a picture', { where: 'faces/7.png', expected: 'a PNG',
         found: 'text', remedy: 'remove it' });
       return stored(indices);`,
    );
    const at = Math.floor(createRandom(5).split('order of epoch 0').permutation(COUNT).indexOf(7) / BATCH);
    expect(at).toBeLessThan(5);
    const details = { where: 'faces/7.png', expected: 'a PNG', found: 'text', remedy: 'remove it' };
    for (const ahead of [1, 2, 8]) {
      const pipeline = pipelineOf(plan, start, { ahead, worker });
      expect(await take(pipeline, at)).toHaveLength(at);
      for (let i = 0; i < 2; i++) {
        const error = await pipeline.next().catch((thrown) => thrown);
        expect(error).toBeInstanceOf(AlixError);
        expect(error).toMatchObject({ code: 'bad-image', ...details });
        expect(error.message).toBe(new AlixError('bad-image', 'not a picture', details).message);
      }
    }
  });

  it('a worker that dies, or cannot begin, is one error', async () => {
    const dying = pipelineOf(plan, start, { worker: await workerThat(folder, 'process.exit(7)') });
    await expect(dying.next()).rejects.toMatchObject({ code: 'input-failed', found: 'exit code 7' });
    const broken = join(folder, 'broken.mjs');
    await writeFile(broken, 'throw new Error("no worker")');
    const failing = pipelineOf(plan, start, { worker: pathToFileURL(broken) });
    await failing.ready();
    await expect(failing.next()).rejects.toThrow(/the thread that prepares minibatches has ended \(found no worker\)/);
  });

  it('stops waiting when it is told to', async () => {
    const worker = await workerThat(folder, 'await new Promise(() => setInterval(() => undefined, 1000));');
    const aborted = pipelineOf(plan, start, { worker });
    const stop = new AbortController();
    const waiting = aborted.next(stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(await aborted.next(stop.signal)).toBeUndefined();
    const disposed = pipelineOf(plan, start, { worker });
    const left = disposed.next();
    await disposed.dispose();
    expect(await left).toBeUndefined();
  });

  it('leaves nothing open that would keep a process alive', async () => {
    const { resolve } = createRequire(import.meta.url);
    const script = join(folder, 'ends.mjs');
    await writeFile(
      script,
      `import { InputPipeline } from ${JSON.stringify(pathToFileURL(resolve('@alix/train/input/pipeline')).href)};
       const data = new Uint8Array(new SharedArrayBuffer(80));
       const preparation = { shape: [2, 2, 1], range: [0, 1], dequantise: false, flip: false };
       const plan = { source: { kind: 'memory', shape: [2, 2, 1], data }, count: 20, seed: 1, batch: 4, perEpoch: 5, preparation };
       const pipeline = new InputPipeline(plan, { epoch: 0, index: 0 });
       const { x } = await pipeline.next();
       await pipeline.dispose();
       console.log(x.length, process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length);`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(stdout.trim()).toBe('16 0');
  });
});
