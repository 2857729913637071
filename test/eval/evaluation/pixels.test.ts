/** Errors of pixels beside those of reconstructions: of the mean image, of holes, of a user's network; all by hand. */
import {
  constantImageErrors,
  evaluate,
  imagesInMemory,
  onnxPerceptual,
  type Perceptual,
  type Subject,
} from '@alix/eval';
import { loadModel, type Model, nodeRuntime, type Runtime } from '@alix/infer';
import { TensorProto_DataType } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { pairGraph } from '../../fixtures/pair-graph.js';
import { decodeByHand, encodeByHand, tiny, tinyImages, writeTinyBundle } from '../../fixtures/tiny-bundle.js';

const [n, size] = [20, 24];
const pixels = tinyImages(tiny, n);
const others = Uint8Array.from({ length: 31 * size }, (_, i) => (i * i * 13 + i * 5) % 251);
const originals = Array.from({ length: n }, (_, i) => pixels.subarray(i * size, (i + 1) * size));
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const reconstructed = (image: Uint8Array) => decodeByHand(tiny, encodeByHand(tiny, image).mean);

let model: Model;
let runtime: Runtime;
beforeAll(async () => {
  model = await loadModel(writeTinyBundle(temporaryFolder()), { device: 'cpu' });
  runtime = await nodeRuntime({ device: 'cpu' });
});
afterAll(async () => {
  await runtime.dispose?.();
  await model.dispose();
});
const subject = (rest: Partial<Subject> = {}, options: Record<string, unknown> = {}): Subject => ({
  model,
  images: imagesInMemory(pixels, tiny),
  settings: { samples: 2, seed: 0, batch: 8, featureSample: 50, options },
  ...rest,
});

describe('baseline', () => {
  test.each([
    ['training images', others],
    ['the measured images', pixels],
  ])('the error of the mean of %s, and of the model over it', async (of, source) => {
    const count = source.length / size;
    const image = Float32Array.from({ length: size }, (_, at) =>
      mean(Array.from({ length: count }, (__, i) => source[i * size + at]! / 255)),
    );
    const mse = mean(constantImageErrors(pixels, image, n));
    const own = mean(originals.map((each) => mean(reconstructed(each).map((v, j) => (each[j]! / 255 - v) ** 2))));
    const train = source === others ? imagesInMemory(others, tiny) : undefined;
    const { metrics } = await evaluate(subject({ train }), { metrics: ['baseline'], partSize: 8 });
    const found = metrics.baseline as { mse: number; ratio: number };
    expect(found).toMatchObject({ n, of, ...(train && { train: 31 }) });
    expect(found.mse).toBeCloseTo(mse, 7);
    expect(found.ratio).toBeCloseTo(own / mse, 5);
  });

  test('images that are all alike leave nothing to beat', async () => {
    const alike = imagesInMemory(
      Uint8Array.from({ length: 3 * size }, (_, i) => i % size),
      tiny,
    );
    const { metrics } = await evaluate(subject({ images: alike }), { metrics: ['baseline'] });
    expect(metrics.baseline).toEqual({ n: 3, of: 'the measured images', mse: 0 });
  });
});

describe('inpainting', () => {
  /** The hole's error and the composite's of each image, its pixels rounded to uint8. */
  function byHand(hidden: readonly number[], times: number) {
    return originals.map((image) => {
      const filled = Uint8Array.from(image);
      for (const at of hidden) filled[at] = 128;
      for (let i = 0; i < times; i++) {
        const made = reconstructed(filled);
        for (const at of hidden) filled[at] = Math.round(255 * made[at]!);
      }
      const sum = hidden.reduce((total, at) => total + ((image[at]! - filled[at]!) / 255) ** 2, 0);
      return { hole: sum / hidden.length, composite: sum / size };
    });
  }

  // of 6x4 pixels a half is 3x2, from row 1 and column 1 on; a quarter, rounded, 2x1 from row 2 and column 1 on
  test.each([
    [{}, [5, 6, 9, 10, 13, 14], 1],
    [{ 'inpainting.iterations': 3 }, [5, 6, 9, 10, 13, 14], 3],
    [{ 'inpainting.hole': 0.25 }, [9, 13], 1],
  ])('%o', async (options, hidden, times) => {
    const { metrics } = await evaluate(subject({}, options), { metrics: ['inpainting'] });
    const found = metrics.inpainting as Record<'hole' | 'composite', { mean: number }> & { hidden: number };
    const wanted = byHand(hidden, times);
    // a rounding of uint8 may go the other way
    expect(found.hole.mean).toBeCloseTo(mean(wanted.map(({ hole }) => hole)), 3);
    expect(found.composite.mean).toBeCloseTo(mean(wanted.map(({ composite }) => composite)), 4);
    expect(found.hidden).toBe(hidden.length / size);
    expect(found).toMatchObject({ n, by: times === 1 ? '1 encoding' : '3 encodings', pixelRange: [0, 1] });
  });

  test.each([0, 1, 2])('a hole of %d is refused', async (hole) => {
    const asked = evaluate(subject({}, { 'inpainting.hole': hole }), { metrics: ['inpainting'] });
    await expect(asked).rejects.toThrow(/inpainting\.hole/);
  });
});

describe('lpips', () => {
  const open = (options: Parameters<typeof pairGraph>[0] = {}, image: { height: number; width: number } = tiny) =>
    onnxPerceptual(
      runtime,
      { bytes: pairGraph(options), sha256: 'cd'.repeat(32), where: 'net.onnx' },
      { ...image, channels: 1 },
    );

  test('a graph of mean squared differences on [-1,1] gives four times the error, grey as three channels', async () => {
    const wanted = mean(
      originals.map((image) =>
        mean(reconstructed(image).map((v, j) => 4 * ((image[j]! - Math.round(255 * v)) / 255) ** 2)),
      ),
    );
    const perceptual = await open();
    const evaluation = await evaluate(subject({ perceptual }), { metrics: ['lpips'] });
    const found = evaluation.metrics.lpips as { mean: number; name: string };
    expect(found).toMatchObject({ n, name: 'LPIPS(cdcdcdcd)' });
    expect(found.mean).toBeCloseTo(wanted, 4);
    expect(evaluation.conventions.lpips).toMatchObject({
      inputs: ['a', 'b'],
      preprocessing: 'stored pixels, 6x4x1, from -1 to 1; grey as three channels',
    });
  });

  test('channels, rows and columns stay where they are', async () => {
    // the weight of value (c, y, x) is its place in [3,H,W]; images are [H,W,3]
    const rgb: Perceptual = await onnxPerceptual(
      runtime,
      { bytes: pairGraph({ weighted: 3 * size }), sha256: '0'.repeat(64), where: 'net.onnx' },
      { ...tiny, channels: 3 },
    );
    const a = Uint8Array.from({ length: 3 * size }, (_, i) => (i * 31) % 256);
    const [distance] = await rgb.distances(a, new Uint8Array(3 * size), 1);
    let wanted = 0;
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 4; x++)
        for (let c = 0; c < 3; c++) wanted += ((a[(y * 4 + x) * 3 + c]! / 255) * 2) ** 2 * (c * 24 + y * 4 + x);
    expect(distance! / (wanted / (3 * size))).toBeCloseTo(1, 5);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['no network', () => evaluate(subject(), { metrics: ['lpips'] }), '--lpips'],
    ['one input', () => open({ inputs: 1 }), 'two inputs, float32 [N,3,H,W]'],
    ['grey inputs', () => open({ shape: ['N', 1, 'H', 'W'] }), 'two inputs'],
    ['uint8 inputs', () => open({ type: TensorProto_DataType.UINT8 }), 'two inputs'],
    ['images of another size', () => open({ shape: ['N', 3, 64, 64] }), '6x4, or free'],
    ['an average over the batch', () => open({ axes: [0, 1, 2, 3] }), 'a number for each pair'],
    ['a map of differences', () => open({ axes: [1] }), 'a number for each pair'],
    ['no number', () => open({ weighted: 3 * size, weight: Number.NaN }), 'no number'],
  ])('refused: %s', async (_, asked, message) => {
    await expect(asked()).rejects.toThrow(message);
  });
});
