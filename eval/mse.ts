/** Reconstruction error: how far images come back from where they were, and what an answer that knows nothing would get. */
import { meanAndStd, meanSquaredError } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';

/** A mean over images and its standard deviation (ddof 0), as AIM's code reports them. */
export interface MeanAndStd {
  readonly mean: number;
  readonly std: number;
}

/** Errors of n images. */
export interface ErrorSummary {
  readonly n: number;
  /** Over images, of each image's mean squared error. */
  readonly mse: MeanAndStd;
  /** Over images, of each image's root mean squared error; its mean is not the root of `mse.mean`, but at most that. */
  readonly rmse: MeanAndStd;
  /** The scale of the pixels that were compared: an error on [-1,1] would be four times as large. */
  readonly pixelRange: readonly [0, 1];
}

/**
 * The mean squared error of each image over its values, in float64.
 *
 * @param originals uint8 [n, ...], compared as v/255
 * @param images float32 [n, ...] in [0,1]
 * @returns [n]
 * @throws AlixError 'bad-shape' where the two are not n images of one size
 */
export function imageErrors(originals: Uint8Array, images: Float32Array, n: number): Float64Array {
  const size = valuesPerImage(originals, n);
  if (images.length !== originals.length)
    throw new AlixError('bad-shape', 'as many images as originals are needed', {
      expected: `${originals.length} values`,
      found: `${images.length}`,
    });
  const part = (i: number) => [i * size, (i + 1) * size] as const;
  return Float64Array.from({ length: n }, (_, i) =>
    meanSquaredError(originals.subarray(...part(i)), images.subarray(...part(i))),
  );
}

/**
 * The error of each image against one and the same image. With the mean of the training images it is the error of the
 * best answer that does not look at its input, which every encoder must beat.
 *
 * @param originals uint8 [n, ...], held-out images
 * @param image float32, one image in [0,1], e.g. the training images' mean
 * @throws AlixError 'bad-shape'
 */
export function constantImageErrors(originals: Uint8Array, image: Float32Array, n: number): Float64Array {
  const size = valuesPerImage(originals, n);
  if (image.length !== size)
    throw new AlixError('bad-shape', 'an image of another size', {
      expected: `${size} values`,
      found: `${image.length}`,
    });
  return Float64Array.from({ length: n }, (_, i) =>
    meanSquaredError(originals.subarray(i * size, (i + 1) * size), image),
  );
}

/**
 * What is reported of the errors of many images.
 *
 * ```ts
 * const { mse, n } = summariseErrors((await model.reconstruct({ data, n: 1000 })).mse);
 * ```
 * @param errors [n]: each image's mean squared error, pixels in [0,1]
 */
export function summariseErrors(errors: Float64Array): ErrorSummary {
  return { n: errors.length, mse: meanAndStd(errors), rmse: meanAndStd(errors.map(Math.sqrt)), pixelRange: [0, 1] };
}

/** Indices of the images by their error, smallest first; equal errors stay in order. */
export function byError(errors: Float64Array): number[] {
  return Array.from(errors.keys()).sort((a, b) => errors[a]! - errors[b]! || a - b);
}

function valuesPerImage(originals: Uint8Array, n: number): number {
  const size = originals.length / n;
  if (Number.isInteger(n) && n > 0 && Number.isInteger(size) && size > 0) return size;
  throw new AlixError('bad-shape', 'the values do not make that many images', {
    expected: `a multiple of ${n}`,
    found: `${originals.length}`,
  });
}
