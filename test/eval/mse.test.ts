/** Reconstruction errors against numbers that can be worked out on paper. */
import { byError, constantImageErrors, imageErrors, momentsOf, summariseErrors, variance } from '@alix/eval';
import { expect, test } from 'vitest';

test('an image of 1 and 0 against 0.5 and 0.5: 1/4; against itself: 0; black against white: 1', () => {
  const originals = Uint8Array.from([255, 0, 255, 0, 0, 0]);
  const images = Float32Array.from([0.5, 0.5, 1, 0, 1, 1]);
  expect(Array.from(imageErrors(originals, images, 3))).toEqual([0.25, 0, 1]);
});

test('pixels are compared on [0,1]: 51 is 0.2', () => {
  const [error] = imageErrors(Uint8Array.from([51, 51]), Float32Array.from([0, 0.4]), 1);
  // float32(0.4) is 0.4 + 6e-9
  expect(error).toBeCloseTo(0.04, 8);
});

test('the mean image makes the variance of the pixels: E|x - mean|² / values', () => {
  // three images of two pixels
  const originals = Uint8Array.from([0, 255, 51, 204, 102, 0]);
  const unit = Array.from(originals, (v) => v / 255);
  const mean = momentsOf(unit, 2).mean;
  const errors = constantImageErrors(originals, Float32Array.from(mean), 3);
  const [a = 0, b = 0] = variance(momentsOf(unit, 2));
  expect(summariseErrors(errors).mse.mean).toBeCloseTo((a + b) / 2, 7);
});

test('a summary: mean and std (ddof 0) of the errors and of their roots, n and the range', () => {
  const summary = summariseErrors(Float64Array.from([0.01, 0.09]));
  expect(summary.n).toBe(2);
  expect(summary.mse.mean).toBeCloseTo(0.05, 15);
  expect(summary.mse.std).toBeCloseTo(0.04, 15);
  expect(summary.rmse.mean).toBeCloseTo(0.2, 15);
  expect(summary.rmse.std).toBeCloseTo(0.1, 15);
  expect(summary.pixelRange).toEqual([0, 1]);
});

test('smallest error first, equal ones in order', () => {
  expect(byError(Float64Array.from([0.3, 0.1, 0.3, 0.2]))).toEqual([1, 3, 0, 2]);
});

test('shapes that do not fit are refused with what was expected and found', () => {
  expect(() => imageErrors(new Uint8Array(5), new Float32Array(5), 2)).toThrow(/expected a multiple of 2, found 5/);
  expect(() => imageErrors(new Uint8Array(4), new Float32Array(3), 2)).toThrow(/expected 4 values, found 3/);
  expect(() => constantImageErrors(new Uint8Array(4), new Float32Array(3), 2)).toThrow(/expected 2 values, found 3/);
  expect(() => imageErrors(new Uint8Array(0), new Float32Array(0), 0)).toThrow(/do not make that many images/);
});
