/** What learns from training images: against scikit-learn, against images that have nothing to learn, and refused where it would cheat. */
import { evaluate, type Interval, imagesInMemory, type Subject } from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { TensorProto_DataType } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { CLASSES, classData, classImages } from '../../fixtures/learning.js';
import { cast, graph, integers, port, tiny, writeTinyBundle } from '../../fixtures/tiny-bundle.js';
import { oracle } from '../support.js';

const D = 24;
const pinned = oracle<{
  readonly linear: Readonly<Record<string, number>>;
  readonly neighbours: Readonly<Record<string, number>>;
  readonly majority: number;
  readonly tolerance: number;
}>('probe');
let model: Model;
beforeAll(async () => {
  // the pixels themselves
  const features = graph(
    [
      cast('image', 'float', TensorProto_DataType.FLOAT),
      { opType: 'Reshape', input: ['float', 'flat'], output: ['features'] },
    ],
    [integers('flat', [-1, D])],
    [port('image', TensorProto_DataType.UINT8, ['N', 6, 4, 1])],
    [port('features', TensorProto_DataType.FLOAT, ['N', D])],
  );
  const folder = writeTinyBundle(temporaryFolder(), tiny, (json) => json, { 'features.onnx': features });
  model = await loadModel(folder, { device: 'cpu' });
});
afterAll(() => model.dispose());

const settings = (options: Record<string, unknown> = {}, featureSample = 5000, batch = 64) => ({
  samples: 2,
  seed: 0,
  batch,
  featureSample,
  options,
});
const subject = (rest: Partial<Subject> = {}): Subject => ({
  model,
  images: classData(300, 2),
  train: classData(600, 1),
  settings: settings(),
  ...rest,
});

describe('on codes', () => {
  test("the linear probe is scikit-learn's at the C that a tenth of the training codes chose", async () => {
    const { metrics } = await evaluate(subject(), { metrics: ['probe'] });
    const probe = metrics.probe as { accuracy: number; majority: number; c: number; interval: { low: number } };
    const best = Math.max(...Object.values(pinned.linear));
    expect(Math.abs(probe.accuracy - pinned.linear[`${probe.c}`]!)).toBeLessThanOrEqual(pinned.tolerance);
    // a wrong choice of C loses up to 23 %
    expect(probe.accuracy).toBeGreaterThan(best - 0.02);
    expect(probe.majority).toBeCloseTo(pinned.majority, 12);
    expect(probe).toMatchObject({ classes: CLASSES, shared: 0, n: { train: 600, measured: 300 } });
    expect(probe.interval.low).toBeLessThan(probe.accuracy);
  });

  test.each([1, 5])("%i nearest neighbours are scikit-learn's", async (k) => {
    const { metrics } = await evaluate(subject({ settings: settings({ 'neighbours.k': k }) }), {
      metrics: ['neighbours'],
    });
    const found = metrics.neighbours as { accuracy: number };
    // at ties scikit-learn takes the first class, and alix the nearest
    expect(Math.abs(found.accuracy - pinned.neighbours[k]!)).toBeLessThanOrEqual(k === 1 ? 1e-12 : 0.01);
  });

  test('parts and batches change nothing', async () => {
    const metrics = ['probe', 'neighbours'];
    const whole = await evaluate(subject(), { metrics });
    const parts = await evaluate(subject({ settings: settings({}, 5000, 7) }), { metrics, partSize: 100 });
    expect(parts.metrics).toEqual(whole.metrics);
  });
});

describe('the SVM protocol', () => {
  interface Found {
    readonly mean: number;
    readonly std: number;
    readonly interval: Interval;
    readonly interval_of_draws: Interval;
    readonly size: number;
    readonly draws: number;
    readonly n: { readonly pool: number; readonly validation: number; readonly test: number };
    readonly note?: string;
  }
  const options = { 'svm.draws': 5, 'svm.size': 60, 'svm.validation': 200 };
  const run = async (rest: Partial<Subject>) => {
    const { metrics } = await evaluate(subject({ settings: settings(options), ...rest }), { metrics: ['svm'] });
    return metrics.svm as Found;
  };

  test('of features that tell classes apart no error, of those that do not that of chance', async () => {
    const clear = await run({ images: classData(300, 2, 90), train: classData(600, 1, 90) });
    expect(clear).toMatchObject({
      draws: 5,
      size: 60,
      n: { pool: 400, validation: 200, test: 300 },
      of: 'features.onnx',
    });
    expect(clear.mean).toBeLessThan(0.02);
    expect(clear.note).toBeUndefined();
    const blind = await run({ images: classData(300, 2, 0), train: classData(600, 1, 0) });
    // 5 draws of 300 answers: 2/3 with a standard error of at most 0.03
    expect(Math.abs(blind.mean - 2 / 3)).toBeLessThan(0.09);
    expect(blind.std).toBeGreaterThan(0);
    // wider than that of one machine's answers, and than that of the draws
    const { interval, interval_of_draws: draws } = blind;
    const images = Math.sqrt((blind.mean * (1 - blind.mean)) / 300);
    expect(draws.standardError).toBeCloseTo(blind.std / Math.sqrt(4), 12);
    expect(interval.standardError).toBeCloseTo(Math.sqrt(images ** 2 + draws.standardError ** 2), 12);
    expect(interval.high - interval.low).toBeGreaterThan(Math.max(2 * 1.94 * images, draws.high - draws.low));
  });

  test('a smaller training set is shared out, and says so; rows are capped', async () => {
    const small = await run({ settings: settings({ 'svm.draws': 3 }, 400) });
    expect(small).toMatchObject({ size: 100, n: { pool: 200, validation: 200, test: 300 } });
    expect(small.note).toContain('10000 validation images, draws of 1000');
    await expect(run({ settings: settings({}, 20) })).rejects.toThrow(/too few training images to draw/);
  });

  test('an extractor takes the place of the model', async () => {
    await expect(run({ settings: settings({ ...options, 'svm.of': 'extractor' }) })).rejects.toThrow(/--extractor/);
    const identity = { graph: 'ab'.repeat(32), output: 'raw', preprocessing: 'none' };
    const extract = async (pixels: Uint8Array) => Float32Array.from(pixels);
    const found = await run({
      settings: settings({ ...options, 'svm.of': 'extractor' }),
      extractor: { identity, d: 24, extract },
      images: classData(300, 2, 90),
      train: classData(600, 1, 90),
    });
    expect(found).toMatchObject({ of: 'raw of abababab', d: 24 });
    expect(found.mean).toBeLessThan(0.02);
  });
});

describe('refused', () => {
  const { pixels, labels } = classImages(600, 1);
  const first = (n: number, from = 0) =>
    imagesInMemory(pixels.slice(from * 24, (from + n) * 24), tiny, {
      labels: labels.slice(from, from + n),
      classes: CLASSES,
    });

  test.each<[string, () => Partial<Subject>, string]>([
    ['no training images', () => ({ train: undefined }), '--train'],
    [
      'the images themselves',
      () => {
        const images = classData(300, 2);
        return { images, train: images };
      },
      'all 300 of the measured images are among the training images',
    ],
    [
      'the same data read again',
      () => {
        const [images, train] = [0, 1].map(() => ({ ...classData(300, 2), fingerprint: 'f' }));
        return { images: images!, train };
      },
      'all 300 of the measured images',
    ],
    ['many of them', () => ({ train: first(600), images: first(50, 10) }), '50 of 50 of the measured images'],
    ['no labels', () => ({ images: imagesInMemory(classImages(9, 3).pixels, tiny) }), 'have none'],
    [
      'other classes',
      () => ({ images: imagesInMemory(classImages(9, 3).pixels, tiny, { labels: new Uint8Array(9), classes: 4 }) }),
      '3 classes',
    ],
  ])('%s', async (_, rest, message) => {
    await expect(evaluate(subject(rest()), { metrics: ['neighbours'] })).rejects.toThrow(message);
  });

  test('a few images in both are counted, not refused', async () => {
    const both = imagesInMemory(Uint8Array.from([...pixels.subarray(0, 24 * 5), ...classImages(295, 2).pixels]), tiny, {
      labels: Uint8Array.from([...labels.subarray(0, 5), ...classImages(295, 2).labels]),
      classes: CLASSES,
    });
    const { metrics } = await evaluate(subject({ images: both }), { metrics: ['neighbours'] });
    expect(metrics.neighbours).toMatchObject({ shared: 5 });
  });
});
