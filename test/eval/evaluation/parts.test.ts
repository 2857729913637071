/** An evaluation that stops anywhere goes on from its parts to the same bits, and takes no part that is not its own. */
import type { Subject } from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countingExtractor, memoryStore, recordOf, subjectOf } from '../../fixtures/evaluated.js';
import { noise } from '../../fixtures/evaluation.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { tiny, writeTinyBundle } from '../../fixtures/tiny-bundle.js';

const [n, size] = [200, 24];
const folder = temporaryFolder();
let model: Model;
let unbroken: string;
beforeAll(async () => {
  model = await loadModel(writeTinyBundle(`${folder}/model`), { device: 'cpu', threads: 1 });
  unbroken = await recordOf(subjectOf(model, n));
});
afterAll(() => model.dispose());

/** Stops at the progress of so many batches; what it has left. */
async function stoppedAfter(batches: number) {
  const stop = new AbortController();
  const parts = memoryStore();
  let count = 0;
  const onProgress = () => {
    count += 1;
    if (count === batches) stop.abort();
  };
  const run = recordOf(subjectOf(model, n), { parts, signal: stop.signal, onProgress });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
  return parts;
}

test('stopped after any batch, in any pass and before the results: the same bits', async () => {
  // a call for each batch, and one for each part
  let calls = 0;
  await recordOf(subjectOf(model, n), { onProgress: () => void calls++ });
  expect(calls).toBeGreaterThan(25);
  for (let batches = 1; batches <= calls; batches++) {
    const parts = await stoppedAfter(batches);
    expect(await recordOf(subjectOf(model, n), { parts }), `after ${batches}`).toBe(unbroken);
  }
});

test('stopped again and again it still ends, at the cost of unfinished parts alone', async () => {
  const parts = memoryStore();
  const extractor = countingExtractor(size);
  const notes: string[] = [];
  for (let runs = 0; ; runs++) {
    const stop = new AbortController();
    const before = parts.files.size;
    const onProgress = () => parts.files.size > before && stop.abort();
    const subject = subjectOf(model, n, { extractor });
    const onNote = (note: string) => notes.push(note);
    const record = await recordOf(subject, { parts, signal: stop.signal, onProgress, onNote }).catch(() => undefined);
    if (record === undefined) continue;
    expect([record, runs > 3, notes]).toEqual([unbroken, true, []]);
    break;
  }
  // images, their reconstructions and samples; each stop costs the batches that had begun
  expect(extractor.seen).toBeGreaterThanOrEqual(2 * n + 150);
  expect(extractor.seen).toBeLessThan(2 * n + 150 + parts.files.size * 2 * 2 * 16);
});

describe('damaged parts are measured again, and told', () => {
  const name = 'images-64-128.safetensors';
  const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 8 : byte));
  const textAt = (bytes: Uint8Array, text: string) => Buffer.from(bytes).indexOf(text) + text.length;
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['cut short', (bytes) => bytes.slice(0, bytes.length / 2)],
    ['without its last byte', (bytes) => bytes.slice(0, -1)],
    ['of no bytes', () => new Uint8Array()],
    ['a flipped bit of the numbers', (bytes) => flip(bytes, bytes.length - 5)],
    ['a flipped bit of the plan', (bytes) => flip(bytes, textAt(bytes, '"plan":"') + 3)],
    ['a flipped bit of the range', (bytes) => flip(bytes, textAt(bytes, '"start":"'))],
    ['a flipped bit of the sum', (bytes) => flip(bytes, textAt(bytes, '"sum":"'))],
    ['of something else', () => noise(2000)],
    ['zeros', (bytes) => new Uint8Array(bytes.length)],
  ])('%s', async (_, damage) => {
    const parts = await stoppedAfter(12);
    parts.files.set(name, damage(parts.files.get(name)!));
    const notes: string[] = [];
    expect(await recordOf(subjectOf(model, n), { parts, onNote: (note) => notes.push(note) })).toBe(unbroken);
    expect(notes).toEqual([expect.stringMatching(new RegExp(`^${name} is damaged \\(.+\\): measured again$`))]);
  });

  test('one part under the name of another is refused', async () => {
    const parts = await stoppedAfter(12);
    parts.files.set(name, parts.files.get('images-0-64.safetensors')!);
    await expect(recordOf(subjectOf(model, n), { parts })).rejects.toMatchObject({ code: 'other-plan' });
  });
});

describe('parts of another evaluation are refused', () => {
  const settings = { samples: 150, seed: 2, batch: 16, featureSample: 100, options: {} };
  const others: [string, (subject: Subject) => Partial<Subject>][] = [
    ['seed', () => ({ settings: { ...settings, seed: 3 } })],
    ['samples', () => ({ settings: { ...settings, samples: 151 } })],
    ['batch', () => ({ settings: { ...settings, batch: 32 } })],
    ['feature sample', () => ({ settings: { ...settings, featureSample: 90 } })],
    ['an option of a metric', () => ({ settings: { ...settings, options: { 'prdc.k': 4 } } })],
    ['graph', () => ({ extractor: countingExtractor(size, 5, { graph: '1'.repeat(64) }) })],
    ['output', () => ({ extractor: countingExtractor(size, 5, { output: 'other' }) })],
    ['preprocessing', () => ({ extractor: countingExtractor(size, 5, { preprocessing: 'other' }) })],
    [
      'images of the same name, number and size',
      ({ images }) => ({ images: { ...images, read: async (rows) => noise(rows.length * size + 1).slice(1) } }),
    ],
    ['fewer images', ({ images }) => ({ images: { ...images, n: n - 1 } })],
  ];
  test.each(others)('%s', async (_, change) => {
    const parts = await stoppedAfter(12);
    const left = [...parts.files.keys()];
    const subject = subjectOf(model, n);
    const run = recordOf({ ...subject, ...change(subject) }, { parts });
    await expect(run).rejects.toMatchObject({ code: 'other-plan', where: expect.stringMatching(/^images-0-/) });
    expect([...parts.files.keys()]).toEqual(left);
  });

  test('another model', async () => {
    const parts = await stoppedAfter(12);
    const other = await loadModel(writeTinyBundle(`${folder}/other`, tiny, (json) => ({ ...json, name: 'other' })));
    const run = recordOf(subjectOf(other, n), { parts });
    await expect(run).rejects.toMatchObject({ code: 'other-plan' });
    await other.dispose();
  });
});
