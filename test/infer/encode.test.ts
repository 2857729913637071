import { join } from 'node:path';
import { encodeBatches, loadModel, type Model, type NamedImage } from '@alix/infer';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { encodeByHand, type TinySpec, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
const load = (spec: TinySpec = tiny, name = 'tiny'): Promise<Model> =>
  loadModel(writeTinyBundle(join(root, name), spec), { device: 'cpu', threads: 1 });
const size = tiny.height * tiny.width;
const data = tinyImages(tiny, 10);
const rows = Array.from({ length: 10 }, (_, i) => data.subarray(i * size, (i + 1) * size));
const named = rows.map((pixels, i): NamedImage => ({ name: `${i}.png`, pixels }));

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  const worst = Array.from(actual, (value, i) => Math.abs(value - wanted[i]!)).reduce((a, b) => Math.max(a, b), 0);
  expect(worst).toBeLessThan(tolerance);
}

test('codes are those of the layer by hand, in the order of the images', async () => {
  const model = await load();
  const { mean, logVariance, latent, names, n } = await model.encode({ data, n: 10 }, { batch: 4 });
  const wanted = rows.map((pixels) => encodeByHand(tiny, pixels));
  expectClose(
    mean,
    wanted.flatMap((code) => code.mean),
    1e-5,
  );
  expectClose(
    logVariance!,
    wanted.flatMap((code) => code.logVariance),
    1e-5,
  );
  expect(latent).toBeUndefined();
  expect([n, ...names]).toEqual([10, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  await model.dispose();
});

test('the batch size and the kind of input do not change the codes', async () => {
  const model = await load();
  const whole = await model.encode({ data, n: 10 });
  async function* stream() {
    yield* named;
  }
  for (const batch of [1, 3, 10, 64]) {
    const streamed = await model.encode(stream(), { batch });
    expectClose(streamed.mean, whole.mean, 1e-6);
    expect(streamed.names[9]).toBe('9.png');
    expectClose((await model.encode(named, { batch })).mean, whole.mean, 1e-6);
  }
  await model.dispose();
});

test('a draw is mean + exp(½ log σ²) ε, fixed by seed and name and not by batch or neighbours', async () => {
  const model = await load();
  const all = await model.encode(named, { sample: { seed: 5 }, batch: 4 });
  const some = await model.encode([named[7]!, named[2]!], { sample: { seed: 5 } });
  expectClose(some.latent!.subarray(0, 3), all.latent!.subarray(21, 24), 1e-6);
  expectClose(some.latent!.subarray(3), all.latent!.subarray(6, 9), 1e-6);
  const other = await model.encode(named, { sample: { seed: 6 } });
  expect(other.latent).not.toEqual(all.latent);
  expectClose(other.mean, all.mean, 1e-6);
  await model.dispose();
});

test('standardised draws have mean 0 and variance 1', async () => {
  const model = await load();
  const images = Array.from({ length: 4000 }, (_, i) => ({ name: `${i}`, pixels: rows[i % 10]! }));
  const { mean, logVariance, latent } = await model.encode(images, { sample: { seed: 1 }, batch: 500 });
  const noise = Array.from(latent!, (z, i) => (z - mean[i]!) / Math.exp(0.5 * logVariance![i]!));
  const average = noise.reduce((sum, e) => sum + e, 0) / noise.length;
  const variance = noise.reduce((sum, e) => sum + (e - average) ** 2, 0) / noise.length;
  // 12,000 draws: standard errors 0.009 and 0.013
  expect(Math.abs(average)).toBeLessThan(0.04);
  expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  await model.dispose();
});

test('a deterministic encoder gives means alone and refuses to be sampled', async () => {
  const model = await load({ ...tiny, deterministic: true }, 'deterministic');
  expect(await model.encode({ data, n: 10 })).not.toHaveProperty('logVariance');
  await expect(model.encode({ data, n: 10 }, { sample: { seed: 1 } })).rejects.toMatchObject({
    code: 'deterministic-encoder',
  });
  await model.dispose();
});

test('colour images are taken channels last', async () => {
  const spec: TinySpec = { ...tiny, channels: 3 };
  const model = await load(spec, 'colour');
  const pixels = tinyImages(spec, 1);
  expectClose((await model.encode({ data: pixels, n: 1 })).mean, encodeByHand(spec, pixels).mean, 1e-4);
  await model.dispose();
});

test('no image gives no codes', async () => {
  const model = await load();
  expect(await model.encode([])).toEqual({
    n: 0,
    names: [],
    mean: new Float32Array(0),
    logVariance: new Float32Array(0),
  });
});

test('images of another size or type are refused by name', async () => {
  const model = await load();
  await expect(model.encode([named[0]!, { name: 'big.png', pixels: new Uint8Array(64) }])).rejects.toMatchObject({
    code: 'bad-image',
    where: 'big.png',
    expected: 'uint8, 24 values (4x6 grey)',
    found: 'uint8, 64 values',
  });
  await expect(model.encode({ data: data.subarray(1), n: 10 })).rejects.toMatchObject({ code: 'bad-image' });
  await expect(model.encode({ data: new Float32Array(24) as unknown as Uint8Array, n: 1 })).rejects.toMatchObject({
    code: 'bad-image',
    found: 'float32, 24 values',
  });
  await expect(model.encode({ data, n: 10, names: ['a'] })).rejects.toMatchObject({ code: 'bad-image' });
  await expect(model.encode({ data, n: 10 }, { batch: 0 })).rejects.toMatchObject({ code: 'bad-option' });
});

test('what is no image at all is refused in words too', async () => {
  const model = await load();
  const wrong = [undefined, null, 7, {}, { data: undefined, n: 1 }, { data: Array.from(data), n: 10 }, [{ name: 'x' }]];
  for (const images of wrong)
    await expect(model.encode(images as unknown as [])).rejects.toMatchObject({ code: 'bad-image' });
  await expect(model.encode({ data: [1, 2, 3] as unknown as Uint8Array, n: 1 })).rejects.toMatchObject({
    found: 'array, 3 values',
  });
  for (const latent of [undefined, null, 'codes', [0, 0, 0], new Float64Array(3)])
    await expect(model.decode(latent as unknown as Float32Array)).rejects.toMatchObject({ code: 'bad-latent' });
  await model.dispose();
});

test('a batch may be larger than the memory, as long as the images are not', async () => {
  const model = await load();
  expect((await model.encode(named, { batch: Number.MAX_SAFE_INTEGER })).n).toBe(10);
  await model.dispose();
});

test('a source may fill the same array again and again', async () => {
  const model = await load();
  function* reusing(): Generator<NamedImage> {
    const pixels = new Uint8Array(size);
    for (const [i, row] of rows.entries()) {
      pixels.set(row);
      yield { name: `${i}`, pixels };
    }
  }
  expect((await model.encode(reusing())).mean).toEqual((await model.encode(named)).mean);
  await model.dispose();
});

test('progress counts images, and a signal stops between two batches', async () => {
  const model = await load();
  const seen: unknown[] = [];
  await model.encode({ data, n: 10 }, { batch: 4, onProgress: (done, total) => seen.push([done, total]) });
  expect(seen).toEqual([
    [4, 10],
    [8, 10],
    [10, 10],
  ]);
  const stop = new AbortController();
  const done: number[] = [];
  const options = { batch: 2, signal: stop.signal, onProgress: (n: number) => done.push(n) > 1 && stop.abort() };
  await expect(model.encode(named, options)).rejects.toMatchObject({ code: 'interrupted' });
  expect(done).toEqual([2, 4]);
  await model.dispose();
});

test('a stream is read no further than one batch ahead', async () => {
  const model = await load();
  let read = 0;
  function* endless(): Generator<NamedImage> {
    for (;;) {
      read++;
      yield named[read % 10]!;
    }
  }
  const stream = encodeBatches(model, endless(), { batch: 5 });
  await stream.next();
  await stream.next();
  expect(read).toBe(10);
  await stream.return(undefined);
  await model.dispose();
});

test('the event loop turns between batches', async () => {
  const model = await load();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  await model.encode({ data: tinyImages(tiny, 200), n: 200 }, { batch: 1 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
  await model.dispose();
});
