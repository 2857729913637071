import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, type Model, type RefineStep } from '@alix/infer';
import { expect, test } from 'vitest';
import { adam } from '../../infer/adam.js';
import { temporaryFolder } from '../fixtures/folder.js';
import {
  BIAS,
  decodeByHand,
  encodeByHand,
  type TinySpec,
  tiny,
  tinyImages,
  writeTinyBundle,
} from '../fixtures/tiny-bundle.js';
import { type Curve, decodeLinearly, linearDecoder, linearWeight, refineGraph } from '../fixtures/tiny-refine.js';

const root = temporaryFolder();
const size = tiny.height * tiny.width;
const data = tinyImages(tiny, 7);
const images = { data, n: 7 };

let count = 0;
const load = (curve: Curve, spec: TinySpec = tiny, options: { brokenAbove?: number } = {}): Promise<Model> =>
  loadModel(
    writeTinyBundle(join(root, `${++count}`), spec, (json) => json, {
      'refine.onnx': refineGraph(spec, curve, options),
      ...(curve === 'linear' && { 'decoder.onnx': linearDecoder(spec) }),
    }),
    { device: 'cpu', threads: 1 },
  );

/** The least weighted squared error that any code reaches with the linear decoder: (W diag(w) Wᵀ) z = W diag(w) (t - b). */
function closedForm(pixels: Uint8Array, weight: ArrayLike<number>): { latent: number[]; loss: number } {
  const d = tiny.latent;
  const sum = (term: (j: number) => number) =>
    Array.from(pixels, (_, j) => weight[j]! * term(j)).reduce((a, b) => a + b);
  const rows = Array.from({ length: d }, (_, i) => [
    ...Array.from({ length: d }, (_, k) => sum((j) => linearWeight(i, j) * linearWeight(k, j))),
    sum((j) => linearWeight(i, j) * (pixels[j]! / 255 - BIAS)),
  ]);
  // Gauss and Jordan
  for (let i = 0; i < d; i++)
    for (let k = 0; k < d; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]! / rows[i]![i]!;
      rows[k] = rows[k]!.map((value, column) => value - factor * rows[i]![column]!);
    }
  const latent = rows.map((row, i) => row[d]! / row[i]!);
  return { latent, loss: lossOf(pixels, decodeLinearly(tiny, latent), weight) };
}

function lossOf(pixels: Uint8Array, image: ArrayLike<number>, weight: ArrayLike<number>): number {
  const total = Array.from(weight).reduce((a, b) => a + b);
  return pixels.reduce((sum, p, j) => sum + weight[j]! * (image[j]! - p / 255) ** 2, 0) / total;
}

const row = (i: number) => data.subarray(i * size, (i + 1) * size);
const ones = new Float32Array(size).fill(1);

test("Adam's path is PyTorch's", () => {
  const { adam: wanted } = JSON.parse(readFileSync('test/fixtures/verbs.json', 'utf8')) as { adam: number[][] };
  const step = adam(3, { learningRate: 0.1 });
  let [x, y, z] = [1, -2, 0.5];
  for (const point of wanted) {
    const change = step([4 * x ** 3 + y * y, 2 * x * y, 0.1]);
    [x, y, z] = [x - change[0]!, y - change[1]!, z - change[2]!];
    [x, y, z].forEach((value, i) => {
      expect(value).toBeCloseTo(point[i]!, 12);
    });
  }
});

test('with a linear decoder the descent reaches least squares, from every start', async () => {
  const model = await load('linear');
  for (const start of ['encoder', 'zero', Float32Array.of(1, -1, 2)] as const) {
    const { latent, loss, lossBefore, mse, n } = await model.refine(images, { steps: 400, start, batch: 3 });
    expect(n).toBe(7);
    for (let i = 0; i < 7; i++) {
      const wanted = closedForm(row(i), ones);
      const from = start === 'encoder' ? encodeByHand(tiny, row(i)).mean : start === 'zero' ? [0, 0, 0] : start;
      expect(lossBefore[i]).toBeCloseTo(lossOf(row(i), decodeLinearly(tiny, from), ones), 4);
      expect(loss[i]! / wanted.loss).toBeCloseTo(1, 5);
      expect(mse[i]).toBeCloseTo(loss[i]!, 6);
      wanted.latent.forEach((z, j) => {
        expect(latent[i * 3 + j]).toBeCloseTo(z, 2);
      });
    }
  }
  await model.dispose();
});

test('weights say which pixels count; without any the code stays where it began', async () => {
  const model = await load('linear');
  const weight = Float32Array.from({ length: 7 * size }, (_, k) => (k < size ? 0 : (k * 13) % 5));
  const { latent, loss, lossBefore } = await model.refine(images, { steps: 400, weight, start: 'zero' });
  expect([loss[0], lossBefore[0], ...latent.subarray(0, 3)]).toEqual([0, 0, 0, 0, 0]);
  for (let i = 1; i < 7; i++) {
    const wanted = closedForm(row(i), weight.subarray(i * size, (i + 1) * size));
    expect(loss[i]! / wanted.loss).toBeCloseTo(1, 4);
  }
  // one row of weights for all
  const shared = await model.refine(images, { steps: 3, weight: weight.subarray(size, 2 * size) });
  const alone = await model.refine({ data: row(6), n: 1 }, { steps: 3, weight: weight.subarray(size, 2 * size) });
  expect(shared.latent.subarray(18)).toEqual(alone.latent);
  await model.dispose();
});

test('no row ends worse than it began, however wide the steps', async () => {
  const model = await load('sigmoid');
  const wide = await model.refine(images, { steps: 5, learningRate: 10 });
  wide.loss.forEach((loss, i) => {
    expect(loss).toBeLessThanOrEqual(wide.lossBefore[i]!);
    const image = decodeByHand(tiny, wide.latent.subarray(i * 3, i * 3 + 3));
    expect(wide.mse[i]).toBeCloseTo(lossOf(row(i), image, ones), 6);
  });
  const gentle = await model.refine(images, { steps: 50 });
  gentle.loss.forEach((loss, i) => {
    expect(loss).toBeLessThan(gentle.lossBefore[i]!);
  });
  await model.dispose();
});

test('batches change nothing, and a second run gives the same', async () => {
  const model = await load('sigmoid');
  const [whole, cut, again] = await Promise.all([7, 2, 7].map((batch) => model.refine(images, { steps: 20, batch })));
  expect(again).toEqual(whole);
  cut!.latent.forEach((value, k) => {
    expect(value).toBeCloseTo(whole!.latent[k]!, 5);
  });
  // no steps: the start
  const { latent, loss, lossBefore } = await model.refine(images, { steps: 0 });
  expect(latent).toEqual((await model.encode(images)).mean);
  expect(loss).toEqual(lossBefore);
  await model.dispose();
});

test('reconstruct refines on request', async () => {
  const model = await load('sigmoid');
  const refined = await model.refine(images, { steps: 30 });
  const { pixels, latent, mse } = await model.reconstruct(images, { refine: 30 });
  expect({ pixels, latent, mse }).toEqual({ pixels: refined.pixels, latent: refined.latent, mse: refined.mse });
  const slow = await model.reconstruct(images, { refine: { steps: 30, learningRate: 0.001 } });
  expect(slow.mse[0]).toBeGreaterThan(mse[0]!);
  await model.dispose();
});

test('with a uniform prior codes stay within [-1,1]', async () => {
  const model = await load('linear', { ...tiny, prior: 'uniform' });
  const { latent, loss } = await model.refine(images, { steps: 300, start: Float32Array.of(5, -5, 0) });
  expect(Math.max(...latent.map(Math.abs))).toBeLessThanOrEqual(1);
  for (let i = 0; i < 7; i++) expect(loss[i]).toBeGreaterThanOrEqual(closedForm(row(i), ones).loss - 1e-6);
  // what lies outside starts at the border
  const { latent: still } = await model.refine(
    { data: row(0), n: 1 },
    { steps: 0, start: Float32Array.of(5, -5, 0.5) },
  );
  expect(still).toEqual(Float32Array.of(1, -1, 0.5));
  await model.dispose();
});

test('a row that breaks keeps its best code, the others go on', async () => {
  // the graph gives NaN where the first value is above 0.02
  const [whole, broken] = [await load('linear'), await load('linear', tiny, { brokenAbove: 0.02 })];
  const options = { steps: 40, start: 'zero', learningRate: 0.01 } as const;
  const [free, kept] = [await whole.refine(images, options), await broken.refine(images, options)];
  const best = Array.from({ length: 7 }, (_, i) => closedForm(row(i), ones).latent[0]!);
  const code = ({ latent }: { latent: Float32Array }, i: number) => latent.subarray(i * 3, i * 3 + 3);
  expect(best.filter((z) => z > 0.1).length).toBeGreaterThan(0);
  expect(best.filter((z) => z < -0.1).length).toBeGreaterThan(0);
  best.forEach((z, i) => {
    expect(kept.loss[i]).toBeLessThan(kept.lossBefore[i]!);
    expect(code(kept, i)[0]).toBeLessThanOrEqual(Math.max(0.02, z));
    if (z < -0.1) expect(code(kept, i)).toEqual(code(free, i));
  });
  await expect(broken.refine(images, { start: Float32Array.of(1, 0, 0) })).rejects.toMatchObject({
    code: 'not-finite',
  });
  await Promise.all([whole.dispose(), broken.dispose()]);
});

test('each step is told, and a signal stops between two', async () => {
  const model = await load('sigmoid');
  const seen: RefineStep[] = [];
  const done: number[] = [];
  await model.refine(images, { steps: 3, batch: 4, onStep: (s) => seen.push(s), onProgress: (n) => done.push(n) });
  expect(seen.map(({ step, first, n }) => [step, first, n])).toEqual(
    [0, 4].flatMap((first) => [0, 1, 2, 3].map((step) => [step, first, first === 0 ? 4 : 3])),
  );
  expect(seen[3]!.loss).toBeLessThan(seen[0]!.loss);
  expect(done).toEqual([4, 7]);
  const control = new AbortController();
  let steps = 0;
  const run = model.refine(images, {
    steps: 1000,
    signal: control.signal,
    onStep: () => {
      if (++steps === 5) control.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
  expect(steps).toBe(5);
  await model.dispose();
});

test('what cannot be refined is said', async () => {
  const model = await load('sigmoid');
  const code = (options: object) =>
    model.refine(images, options).then(
      () => 'accepted',
      (error) => (error as { code: string }).code,
    );
  for (const steps of [-1, 0.5, Number.NaN]) expect(await code({ steps })).toBe('bad-option');
  for (const learningRate of [0, -1, Number.NaN, 1e30]) expect(await code({ learningRate })).toBe('bad-option');
  expect(await code({ start: 'prior' })).toBe('bad-option');
  for (const start of [new Float32Array(4), new Float32Array(6), Float32Array.of(0, Number.NaN, 0)])
    expect(await code({ start })).toBe('bad-latent');
  // too many are told too: before any work where the images are counted, else at the end
  const tooMany = { steps: 0, start: new Float32Array(8 * 3) };
  const started: number[] = [];
  expect(await code({ ...tooMany, onStep: ({ first }: { first: number }) => started.push(first) })).toBe('bad-latent');
  expect(started).toEqual([]);
  const stream = Array.from({ length: images.n }, (_, i) => ({ name: `${i}`, pixels: row(i) }));
  await expect(model.refine(stream, tooMany)).rejects.toMatchObject({ code: 'bad-latent' });
  expect(await model.refine({ data: new Uint8Array(0), n: 0 }, { start: new Float32Array(0) })).toMatchObject({ n: 0 });
  for (const refine of [null, 'many', true] as never[])
    await expect(model.reconstruct(images, { refine })).rejects.toMatchObject({ code: 'bad-option' });
  for (const weight of [
    new Float32Array(3),
    new Float32Array(2 * size),
    ones.map(() => -1),
    ones.map(() => Number.NaN),
  ])
    expect(await code({ weight })).toBe('bad-weight');
  expect(await code({ weight: [1, 2] })).toBe('bad-weight');
  const old = await loadModel(writeTinyBundle(join(root, 'old')), { device: 'cpu', threads: 1 });
  expect(await old.reconstruct(images, { refine: 0 })).toEqual(await old.reconstruct(images));
  const message = await old.reconstruct(images, { refine: 50 }).catch((error: unknown) => error);
  expect(message).toMatchObject({ code: 'no-graph', remedy: 'export the model again: older exports have none' });
  await Promise.all([model.dispose(), old.dispose()]);
});
