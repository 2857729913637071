/** The number that a run's reconstructions are compared with: by hand, bounded, and none where nothing is reconstructed. */
import { configure } from '@alix/train';
import { type Dataset, imageDataset } from '@alix/train/datasets/dataset';
import { design } from '@alix/train/design';
import { besideMeanImage, meanImageError } from '@alix/train/mean-image-error';
import { expect, test } from 'vitest';

/** Images 28x28 of one grey each. */
const greys = (...values: number[]): Dataset =>
  imageDataset({
    name: 'greys',
    shape: [28, 28, 1],
    pixels: Uint8Array.from({ length: 784 * values.length }, (_, i) => values[Math.floor(i / 784)] as number),
    labels: undefined,
    classes: undefined,
  });
const settings = { length: { steps: 1 }, evaluationRows: 2 };

test('it is that of the mean of the training images, over the held-out rows that the run measures', async () => {
  const designed = design(configure('dali-strokes', settings));
  // mean 102 of 255; the third held-out image is not measured
  const error = await meanImageError(designed, greys(51, 153, 102), greys(102, 204, 0));
  expect(error).toMatchObject({ of: 3, over: 2 });
  expect(error?.mse).toBeCloseTo((0 + 0.4 ** 2) / 2, 6);
});

test('of many training images the first 2,000 are read', async () => {
  const asked: number[] = [];
  const many = { ...greys(255), count: 100_000 };
  const data: Dataset = {
    ...many,
    batch: async (indices) => {
      asked.push(...indices);
      return new Float32Array(784 * indices.length).fill(1);
    },
  };
  const error = await meanImageError(design(configure('dali-strokes', settings)), data, greys(255));
  expect(error).toEqual({ mse: 0, of: 2000, over: 1 });
  expect([asked.length, Math.max(...asked)]).toEqual([2000, 1999]);
});

test('none without an encoder, of points, or where nothing is measured', async () => {
  for (const [name, more] of [
    ['gan', {}],
    ['dali-grid', {}],
    ['dali-strokes', { evaluationRows: 0 }],
  ] as const) {
    const designed = design(configure(name, { ...settings, ...more }));
    expect(await meanImageError(designed, greys(1), greys(2)), name).toBeUndefined();
  }
});

test('a run that is not better is told to train longer', () => {
  const mean = { mse: 0.04, of: 3, over: 2 };
  expect(besideMeanImage(0.03, mean)).toBe("held-out reconstruction MSE 0.0300, 0.75 times the mean image's 0.0400");
  expect(besideMeanImage(0.05, mean)).toMatch(/1\.25 times .*; train longer$/);
});
