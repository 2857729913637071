/** Errors of holes and of features, by hand. */
import { featureErrors, inpaintingErrors, summariseInpainting } from '@alix/eval';
import { expect, test } from 'vitest';

// two images of 1x2 pixels and two channels
const originals = Uint8Array.of(0, 255, 51, 51, 0, 0, 0, 0);
const filled = Float32Array.of(0.5, 0.5, 0.2, 0.2, 1, 0, 0, 1);

test('the hole alone, and the whole image with the rest as it was', () => {
  const errors = inpaintingErrors(originals, filled, Uint8Array.of(1, 0, 255, 1), 2, 2);
  expect(errors).toEqual({
    hole: Float64Array.of(0.25, 0.5),
    composite: Float64Array.of(0.125, 0.5),
    hidden: Float64Array.of(0.5, 1),
  });
  expect(summariseInpainting(errors)).toEqual({
    n: 2,
    hole: { mean: 0.375, std: 0.125 },
    composite: { mean: 0.3125, std: 0.1875 },
    hidden: 0.75,
    pixelRange: [0, 1],
  });
});

test('what is outside the hole does not matter, whatever it is', () => {
  const outside = filled.slice();
  outside[2] = Number.NaN;
  expect(inpaintingErrors(originals, outside, Uint8Array.of(1, 0, 1, 1), 2, 2).hole[0]).toBe(0.25);
});

test('what has no error', () => {
  expect(() => inpaintingErrors(originals, filled, Uint8Array.of(1, 1, 0, 0), 2, 2)).toThrow(
    /image 1: .*hides nothing/,
  );
  expect(() => inpaintingErrors(originals, filled, Uint8Array.of(1, 1, 1), 2, 2)).toThrow(/one size/);
  const broken = filled.with(0, Number.NaN);
  expect(() => inpaintingErrors(originals, broken, Uint8Array.of(1, 1, 1, 1), 2, 2)).toThrow(/image 0: .*no numbers/);
});

test('features row by row', () => {
  const features = (...values: number[]) => ({ data: Float32Array.from(values), d: 2 });
  expect(featureErrors(features(1, 2, 3, 4), features(1, 4, 2, 3))).toEqual(Float64Array.of(2, 1));
  expect(() => featureErrors(features(1, 2), features(1, 2, 3, 4))).toThrow(/expected 1, found 2/);
  expect(() => featureErrors(features(1, 2), features(1, Number.NaN))).toThrow(/NaN at row 0, feature 1/);
});
