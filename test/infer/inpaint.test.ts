import { join } from 'node:path';
import { boxMask, inpaintBatches, loadModel, type Model } from '@alix/infer';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import {
  decodeByHand,
  encodeByHand,
  type TinySpec,
  tiny,
  tinyImages,
  writeTinyBundle,
} from '../fixtures/tiny-bundle.js';
import { decodeLinearly, linearDecoder, linearWeight, maskedEncoder, refineGraph } from '../fixtures/tiny-refine.js';

const root = temporaryFolder();
const size = tiny.height * tiny.width;
const data = tinyImages(tiny, 5);
const images = { data, n: 5 };
const hole = boxMask(6, 4, { x: 1, y: 2, width: 2, height: 3 });
const FILL = 128; // the tiny bundle's maskFill, 0.5

let count = 0;
const load = (graphs: Record<string, Uint8Array> = {}, spec: TinySpec = tiny): Promise<Model> =>
  loadModel(
    writeTinyBundle(join(root, `${++count}`), spec, (json) => json, graphs),
    { device: 'cpu', threads: 1 },
  );
const linear = { 'decoder.onnx': linearDecoder(tiny), 'refine.onnx': refineGraph(tiny, 'linear') };
const row = (i: number, of = data) => of.subarray(i * size, (i + 1) * size);
const filled = (pixels: Uint8Array, mask = hole) => pixels.map((p, j) => (mask[j] ? FILL : p));
const byte = (value: number) => Math.round(255 * Math.max(0, Math.min(1, value)));
/** Known pixels, and what was decoded in the hole. */
const pasted = (pixels: Uint8Array, image: readonly number[], mask = hole) =>
  pixels.map((p, j) => (mask[j] ? byte(image[j]!) : p));
const near = (a: Uint8Array, b: Uint8Array) => Math.max(...a.map((value, j) => Math.abs(value - b[j]!)));

test('a box is cut at the borders', () => {
  expect([...boxMask(2, 3, { x: 1, y: -1, width: 9, height: 2 })]).toEqual([0, 1, 1, 0, 0, 0]);
  expect(hole.reduce((a, b) => a + b)).toBe(6);
});

test('iterated: encoded, decoded and pasted as often as told, by hand', async () => {
  const model = await load();
  for (const iterations of [1, 2, 10]) {
    const { pixels, latent, knownMse, n } = await model.inpaint(images, hole, { iterations, batch: 2 });
    expect(n).toBe(5);
    for (let i = 0; i < 5; i++) {
      let image = filled(row(i));
      let code: number[] = [];
      for (let k = 0; k < iterations; k++) {
        code = encodeByHand(tiny, image).mean;
        image = pasted(row(i), decodeByHand(tiny, code));
      }
      // rounding may fall the other way
      expect(near(row(i, pixels), image)).toBeLessThanOrEqual(1);
      code.forEach((z, j) => {
        expect(Math.abs(latent[i * 3 + j]! - z)).toBeLessThan(0.02);
      });
      const known = [...decodeByHand(tiny, latent.subarray(i * 3, i * 3 + 3))].filter((_, j) => !hole[j]);
      const wanted = [...row(i)].filter((_, j) => !hole[j]);
      const error = known.reduce((sum, value, j) => sum + (value - wanted[j]! / 255) ** 2, 0) / known.length;
      expect(knownMse[i]).toBeCloseTo(error, 6);
    }
  }
  const [ten, unsaid] = [await model.inpaint(images, hole, { iterations: 10 }), await model.inpaint(images, hole)];
  expect(unsaid).toEqual(ten);
  await model.dispose();
});

test('known pixels come back bit for bit, and what is hidden is not looked at', async () => {
  const model = await load({ ...linear, 'masked_encoder.onnx': maskedEncoder(tiny) });
  // the same images with other pixels in the hole
  const spoilt = data.map((p, k) => (hole[k % size] ? 255 - p : p));
  for (const options of [{}, { iterations: 3 }, { refine: 5 }, { refine: 5, iterations: 2, feather: 2 }]) {
    const { pixels, latent } = await model.inpaint(images, hole, options);
    expect(pixels.filter((_, k) => !hole[k % size])).toEqual(data.filter((_, k) => !hole[k % size]));
    const other = await model.inpaint({ data: spoilt, n: 5 }, hole, options);
    expect({ pixels: other.pixels, latent: other.latent }).toEqual({ pixels, latent });
  }
  await model.dispose();
});

test('a model trained for masks takes one pass; iterations asked for go past it', async () => {
  const model = await load({ 'masked_encoder.onnx': maskedEncoder(tiny) });
  const { pixels, latent } = await model.inpaint(images, hole);
  for (let i = 0; i < 5; i++) {
    const { mean } = encodeHalf(row(i));
    mean.forEach((z, j) => {
      expect(latent[i * 3 + j]).toBeCloseTo(z, 5);
    });
    expect(near(row(i, pixels), pasted(row(i), decodeByHand(tiny, mean)))).toBeLessThanOrEqual(1);
  }
  const plain = await load();
  const options = { iterations: 2 };
  expect(await model.inpaint(images, hole, options)).toEqual(await plain.inpaint(images, hole, options));
  await Promise.all([model.dispose(), plain.dispose()]);
});

/** The masked encoder by hand: hidden pixels at exactly 0.5, not at 128/255. */
function encodeHalf(pixels: Uint8Array): { mean: number[] } {
  const [at128, at127] = [128, 127].map(
    (value) =>
      encodeByHand(
        tiny,
        pixels.map((p, j) => (hole[j] ? value : p)),
      ).mean,
  );
  return { mean: at128!.map((z, j) => (z + at127![j]!) / 2) };
}

test('refined: least squares on the known pixels alone', async () => {
  const model = await load(linear);
  const { latent, knownMse, pixels } = await model.inpaint(images, hole, { refine: 400 });
  for (let i = 0; i < 5; i++) {
    const code = latent.subarray(i * 3, i * 3 + 3);
    const image = decodeLinearly(tiny, code);
    // where the squared error over known pixels is least, it is level in every direction
    for (let k = 0; k < 3; k++) {
      const slope = image.reduce((sum, x, j) => sum + (hole[j] ? 0 : (x - row(i)[j]! / 255) * linearWeight(k, j)), 0);
      expect(Math.abs(slope)).toBeLessThan(2e-3);
    }
    expect(near(row(i, pixels), pasted(row(i), image))).toBeLessThanOrEqual(1);
    const known = image.filter((_, j) => !hole[j]).length;
    const error = image.reduce((sum, x, j) => sum + (hole[j] ? 0 : (x - row(i)[j]! / 255) ** 2), 0) / known;
    expect(knownMse[i]).toBeCloseTo(error, 6);
  }
  // one pass comes before it where no iterations are asked for
  const one = await model.inpaint(images, hole, { refine: { steps: 0 } });
  expect(one).toEqual(await model.inpaint(images, hole, { iterations: 1 }));
  await model.dispose();
});

test('the seam fades from the error at the nearest known pixel', async () => {
  // one column known
  const model = await load(linear);
  const mask = Uint8Array.from({ length: size }, (_, j) => Number(j % 4 !== 0));
  const image = Uint8Array.from({ length: size }, (_, j) => (j % 4 === 0 ? 200 : 7));
  const still = { refine: { steps: 0 }, iterations: 1 };
  const { latent } = await model.inpaint({ data: image, n: 1 }, mask, still);
  const decoded = decodeLinearly(tiny, latent);
  const { pixels } = await model.inpaint({ data: image, n: 1 }, mask, { ...still, feather: 2 });
  for (let y = 0; y < 6; y++) {
    const off = 200 - 255 * decoded[4 * y]!;
    const wanted = [1, 2, 3].map((x) => {
      const value = 255 * decoded[4 * y + x]! + (x <= 2 ? off * (1 - x / 3) : 0);
      return Math.max(0, Math.min(255, value));
    });
    wanted.forEach((value, k) => {
      expect(Math.abs(pixels[4 * y + k + 1]! - value)).toBeLessThan(0.51);
    });
  }
  await model.dispose();
});

test('masks as booleans, for each image, and asked for by name are the same', async () => {
  const model = await load();
  const masks = Array.from({ length: 5 }, (_, i) => boxMask(6, 4, { x: i % 3, y: i, width: 2, height: 2 }));
  const all = Uint8Array.from(masks.flatMap((mask) => [...mask].map((bit) => bit * 255)));
  const whole = await model.inpaint(images, all);
  expect(
    await model.inpaint(
      images,
      Array.from(all, (bit) => bit !== 0),
      { batch: 2 },
    ),
  ).toEqual(whole);
  const asked: string[] = [];
  const byName = await model.inpaint(
    images,
    async (name, place) => {
      asked.push(`${name}@${place}`);
      return masks[place]!;
    },
    { batch: 2 },
  );
  expect(byName).toEqual(whole);
  expect(asked).toEqual(['0@0', '1@1', '2@2', '3@3', '4@4']);
  const parts = [];
  for await (const part of inpaintBatches(model, images, all, { batch: 3 })) parts.push(part);
  expect(parts.flatMap(({ masks: bits }) => [...bits])).toEqual([...all].map((bit) => bit / 255));
  expect(parts[1]!.originals).toEqual(data.subarray(3 * size));
  await model.dispose();
});

test('colour: one mask for three channels', async () => {
  const colour: TinySpec = { ...tiny, channels: 3 };
  const model = await load({ 'masked_encoder.onnx': maskedEncoder(colour) }, colour);
  const pixels = tinyImages(colour, 1);
  for (const options of [{}, { iterations: 1, feather: 1 }]) {
    const out = await model.inpaint({ data: pixels, n: 1 }, hole, options);
    const changed = out.pixels.map((p, k) => Number(p !== pixels[k] && !hole[Math.floor(k / 3)]));
    expect(changed.reduce((a, b) => a + b)).toBe(0);
    const image = decodeByHand(colour, out.latent);
    const inner = 4 * 3 + 1;
    if (!('feather' in options))
      for (let c = 0; c < 3; c++)
        expect(Math.abs(out.pixels[inner * 3 + c]! - 255 * image[inner * 3 + c]!)).toBeLessThan(0.51);
  }
  await model.dispose();
});

test('nothing hidden gives the image back; all hidden, and masks of other sizes, are refused', async () => {
  const model = await load(linear);
  const none = await model.inpaint(images, new Uint8Array(size), { refine: 2 });
  expect(none.pixels).toEqual(data);
  const message = (masks: unknown) =>
    model.inpaint({ ...images, names: ['a', 'b', 'c', 'd', 'e'] }, masks as Uint8Array).then(
      () => 'accepted',
      (error) => `${(error as { code: string }).code}: ${(error as Error).message}`,
    );
  const all = new Uint8Array(size).fill(1);
  expect(await message(all)).toBe(
    'bad-mask: a: the mask hides the whole image, and leaves nothing to go by; leave some pixels known, or use sample',
  );
  expect(await message((name: string) => (name === 'd' ? all : hole))).toContain('bad-mask: d: ');
  expect(await message(hole.subarray(1))).toContain("not masks of the size that the model's images have, 4x6");
  for (const masks of [
    new Uint8Array(0),
    new Uint8Array(4 * size),
    new Uint8Array(6 * size),
    'mask',
    undefined,
    new Float32Array(size),
  ])
    expect(await message(masks)).toContain('bad-mask: ');
  expect(await message(() => hole.subarray(1))).toContain('bad-mask: a: ');
  await model.dispose();
});

test('wrong options, missing graphs and a signal', async () => {
  const [model, plain] = [await load(linear), await load()];
  for (const options of [
    { iterations: 0 },
    { iterations: 1.5 },
    { feather: -1 },
    { feather: 33 },
    { refine: -1 },
    { batch: 0 },
  ])
    await expect(model.inpaint(images, hole, options)).rejects.toMatchObject({ code: 'bad-option' });
  await expect(plain.inpaint(images, hole, { refine: 5 })).rejects.toMatchObject({ code: 'no-graph' });
  const control = new AbortController();
  let steps = 0;
  const onStep = () => {
    if (++steps === 3) control.abort();
  };
  const run = model.inpaint(images, hole, { refine: { steps: 100, onStep }, signal: control.signal });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
  expect(steps).toBe(3);
  const done: number[] = [];
  await plain.inpaint(images, hole, { batch: 2, onProgress: (n) => done.push(n) });
  expect(done).toEqual([2, 4, 5]);
  await Promise.all([model.dispose(), plain.dispose()]);
});
