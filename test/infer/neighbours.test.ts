import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodeIndex, distances, loadModel, searchBlocks } from '@alix/infer';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();

/** Made by NumPy: test/oracles/verbs.py. */
const numpy = (
  JSON.parse(readFileSync('test/fixtures/verbs.json', 'utf8')) as {
    neighbours: { d: number; k: number; n: number; codes: number[]; queries: number[] } & Record<
      'cosine' | 'l2',
      { places: number[]; distances: number[] }
    >;
  }
).neighbours;
const codes = Float32Array.from(numpy.codes);
const queries = Float32Array.from(numpy.queries);
const { d, k, n } = numpy;

test.each(distances)('%s: places and distances are those of NumPy, ties by place', async (distance) => {
  const found = await new CodeIndex(codes, d).search(queries, { k, distance });
  expect([found.queries, found.k]).toEqual([5, k]);
  expect([...found.places]).toEqual(numpy[distance].places);
  found.distances.forEach((value, i) => {
    expect(value).toBeCloseTo(numpy[distance].distances[i]!, 12);
  });
});

test.each([1, 3, 64, 1000])('blocks of %i rows give what the index gives', async (rows) => {
  async function* blocks() {
    for (let at = 0; at < n; at += rows) yield codes.slice(at * d, Math.min(n, at + rows) * d);
  }
  for (const distance of distances)
    expect(await searchBlocks(blocks(), d, queries, { k, distance })).toEqual(
      await new CodeIndex(codes, d).search(queries, { k, distance }),
    );
});

test('more neighbours than codes are as many as there are, in order', async () => {
  const found = await new CodeIndex(codes, d).search(queries, { k: 1e9, distance: 'l2' });
  expect(found.k).toBe(n);
  expect(new Set(found.places.subarray(0, n)).size).toBe(n);
  for (let i = 1; i < n; i++) expect(found.distances[i]).toBeGreaterThanOrEqual(found.distances[i - 1]!);
  const none = await new CodeIndex(new Float32Array(0), d).search(queries);
  expect([none.k, none.places.length]).toEqual([0, 0]);
  expect((await new CodeIndex(codes, d).search(new Float32Array(0))).queries).toBe(0);
});

test('the example of the docstring', async () => {
  const index = new CodeIndex(Float32Array.of(1, 0, 0, 2, 3, 3), 2);
  const found = await index.search(Float32Array.of(1, 1), { k: 2, distance: 'l2' });
  expect([...found.places, ...found.distances]).toEqual([0, 1, 1, Math.SQRT2]);
});

test('many rows: the event loop turns, progress is told, a signal stops', async () => {
  const many = new Float32Array(200_000 * 16).map((_, i) => (i * 2654435761) % 1000);
  const index = new CodeIndex(many, 16);
  const control = new AbortController();
  let last = 0;
  const onProgress = (done: number, total: number | undefined) => {
    expect(total).toBe(200_000);
    expect(done).toBeGreaterThan(last);
    last = done;
  };
  await index.search(many.subarray(0, 16), { onProgress });
  expect(last).toBe(200_000);
  last = 0;
  // from outside: it can only come when the loop lets others run
  setTimeout(() => control.abort(), 1);
  const run = index.search(many.subarray(0, 16 * 64), { signal: control.signal, onProgress });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
  expect(last).toBeLessThan(200_000);
});

test('codes that are not finite, and misuse, are refused', async () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const spoilt = codes.map((value, i) => (i === 7 * d + 2 ? bad : value));
    expect(() => new CodeIndex(spoilt, d)).toThrow(expect.objectContaining({ code: 'bad-latent' }));
    expect(() => new CodeIndex(spoilt, d)).toThrow('code 7 ');
    const run = searchBlocks([codes, spoilt], d, queries, { distance: 'l2' });
    await expect(run).rejects.toMatchObject({
      code: 'bad-latent',
      what: `code ${n + 7} holds a value that is not finite`,
    });
    await expect(new CodeIndex(codes, d).search(spoilt)).rejects.toMatchObject({ code: 'bad-latent' });
  }
  const index = new CodeIndex(codes, d);
  expect(() => new CodeIndex(new Float32Array(10), 7)).toThrow('multiple of 7');
  expect(() => new CodeIndex(codes, 0)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  await expect(index.search(new Float32Array(8))).rejects.toMatchObject({ code: 'bad-latent' });
  await expect(index.search(queries, { k: 0 })).rejects.toMatchObject({ code: 'bad-option' });
  const angle = { distance: 'angle' as 'cosine' };
  await expect(index.search(queries, angle)).rejects.toMatchObject({ code: 'bad-option' });
});

test('neighbours of images: an image is the nearest to itself; codes of others are refused', async () => {
  const model = await loadModel(writeTinyBundle(join(root, 'tiny')), { device: 'cpu', threads: 1 });
  const images = { data: tinyImages(tiny, 9), n: 9 };
  const { mean } = await model.encode(images);
  const index = new CodeIndex(mean, 3, { name: 'tiny', sha256: model.sha256 });
  const found = await model.neighbours(images, index, { k: 1, distance: 'l2', batch: 4 });
  expect([...found.places]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const other = new CodeIndex(mean, 3, { name: 'other', sha256: '0'.repeat(64) });
  await expect(model.neighbours(images, other)).rejects.toMatchObject({ code: 'other-model' });
  await expect(model.neighbours(images, new CodeIndex(codes, d))).rejects.toMatchObject({ code: 'latent-size' });
  for (const none of [null, mean] as never[])
    await expect(model.neighbours(images, none)).rejects.toMatchObject({ code: 'bad-option' });
  // before any image is encoded
  let read = 0;
  const counted = (function* () {
    read++;
    yield { name: 'a', pixels: images.data.subarray(0, images.data.length / 9) };
  })();
  await expect(model.neighbours(counted, index, { k: 0 })).rejects.toMatchObject({ code: 'bad-option' });
  expect(read).toBe(0);
  await model.dispose();
});
