/** Images resized by weighted sums along their rows and then along their columns, whatever the filter. */
import { AlixError } from '@alix/infer/io/errors';

/** A size in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The sum that makes each of m pixels of n. */
export interface Taps {
  /** [m], the first pixel that counts. */
  readonly first: Int32Array;
  /** [m,width]; those that would lie outside the image are 0. */
  readonly weights: Float64Array;
  readonly width: number;
}

/**
 * @param pixels [H,W,C], on any scale
 * @param taps of a side of n pixels that becomes one of m
 * @returns float32 [to.height,to.width,C], on that scale, neither rounded nor clipped
 * @throws AlixError 'bad-shape'
 */
export function resizeByTaps(
  pixels: ArrayLike<number>,
  { height, width, channels }: Size,
  to: { readonly height: number; readonly width: number },
  taps: (n: number, m: number) => Taps,
): Float32Array<ArrayBuffer> {
  if (pixels.length !== height * width * channels)
    throw new AlixError('bad-shape', 'the pixels do not make that image', {
      expected: `${height}x${width}x${channels}`,
      found: `${pixels.length} numbers`,
    });
  for (const side of [to.height, to.width])
    if (!Number.isInteger(side) || side < 1)
      throw new AlixError('bad-shape', 'a side is a whole number from 1 on', { found: `${side}` });
  const rows = along(pixels, height, width, channels, taps(width, to.width));
  return along(rows, 1, height, to.width * channels, taps(height, to.height));
}

/** [outer,n,inner] to [outer,m,inner] */
function along(
  values: ArrayLike<number>,
  outer: number,
  n: number,
  inner: number,
  { first, weights, width }: Taps,
): Float32Array<ArrayBuffer> {
  const m = first.length;
  const out = new Float32Array(outer * m * inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < m; i++)
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        const start = (o * n + first[i]!) * inner + c;
        for (let k = 0; k < width; k++) {
          const weight = weights[i * width + k]!;
          if (weight !== 0) sum += weight * values[start + k * inner]!;
        }
        out[(o * m + i) * inner + c] = sum;
      }
  return out;
}
