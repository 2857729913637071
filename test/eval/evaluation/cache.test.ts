/** Features of real images are made once for all models, and never those of other images, or made otherwise, taken for them. */
import type { Subject } from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CountingExtractor,
  countingExtractor,
  memoryStore,
  recordOf,
  subjectOf,
} from '../../fixtures/evaluated.js';
import { noise } from '../../fixtures/evaluation.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { tiny, writeTinyBundle } from '../../fixtures/tiny-bundle.js';

const [n, size, samples] = [200, 24, 150];
const folder = temporaryFolder();
let model: Model;
let other: Model;
beforeAll(async () => {
  model = await loadModel(writeTinyBundle(`${folder}/a`), { device: 'cpu', threads: 1 });
  const spec = { ...tiny, latent: 4 };
  other = await loadModel(writeTinyBundle(`${folder}/b`, spec), { device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await model.dispose();
  await other.dispose();
});

/** With what the extractor saw and what was told. */
async function cached(subject: Subject, cache = memoryStore()) {
  const notes: string[] = [];
  const record = await recordOf(subject, { cache, onNote: (note) => notes.push(note) });
  return { record, notes, cache, seen: (subject.extractor as CountingExtractor).seen };
}

const known = (of: Model, more: Partial<Subject> = {}) => subjectOf(of, n, more, 'f');
/** Reconstructions and samples; real images too where they are not in the cache. */
const [all, made] = [2 * n + samples, n + samples];

test('another model on the same images: the extractor does not see them again, and the numbers are the same', async () => {
  const first = await cached(known(model));
  expect([first.seen, first.cache.files.size, first.notes]).toEqual([all, 1, []]);
  const second = await cached(known(other), first.cache);
  expect([second.seen, second.notes]).toEqual([made, []]);
  expect(second.record).toBe(await recordOf(known(other)));
  const again = await cached(known(model), first.cache);
  expect([again.seen, again.record]).toEqual([made, first.record]);
});

test('what another version of alix has left is not taken: neither from the cache nor from parts', async () => {
  const cache = memoryStore();
  const seen = async (version: string, parts = memoryStore()) => {
    const subject = known(model);
    await recordOf(subject, { cache, parts, version });
    return (subject.extractor as CountingExtractor).seen;
  };
  expect(await seen('1.0.0')).toBe(all);
  expect(await seen('1.0.0')).toBe(made);
  expect(await seen('1.0.1')).toBe(all);
  const parts = memoryStore();
  await seen('1.0.0', parts);
  expect(await seen('1.0.0', parts)).toBe(0);
  await expect(seen('1.0.1', parts)).rejects.toMatchObject({
    code: 'other-plan',
    message: expect.stringContaining('version of alix'),
  });
});

test('images that nothing names are not kept', async () => {
  const { seen, cache } = await cached(subjectOf(model, n));
  expect([seen, cache.files.size]).toEqual([all, 0]);
});

describe('what is in the cache is of something else', () => {
  const settings = { samples, seed: 2, batch: 16, featureSample: 100, options: {} };
  const others: [string, (subject: Subject) => Partial<Subject>][] = [
    ['preprocessing', () => ({ extractor: countingExtractor(size, 5, { preprocessing: 'from -1 to 1' }) })],
    ['output', () => ({ extractor: countingExtractor(size, 5, { output: 'other' }) })],
    ['graph', () => ({ extractor: countingExtractor(size, 6, { graph: '1'.repeat(64) }) })],
    ['number', ({ images }) => ({ images: { ...images, n: 190 } })],
    ['fingerprint', ({ images }) => ({ images: { ...images, fingerprint: 'g' } })],
    ['batch, whose last bits differ', () => ({ settings: { ...settings, batch: 20 } })],
    ['size of the sample', () => ({ settings: { ...settings, featureSample: 80 } })],
  ];
  test.each(others)('other %s', async (_, change) => {
    const { cache } = await cached(known(model));
    const subject = known(model);
    const changed = { ...subject, ...change(subject) };
    const { record, seen, notes } = await cached(changed, cache);
    expect([seen, notes, cache.files.size]).toEqual([2 * changed.images.n + samples, [], 2]);
    expect(record).toBe(await recordOf(changed));
  });

  const reading: [string, (rows: Uint32Array, read: Subject['images']['read']) => Promise<Uint8Array>][] = [
    ['other images', async (rows, read) => (await read(rows)).map((value) => 255 - value)],
    [
      'one other pixel',
      async (rows, read) => (await read(rows)).map((value, i) => (rows[0] === 160 && i === 9 ? value ^ 1 : value)),
    ],
    ['another order', (rows, read) => read(rows.map((row) => n - 1 - row))],
  ];
  test.each(reading)(
    '%s under one fingerprint, as files of the same names and sizes: told, and made again',
    async (_, change) => {
      const { cache } = await cached(known(model));
      const subject = known(model);
      const { images } = subject;
      const changed = { ...subject, images: { ...images, read: (rows: Uint32Array) => change(rows, images.read) } };
      const { record, notes } = await cached(changed, cache);
      expect(notes).toEqual([expect.stringContaining('features of other images')]);
      expect(record).toBe(await recordOf(changed));
      // and then it is these that are there
      const { seen } = changed.extractor as CountingExtractor;
      expect(await cached(changed, cache)).toMatchObject({ record, notes: [], seen: seen + made });
    },
  );
});

describe('a damaged entry is told and made again', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['cut short', (bytes) => bytes.slice(0, bytes.length / 2)],
    ['of no bytes', () => new Uint8Array()],
    ['a flipped bit', (bytes) => bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte))],
    ['of something else', () => noise(3000)],
  ])('%s', async (_, damage) => {
    const first = await cached(known(model));
    const [name, bytes] = [...first.cache.files][0]!;
    first.cache.files.set(name, damage(bytes));
    const { record, seen, notes, cache } = await cached(known(model), first.cache);
    expect([record, seen]).toEqual([first.record, all]);
    expect(notes).toEqual([
      expect.stringMatching(/^in the cache [0-9a-f]{64}\.safetensors is damaged \(.+\): made again$/),
    ]);
    expect(Buffer.from(cache.files.get(name)!).equals(bytes)).toBe(true);
  });

  test('an entry under the name of another', async () => {
    const { cache } = await cached(known(model));
    const [name] = [...cache.files.keys()];
    const changed = known(model, { extractor: countingExtractor(size, 5, { output: 'other' }) });
    await cached(changed, cache);
    const [, second] = [...cache.files.keys()];
    cache.files.set(second!, cache.files.get(name!)!);
    const again = known(model, { extractor: countingExtractor(size, 5, { output: 'other' }) });
    const { seen, notes } = await cached(again, cache);
    expect([seen, notes.length]).toEqual([all, 1]);
  });
});

test('parts and cache together: stopped, then resumed with a cache that has what the parts lack or have', async () => {
  const whole = await recordOf(known(model));
  const { cache } = await cached(known(model));
  for (const [before, after] of [
    [cache, memoryStore()],
    [memoryStore(), cache],
    [cache, cache],
  ] as const) {
    const [parts, stop] = [memoryStore(), new AbortController()];
    const onProgress = () => parts.files.size > 1 && stop.abort();
    const run = recordOf(known(model), { parts, cache: before, signal: stop.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    expect(await recordOf(known(model), { parts, cache: after })).toBe(whole);
  }
});
