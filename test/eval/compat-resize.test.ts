/** The resizes of other tools, against torch-fidelity, torch, clean-fid and Pillow; and in an extractor. */
import { createHash } from 'node:crypto';
import { onnxExtractor, type ResizeName, resizeBicubic, resizeFilters, resizeNames } from '@alix/eval';
import { nodeRuntime } from '@alix/infer';
import { afterAll, describe, expect, test } from 'vitest';
import { tiny, tinyImages } from '../fixtures/tiny-bundle.js';
import { extractorGraph, featuresByHand } from '../fixtures/tiny-extractor.js';
import { oracle, uniform } from './support.js';

type Pair = [number, number];
type Pins = Partial<Record<ResizeName | 'Pillow', number[]>>;
const { resized } = oracle<{ resized: (Pins & { from: Pair; to: Pair; step: number })[] }>('compat');
/** Of 255; pins have four digits, torch's own coordinates are float32. */
const TOLERANCE = 1e-3;

function pixels(height: number, width: number): Float64Array {
  const out = uniform(height * width, 41).map((u) => Math.floor(256 * u));
  [
    [0, 255, 0],
    [255, 0, 255],
    [0, 255, 255],
  ].forEach((row, i) => {
    out.set(row, i * width);
  });
  return out;
}

describe.each(resized)('$from to $to', ({ from, to, step, ...known }) => {
  const [height, width] = from;
  const names = resizeNames.filter((name) => known[name]);
  test.each([...names.map((name) => [name, name] as const), ['bilinear-antialiased', 'Pillow'] as const])(
    '%s: as %s',
    (name, oracleName) => {
      const size = { height, width, channels: 1 };
      const found = resizeFilters[name].resize(pixels(height, width), size, { height: to[0], width: to[1] });
      expect(found.length).toBe(to[0] * to[1]);
      known[oracleName]!.forEach((value, i) => {
        expect(Math.abs(found[i * step]! - value)).toBeLessThan(TOLERANCE);
      });
    },
  );
});

test("clean-fid's is clipped where Pillow's own overshoots", () => {
  const size = { height: 28, width: 28, channels: 1 };
  const to = { height: 299, width: 299 };
  const [plain, clipped] = [
    resizeBicubic(pixels(28, 28), size, to),
    resizeFilters['bicubic-clipped'].resize(pixels(28, 28), size, to),
  ];
  expect([Math.min(...plain) < -10, Math.max(...plain) > 265]).toEqual([true, true]);
  expect([Math.min(...clipped), Math.max(...clipped)]).toEqual([0, 255]);
  expect(resized[0]!['bicubic-clipped']?.length).toBeGreaterThan(50);
});

describe('in an extractor', async () => {
  const runtime = await nodeRuntime({ device: 'cpu', threads: 1 });
  afterAll(() => runtime.dispose?.());
  const grey = { height: 6, width: 4, channels: 1 };
  const graph = extractorGraph({ shape: ['N', 3, 9, 8], size: 216, d: 4 });
  const open = (resize?: ResizeName) =>
    onnxExtractor(
      runtime,
      { bytes: graph.slice(), sha256: createHash('sha256').update(graph).digest('hex'), where: 'x.onnx' },
      grey,
      { range: [0, 255], resize },
    );

  test.each(resizeNames)('%s: what reaches the graph, and what it is called', async (name) => {
    const { extract, identity } = await open(name);
    const image = tinyImages(tiny, 1);
    const plane = Array.from(resizeFilters[name].resize(image, grey, { height: 9, width: 8 }));
    const byHand = featuresByHand([...plane, ...plane, ...plane], 4);
    const found = await extract(image, 1);
    const scale = Math.max(1, ...byHand.map(Math.abs));
    byHand.forEach((value, i) => {
      expect(Math.abs(found[i]! - value)).toBeLessThan(1e-4 * scale);
    });
    expect(identity.preprocessing).toBe(
      `stored pixels, 6x4x1; resized to 9x8 by ${resizeFilters[name].words}; grey as three channels; from 0 to 255`,
    );
  });

  test('bicubic where none is named, in the words that caches know', async () => {
    expect((await open()).identity.preprocessing).toBe(
      "stored pixels, 6x4x1; resized to 9x8 by Pillow's bicubic filter in floating point, not clipped; grey as three channels; from 0 to 255",
    );
    const names = await Promise.all(resizeNames.map(async (name) => (await open(name)).identity.preprocessing));
    expect(new Set(names).size).toBe(resizeNames.length);
  });
});
