import { join } from 'node:path';
import { loadModel, type Model, sampleBatches, sampleGivenBatches } from '@alix/infer';
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

const root = temporaryFolder();
const load = (spec: Partial<TinySpec> = {}): Promise<Model> => {
  const name = Object.values(spec).join('-') || 'tiny';
  return loadModel(writeTinyBundle(join(root, name), { ...tiny, ...spec }), { device: 'cpu', threads: 1 });
};
const moments = (values: ArrayLike<number>) => {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return { mean, variance: list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length };
};
const largest = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => Math.max(a, Math.abs(b)), 0);

test('samples are the decoder at codes of the prior, fixed by the seed', async () => {
  const model = await load();
  const first = await model.sample(5, { seed: 3, batch: 2 });
  expect([first.n, first.seed, first.latent.length]).toEqual([5, 3, 15]);
  decodeByHand(tiny, first.latent.subarray(6, 9)).forEach((value, i) => {
    expect(first.image[2 * 24 + i]).toBeCloseTo(value, 6);
  });
  expect((await model.sample(5, { seed: 3 })).latent).toEqual(first.latent);
  expect((await model.sample(5, { seed: 4 })).latent).not.toEqual(first.latent);
  // more samples begin with the same ones
  expect((await model.sample(9, { seed: 3 })).latent.subarray(0, 15)).toEqual(first.latent);
  await model.dispose();
});

test('what cannot work is refused at once, not at the first batch', async () => {
  const model = await load();
  const refusal = (options: object) => {
    try {
      sampleBatches(model, 1, options as { seed: number });
      return 'accepted';
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  expect(refusal({ seed: 1, batch: 0 })).toBe('bad-option');
  expect(refusal({ seed: 1, truncate: Number.NaN })).toBe('bad-option');
  // no seed is not the seed 'undefined'
  for (const seed of [undefined, null, {}, true, 0.5]) expect(refusal({ seed })).toBe('bad-seed');
  expect(refusal(undefined as never)).toBe('bad-seed');
  expect(refusal({ seed: -1 })).toBe('accepted');
  for (const images of [null, undefined, 'image.png', 7] as never[])
    await expect(model.sampleGiven(images, 2, { seed: 1 })).rejects.toMatchObject({ code: 'bad-image' });
  await model.dispose();
});

test('a normal prior has mean 0 and variance 1', async () => {
  const model = await load();
  const { latent } = await model.sample(4000, { seed: 1, batch: 1000 });
  const { mean, variance } = moments(latent);
  expect(Math.abs(mean)).toBeLessThan(0.04);
  expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  await model.dispose();
});

test('a uniform prior fills [-1,1]: variance 1/3', async () => {
  const model = await load({ prior: 'uniform' });
  const { latent } = await model.sample(4000, { seed: 1, batch: 1000 });
  const { mean, variance } = moments(latent);
  expect(largest(latent)).toBeLessThanOrEqual(1);
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1 / 3)).toBeLessThan(0.015);
  await model.dispose();
});

test('truncation keeps what is inside and draws the rest anew', async () => {
  const model = await load();
  const free = (await model.sample(2000, { seed: 1, batch: 1000 })).latent;
  const { latent } = await model.sample(2000, { seed: 1, truncate: 1, batch: 1000 });
  expect(largest(latent)).toBeLessThanOrEqual(1);
  free.forEach((value, i) => {
    if (Math.abs(value) <= 1) expect(latent[i]).toBe(value);
  });
  // variance of the standard normal truncated to ±1: 1 - 2 φ(1) / (2 Φ(1) - 1) = 0.2911
  expect(Math.abs(moments(latent).variance - 0.2911)).toBeLessThan(0.02);
  const uniform = await load({ prior: 'uniform' });
  expect(largest((await uniform.sample(100, { seed: 1, truncate: 0.5 })).latent)).toBeLessThanOrEqual(0.5);
  await expect(model.sample(1, { seed: 1, truncate: 0 })).rejects.toMatchObject({ code: 'bad-option' });
  await expect(uniform.sample(1, { seed: 1, truncate: 2 })).rejects.toMatchObject({ code: 'bad-option' });
  await expect(model.sample(0, { seed: 1 })).rejects.toMatchObject({ code: 'bad-option' });
});

test("samples given an image scatter around the image's mean by the encoder's variance", async () => {
  const model = await load();
  const pixels = tinyImages(tiny, 1);
  const { mean, logVariance } = encodeByHand(tiny, pixels);
  const { latent } = await model.sampleGiven(pixels, 4000, { seed: 2, batch: 1000 });
  for (let j = 0; j < 3; j++) {
    const column = moments(latent.filter((_, i) => i % 3 === j));
    const variance = Math.exp(logVariance[j]!);
    expect(Math.abs(column.mean - mean[j]!)).toBeLessThan(4 * Math.sqrt(variance / 4000));
    expect(Math.abs(column.variance / variance - 1)).toBeLessThan(0.1);
  }
  const deterministic = await load({ deterministic: true });
  await expect(deterministic.sampleGiven(pixels, 1, { seed: 1 })).rejects.toMatchObject({
    code: 'deterministic-encoder',
  });
  await model.dispose();
});

test('several images are sampled from, several times each, by their names alone', async () => {
  const model = await load();
  const data = tinyImages(tiny, 3);
  const names = ['a', 'b', 'c'];
  const images = { data, n: 3, names };
  const progress: [number, number | undefined][] = [];
  const all = await model.sampleGiven(images, 5, {
    seed: 2,
    batch: 4,
    onProgress: (done, total) => progress.push([done, total]),
  });
  expect([all.n, all.perImage, all.latent.length]).toEqual([15, 5, 45]);
  expect(progress).toEqual([4, 8, 12, 15].map((done) => [done, 15]));
  decodeByHand(tiny, all.latent.subarray(27, 30)).forEach((value, i) => {
    expect(all.image[9 * 24 + i]).toBeCloseTo(value, 6);
  });
  // batches, order, images left out and more draws change nothing of those there are
  const [b, whole] = [{ data: data.subarray(24, 48), n: 1, names: ['b'] }, { batch: 64 }];
  expect((await model.sampleGiven(images, 5, { seed: 2, ...whole })).latent).toEqual(all.latent);
  expect((await model.sampleGiven(b, 5, { seed: 2 })).latent).toEqual(all.latent.subarray(15, 30));
  expect((await model.sampleGiven(b, 9, { seed: 2 })).latent.subarray(0, 15)).toEqual(all.latent.subarray(15, 30));
  const parts: number[] = [];
  for await (const { n } of sampleGivenBatches(model, images, 5, { seed: 2, batch: 4 })) parts.push(n);
  expect(parts).toEqual([4, 4, 4, 3]);
  // the first draw is that of encode
  const { latent } = await model.encode(images, { sample: { seed: 2 } });
  [0, 1, 2].forEach((i) => {
    expect(all.latent.subarray(i * 15, i * 15 + 3)).toEqual(latent!.subarray(i * 3, i * 3 + 3));
  });
  // a stream of images, of unknown number
  async function* stream() {
    for (let i = 0; i < 3; i++) yield { name: names[i]!, pixels: data.subarray(i * 24, (i + 1) * 24) };
  }
  expect((await model.sampleGiven(stream(), 5, { seed: 2, batch: 2 })).latent).toEqual(all.latent);
  await expect(model.sampleGiven(images, 0, { seed: 2 })).rejects.toMatchObject({ code: 'bad-option' });
  await expect(model.sampleGiven(images, 1, { seed: 2, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'interrupted',
  });
  await model.dispose();
});
