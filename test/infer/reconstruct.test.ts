import { join } from 'node:path';
import { loadModel, meanAndStd, meanSquaredError, reconstructBatches } from '@alix/infer';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { decodeByHand, encodeByHand, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
const load = () => loadModel(writeTinyBundle(join(root, 'tiny')), { device: 'cpu', threads: 1 });
const size = tiny.height * tiny.width;
const data = tinyImages(tiny, 7);
const rows = Array.from({ length: 7 }, (_, i) => data.subarray(i * size, (i + 1) * size));
const wanted = rows.map((pixels) => decodeByHand(tiny, encodeByHand(tiny, pixels).mean));

test('reconstructions and their MSE are those of the layers by hand', async () => {
  const model = await load();
  const { pixels, latent, mse, n } = await model.reconstruct({ data, n: 7 }, { batch: 3 });
  expect([n, latent.length]).toEqual([7, 21]);
  wanted.forEach((image, i) => {
    const error = image.reduce((sum, value, j) => sum + (rows[i]![j]! / 255 - value) ** 2, 0) / size;
    expect(mse[i]).toBeCloseTo(error, 6);
    image.forEach((value, j) => {
      expect(Math.abs(pixels[i * size + j]! - value * 255)).toBeLessThan(0.51);
    });
  });
  await model.dispose();
});

test('the stream holds the originals beside', async () => {
  const model = await load();
  const parts = [];
  for await (const part of reconstructBatches(model, { data, n: 7 }, { batch: 4 })) parts.push(part);
  expect(parts.map((part) => part.n)).toEqual([4, 3]);
  expect(parts[1]!.originals).toEqual(data.subarray(4 * size));
  await model.dispose();
});

test('MSE by hand: black against white is 1, one value of four off by 0.5 is 1/16', () => {
  expect(meanSquaredError(new Uint8Array(4), new Float32Array(4).fill(1))).toBe(1);
  expect(meanSquaredError(Uint8Array.of(255, 0, 0, 255), Float32Array.of(0.5, 0, 0, 1))).toBe(1 / 16);
});

test('standard deviation over images has ddof 0', () => {
  expect(meanAndStd([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, std: 2 });
  expect(meanAndStd(Float64Array.of(3))).toEqual({ mean: 3, std: 0 });
});

test('decode gives back the images of codes, and refuses what are no codes', async () => {
  const model = await load();
  const { image, n } = await model.decode(Float32Array.of(1, -2, 0.5, 0, 0, 0), { batch: 1 });
  expect(n).toBe(2);
  const hand = [...decodeByHand(tiny, [1, -2, 0.5]), ...decodeByHand(tiny, [0, 0, 0])];
  hand.forEach((value, i) => {
    expect(image[i]).toBeCloseTo(value, 6);
  });
  await expect(model.decode(new Float32Array(4))).rejects.toMatchObject({ code: 'bad-latent' });
  await expect(model.decode(Float32Array.of(0, Number.NaN, 0))).rejects.toMatchObject({
    code: 'bad-latent',
    found: 'NaN at 1',
  });
  await expect(model.decode([1, 2, 3] as unknown as Float32Array)).rejects.toMatchObject({ code: 'bad-latent' });
  await model.dispose();
});
