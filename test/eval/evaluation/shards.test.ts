/** A report does not depend on how the images were cut into parts, in what order they came, or on the batch. */
import { type Extractor, evalRecord, evaluate, imagesInMemory, onnxExtractor, type Subject } from '@alix/eval';
import { loadModel, type Model, nodeRuntime, type Runtime } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { numbersOf, strokesImages, strokesModel } from '../../fixtures/strokes-evaluation.js';
import { extractorGraph } from '../../fixtures/tiny-extractor.js';

const n = 384;
let model: Model;
let runtime: Runtime;
let extractor: Extractor;
let images: Awaited<ReturnType<typeof strokesImages>>;
beforeAll(async () => {
  model = await loadModel(strokesModel, { device: 'cpu' });
  images = await strokesImages(n);
  runtime = await nodeRuntime({ device: 'cpu' });
  const bytes = extractorGraph({ shape: ['N', 28, 28, 1], size: 784, d: 12 });
  extractor = await onnxExtractor(runtime, { bytes, sha256: '0'.repeat(64), where: 'net.onnx' }, model.image);
});
afterAll(async () => {
  await runtime.dispose?.();
  await model.dispose();
});

const metrics = ['mse', 'psnr', 'ssim', 'fd', 'kid', 'prdc', 'codes'];

async function measured({ order, parts, batch }: { order: ArrayLike<number>; parts: number; batch: number }) {
  const size = images.pixels.length / n;
  const pixels = new Uint8Array(images.pixels.length);
  const labels = new Uint8Array(n);
  Array.from(order).forEach((row, i) => {
    pixels.set(images.pixels.subarray(row * size, (row + 1) * size), i * size);
    labels[i] = images.labels[row]!;
  });
  const subject: Subject = {
    model,
    images: imagesInMemory(pixels, model.image, { labels }),
    extractor,
    settings: { samples: 200, seed: 3, batch, featureSample: 150, options: {} },
  };
  const written: string[] = [];
  const evaluation = await evaluate(subject, {
    metrics,
    partSize: Math.ceil(n / parts),
    parts: { read: async () => undefined, write: async (name) => void written.push(name) },
  });
  const record = evalRecord(subject, evaluation, { alixVersion: '0', created: 'now' });
  expect(written.filter((name) => name.startsWith('images'))).toHaveLength(parts);
  return { images: record.data.images, numbers: new Map(numbersOf(record.metrics)) };
}

test('1, 7 and 64 parts, in any order, in other batches: the same numbers', async () => {
  const inOrder = Uint32Array.from({ length: n }, (_, i) => i);
  const one = await measured({ order: inOrder, parts: 1, batch: 64 });
  expect(one.numbers.size).toBeGreaterThan(100);
  const others = [
    await measured({ order: inOrder.toReversed(), parts: 7, batch: 5 }),
    await measured({ order: createRandom(1).permutation(n), parts: 64, batch: 6 }),
  ];
  for (const other of others) {
    expect(other.images).toBe(one.images);
    expect([...other.numbers.keys()]).toEqual([...one.numbers.keys()]);
    for (const [path, value] of other.numbers) {
      const wanted = one.numbers.get(path)!;
      // a graph's last bits depend on the batch; float64 sums on the order of the images
      expect(Math.abs(value - wanted), `${path}: ${value} and ${wanted}`).toBeLessThan(
        1e-5 * Math.max(0.1, Math.abs(wanted)),
      );
    }
  }
});
