/** Calls that nobody meant: values of other kinds, numbers beyond all memory, signals and dispose at every moment. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, type Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { TensorProto_DataType } from 'onnx-buf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfTest } from '../../infer/dist/self-test.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { floats, graph, integers, port, tiny, tinyImages, values, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { maskedEncoder, refineGraph } from '../fixtures/tiny-refine.js';

const root = temporaryFolder();
const cpu = { device: 'cpu', threads: 1 } as const;
const size = values(tiny);
const images = (n: number) => ({ data: tinyImages(tiny, n), n });
const hole = Uint8Array.from({ length: size }, (_, i) => i % 2);
const full = { 'refine.onnx': refineGraph(tiny, 'sigmoid'), 'masked_encoder.onnx': maskedEncoder(tiny) };
const folder = writeTinyBundle(join(root, 'model'), tiny, undefined, full);
let model: Model;

beforeAll(async () => {
  model = await loadModel(folder, cpu);
});
afterAll(() => model.dispose());

/** What JavaScript lets through, TypeScript not. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point here
const any = (value: unknown) => value as any;
const one = (pixels: unknown, name: unknown = 'a') => any([{ name, pixels }]);

test.each<[string, string, () => Promise<unknown>]>([
  ['no images', 'bad-image', () => model.encode(any(null))],
  ['a text', 'bad-image', () => model.encode(any('x'.repeat(1e6)))],
  ['no number', 'bad-image', () => model.encode({ data: tinyImages(tiny, 1), n: Number.NaN })],
  ['names of another kind', 'bad-image', () => model.encode({ ...images(2), names: any([1, 2]) })],
  ['names that are no list', 'bad-image', () => model.encode({ ...images(2), names: any(5) })],
  ['an image that is none', 'bad-image', () => model.encode(any([null]))],
  ['an image without a name', 'bad-image', () => model.encode(one(tinyImages(tiny, 1), 5), { sample: { seed: 1 } })],
  ['pixels that are none', 'bad-image', () => model.encode(one(new Float32Array(size)))],
  ['no seed', 'bad-seed', () => model.encode(images(1), { sample: any({}) })],
  ['codes that are none', 'bad-latent', () => model.decode(any(undefined))],
  ['infinite codes', 'bad-latent', () => model.decode(Float32Array.of(0, Number.POSITIVE_INFINITY, 0))],
  ['more samples than memory', 'bad-option', () => model.sample(1e12, { seed: 1 })],
  ['more of an image than memory', 'bad-option', () => model.sampleGiven(images(1), 1e12, { seed: 1 })],
  [
    'more steps than memory',
    'bad-option',
    () => model.interpolate(new Float32Array(3), new Float32Array(3), { steps: 1e12 }),
  ],
  ['a mask that is none', 'bad-mask', () => model.inpaint(images(1), any(null))],
  [
    'a mask that nobody gives',
    'bad-mask',
    () =>
      model.inpaint(
        images(1),
        any(() => undefined),
      ),
  ],
  ['a start that is none', 'bad-option', () => model.refine(images(1), { start: any('x') })],
  ['no inputs', 'bad-input', () => model.run('encoder', any(null), 1)],
  ['half a row', 'bad-input', () => model.run('encoder', new Uint8Array(size / 2), 0.5)],
  ['less than no row', 'bad-input', () => model.run('encoder', new Uint8Array(size), -1)],
  ['a graph of another name', 'no-graph', () => model.run(any('__proto__'), new Uint8Array(size), 1)],
  ['a graph elsewhere', 'no-graph', () => model.run(any('../x'), new Uint8Array(size), 1)],
])('%s', async (_, code, call) => {
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AlixError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(/^[^\n]{1,400}$/) });
});

test('what a callback throws comes out as it is, and the model goes on', async () => {
  const mine = new Error('mine');
  const thrower = () => {
    throw mine;
  };
  await expect(model.encode(images(2), { onProgress: thrower })).rejects.toBe(mine);
  await expect(model.refine(images(1), { onStep: thrower })).rejects.toBe(mine);
  await expect(model.inpaint(images(1), thrower)).rejects.toBe(mine);
  await expect(model.encode({ [Symbol.iterator]: thrower })).rejects.toBe(mine);
  expect((await model.encode(images(1))).n).toBe(1);
});

test('a signal at every moment: done or interrupted, and the model goes on', { timeout: 60_000 }, async () => {
  const verbs: ((signal: AbortSignal) => Promise<unknown>)[] = [
    (signal) => model.encode(images(30), { batch: 1, signal }),
    (signal) => model.inpaint(images(2), hole, { refine: 1000, signal }),
    (signal) => model.refine(images(2), { batch: 1, steps: 1000, signal }),
    (signal) => model.sample(400, { seed: 1, batch: 1, signal }),
    (signal) => model.reconstruct(images(30), { batch: 1, signal }),
  ];
  for (let moment = 0; moment < 12; moment++)
    for (const verb of verbs) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), moment);
      const outcome = await verb(stop.signal).then(
        () => 'done',
        (error: AlixError) => error.code,
      );
      expect(['done', 'interrupted']).toContain(outcome);
    }
  expect((await model.encode(images(1))).n).toBe(1);
});

test('a signal while the model is loaded ends the loading', async () => {
  for (const moment of [0, 5, 20]) {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), moment);
    const loaded = await loadModel(folder, { ...cpu, signal: stop.signal }).catch((error: unknown) => error);
    if (stop.signal.aborted) expect(loaded).toMatchObject({ code: 'interrupted' });
    else await (loaded as Model).dispose();
  }
});

test('thousands of calls at once; disposed of in their midst, each is answered', { timeout: 60_000 }, async () => {
  const other = await loadModel(folder, cpu);
  const all = await Promise.all(Array.from({ length: 2000 }, () => other.encode(images(1))));
  expect(new Set(all.map(({ mean }) => mean.join())).size).toBe(1);
  const calls = Array.from({ length: 2000 }, (_, i) =>
    i % 3 ? other.encode(images(1)) : other.inpaint(images(1), hole, { refine: 3 }),
  );
  setTimeout(() => void other.dispose(), 10);
  const outcomes = (await Promise.allSettled<unknown>(calls)).map((result) =>
    result.status === 'fulfilled' ? 'done' : (result.reason as AlixError).code,
  );
  expect(new Set(outcomes)).toContain('disposed');
  expect(outcomes.filter((outcome) => outcome !== 'done' && outcome !== 'disposed')).toEqual([]);
});

test('a graph that could not be read is read by a later call', async () => {
  const moved = writeTinyBundle(join(root, 'moved'), tiny);
  const other = await loadModel(moved, cpu);
  renameSync(join(moved, 'encoder.onnx'), join(moved, 'away'));
  await expect(other.encode(images(1))).rejects.toMatchObject({ code: 'bad-bundle' });
  renameSync(join(moved, 'away'), join(moved, 'encoder.onnx'));
  expect((await other.encode(images(1))).n).toBe(1);
  await other.dispose();
});

const { FLOAT, UINT8 } = TensorProto_DataType;
/** A refine.onnx of loss a·Σz and gradient b·z. */
const lying = (a: number, b: number) =>
  graph(
    [
      { opType: 'ReduceSum', input: ['latent', 'axis'], output: ['column'] },
      { opType: 'Reshape', input: ['column', 'line'], output: ['sum'] },
      { opType: 'Mul', input: ['sum', 'a'], output: ['loss'] },
      { opType: 'Mul', input: ['latent', 'b'], output: ['gradient'] },
    ],
    [integers('axis', [1]), integers('line', [-1]), floats('a', [], [a]), floats('b', [], [b])],
    [
      port('latent', FLOAT, ['N', tiny.latent]),
      port('target', UINT8, ['N', tiny.height, tiny.width, 1]),
      port('weight', FLOAT, ['N', tiny.height, tiny.width, 1]),
    ],
    [port('loss', FLOAT, ['N']), port('gradient', FLOAT, ['N', tiny.latent])],
  );

test.each([
  ['constant zero', 0, 0, 'kept'],
  ['a gradient of NaN', 1, Number.NaN, 'kept'],
  ['a gradient beyond all numbers', 1, 3e38, 'finite'],
  ['a loss of NaN', Number.NaN, 1, 'refused'],
  ['an infinite loss', Number.POSITIVE_INFINITY, 1, 'refused'],
])('a refine.onnx of %s', async (name, a, b, outcome) => {
  const bundle = writeTinyBundle(join(root, name), tiny, undefined, { 'refine.onnx': lying(a, b) });
  const liar = await loadModel(bundle, cpu);
  const refined = liar.refine(images(2), { steps: 5 });
  if (outcome === 'refused') await expect(refined).rejects.toMatchObject({ code: 'not-finite' });
  else {
    const { latent } = await refined;
    expect(latent.every(Number.isFinite)).toBe(true);
    if (outcome === 'kept') expect(latent).toEqual((await liar.encode(images(2))).mean);
  }
  await liar.dispose();
});

test.each([
  ['no base64', { mean: '!' }],
  ['half a number', { decoded: 'AAAAAAA=' }],
  ['another size', { decoded: 'AAAAAA==' }],
  ['more rows than there are', { n: 1e9 }],
])('golden pairs of %s', async (name, change) => {
  const bundle = writeTinyBundle(join(root, name), tiny, (json) => ({
    ...json,
    golden: { ...(json.golden as object), ...change },
  }));
  const other = await loadModel(bundle, cpu);
  await expect(selfTest(other, 'float32')).rejects.toMatchObject({ code: 'bad-bundle', where: 'tiny' });
  await other.dispose();
  expect(await selfTest(model, 'float32')).toBeUndefined();
});

test.each([
  ['images', { image: { height: 100_000, width: 100_000, channels: 3 } }, '"image": at most 100000000 pixels'],
  ['codes', { latent: { size: 2 ** 31, prior: 'normal' } }, '"latent": codes have at most 16777216 values'],
])('%s of sizes that nothing has are refused before anything is allocated', async (name, change, words) => {
  const bundle = writeTinyBundle(join(root, name), tiny, (json) => ({ ...json, ...change }));
  await expect(loadModel(bundle)).rejects.toMatchObject({
    code: 'bad-bundle',
    message: expect.stringContaining(words),
  });
});
