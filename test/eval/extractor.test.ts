/** Extractors: what reaches the graph, by hand; what they are called; graphs that are none. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bundleExtractor, distanceName, onnxExtractor, resizeBicubic } from '@alix/eval';
import { loadModel, nodeRuntime } from '@alix/infer';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { extractorGraph, featuresByHand } from '../fixtures/tiny-extractor.js';

const runtime = await nodeRuntime({ device: 'cpu', threads: 1 });
afterAll(() => runtime.dispose?.());

const grey = { height: 6, width: 4, channels: 1 };
const colour = { height: 6, width: 4, channels: 3 };
const file = (bytes: Uint8Array) => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  // the runtime takes the bytes away
  bytes: bytes.slice(),
  where: 'x.onnx',
});
const close = (actual: Float32Array, expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-4 * Math.max(1, ...expected.map(Math.abs)));
  });
};

test('channels last, values in the range asked for; the batch changes nothing', async () => {
  const graph = extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 5 });
  const { extract, d, identity } = await onnxExtractor(runtime, file(graph), grey, { range: [-1, 1] });
  const pixels = tinyImages(tiny, 3);
  const byHand = [0, 1, 2].flatMap((i) =>
    featuresByHand(
      Array.from(pixels.subarray(24 * i, 24 * (i + 1)), (v) => (2 * v) / 255 - 1),
      5,
    ),
  );
  expect(d).toBe(5);
  close(await extract(pixels, 3), byHand);
  close(await extract(pixels.subarray(24, 48), 1), byHand.slice(5, 10));
  expect(identity).toEqual({
    graph: file(graph).sha256,
    output: 'features',
    preprocessing: 'stored pixels, 6x4x1; from -1 to 1',
  });
  expect(distanceName(identity)).toBe(`FD(${file(graph).sha256.slice(0, 8)}:features)`);
});

test('channels first, of colours, in [0,1]', async () => {
  const graph = extractorGraph({ shape: ['N', 3, 6, 4], size: 72, d: 4 });
  const { extract } = await onnxExtractor(runtime, file(graph), colour);
  const pixels = tinyImages({ ...tiny, channels: 3 }, 1);
  const planes = [0, 1, 2].flatMap((c) => Array.from({ length: 24 }, (_, at) => pixels[3 * at + c]! / 255));
  close(await extract(pixels, 1), featuresByHand(planes, 4));
});

test('grey images for a network of colours, resized as the clean protocol does it', async () => {
  const graph = extractorGraph({ shape: ['N', 3, 9, 8], size: 216, d: 4 });
  const { extract, identity } = await onnxExtractor(runtime, file(graph), grey, { range: [0, 255] });
  const pixels = tinyImages(tiny, 1);
  const plane = Array.from(resizeBicubic(pixels, grey, { height: 9, width: 8 }));
  close(await extract(pixels, 1), featuresByHand([...plane, ...plane, ...plane], 4));
  expect(identity.preprocessing).toContain("resized to 9x8 by Pillow's bicubic filter");
  expect(identity.preprocessing).toContain('grey as three channels');
});

test('a network of stored pixels, of free size', async () => {
  const graph = extractorGraph({ shape: ['N', 'H', 'W', 1], size: 24, d: 3, type: 'uint8' });
  const { extract } = await onnxExtractor(runtime, file(graph), grey);
  const pixels = tinyImages(tiny, 2);
  const byHand = [0, 1].flatMap((i) => featuresByHand(pixels.subarray(24 * i, 24 * (i + 1)), 3));
  close(await extract(pixels, 2), byHand);
});

test('one of several outputs is chosen by its name', async () => {
  const graph = extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 2, two: true });
  const { identity } = await onnxExtractor(runtime, file(graph), grey, { output: 'again' });
  expect(identity.output).toBe('again');
  for (const output of [undefined, 'pool'])
    await expect(onnxExtractor(runtime, file(graph), grey, { output })).rejects.toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.stringContaining('features, again') }),
    );
});

test.each([
  ['two channels', { shape: ['N', 6, 4, 2], size: 48, d: 2 }, grey, 'bad-extractor'],
  ['a fixed batch', { shape: [8, 6, 4, 1], size: 24, d: 2 }, grey, 'bad-extractor'],
  ['vectors', { shape: ['N', 24], size: 24, d: 2 }, grey, 'bad-extractor'],
  ['images of colours for a grey network', { shape: ['N', 6, 4, 1], size: 24, d: 2 }, colour, 'bad-extractor'],
  ['rows that are not one an image', { shape: ['N', 6, 4, 1], size: 12, d: 2 }, grey, 'bad-extractor'],
] as const)('%s: refused in words', async (_, { shape, size, d }, images, code) => {
  const graph = extractorGraph({ shape: [...shape], size, d });
  await expect(onnxExtractor(runtime, file(graph), images)).rejects.toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(/^x.onnx: .*; /) }),
  );
});

test('a range for stored pixels, and bytes that are no graph, are refused', async () => {
  const graph = extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 3, type: 'uint8' });
  await expect(onnxExtractor(runtime, file(graph), grey, { range: [0, 1] })).rejects.toThrow(
    expect.objectContaining({ code: 'bad-option' }),
  );
  await expect(onnxExtractor(runtime, file(new Uint8Array(9)), grey)).rejects.toThrow(
    expect.objectContaining({ code: 'bad-graph' }),
  );
});

test("a bundle's features, and a bundle without them", async () => {
  const cwd = temporaryFolder();
  const graph = extractorGraph({ shape: ['N', 6, 4, 1], size: 24, d: 3, type: 'uint8' });
  writeTinyBundle(join(cwd, 'with'), tiny, (json) => json, { 'features.onnx': graph });
  writeTinyBundle(join(cwd, 'without'));
  const [model, none] = await Promise.all(
    ['with', 'without'].map((name) => loadModel(join(cwd, name), { device: 'cpu' })),
  );
  try {
    const { extract, identity, d } = await bundleExtractor(model!, grey, 'with');
    const pixels = tinyImages(tiny, 1);
    close(await extract(pixels, 1), featuresByHand(pixels, 3));
    expect([d, identity.graph]).toEqual([3, file(graph).sha256]);
    await expect(bundleExtractor(model!, colour, 'with')).rejects.toThrow(
      expect.objectContaining({ code: 'bad-extractor' }),
    );
    await expect(bundleExtractor(none!, grey, 'without')).rejects.toThrow(
      expect.objectContaining({ code: 'no-graph' }),
    );
  } finally {
    await Promise.all([model?.dispose(), none?.dispose()]);
  }
});
