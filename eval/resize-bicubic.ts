/**
 * Images resized as the "clean" protocol of Parmar, Zhang & Zhu 2022 (arXiv:2104.11222) has it: Pillow's bicubic filter with
 * antialiasing, each channel in floating point, neither rounded nor clipped, so that overshoot is kept.
 */
import { AlixError } from '@alix/infer/io/errors';

export interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Pillow's coefficient of Keys' cubic convolution. */
const A = -0.5;
/** How far the filter reaches, in pixels of the coarser grid. */
const REACH = 2;

interface Taps {
  readonly first: Int32Array;
  /** [m, width] */
  readonly weights: Float64Array;
  readonly width: number;
}

/**
 * @param pixels [H,W,C], on any scale
 * @returns float32 [to.height,to.width,C], on that scale; it may lie outside the input's range by a tenth of it
 * @throws AlixError 'bad-shape'
 */
export function resizeBicubic(
  pixels: ArrayLike<number>,
  from: Size,
  to: { readonly height: number; readonly width: number },
): Float32Array<ArrayBuffer> {
  const { height, width, channels } = from;
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

/** [outer,n,inner] to [outer,m,inner], rounded to float32 as Pillow's passes are. */
function along(
  values: ArrayLike<number>,
  outer: number,
  n: number,
  inner: number,
  filter: Taps,
): Float32Array<ArrayBuffer> {
  const m = filter.first.length;
  const out = new Float32Array(outer * m * inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < m; i++)
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        const start = (o * n + filter.first[i]!) * inner + c;
        for (let k = 0; k < filter.width; k++) {
          const weight = filter.weights[i * filter.width + k]!;
          if (weight !== 0) sum += weight * values[start + k * inner]!;
        }
        out[(o * m + i) * inner + c] = sum;
      }
  return out;
}

function taps(n: number, m: number): Taps {
  const scale = n / m;
  const stretch = Math.max(scale, 1);
  const width = Math.min(n, Math.ceil(REACH * stretch) * 2 + 1);
  const first = new Int32Array(m);
  const weights = new Float64Array(m * width);
  for (let i = 0; i < m; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - REACH * stretch + 0.5));
    const end = Math.min(n, Math.trunc(centre + REACH * stretch + 0.5));
    first[i] = start;
    let total = 0;
    for (let k = start; k < end; k++) total += cubic((k - centre + 0.5) / stretch);
    for (let k = start; k < end; k++) weights[i * width + k - start] = cubic((k - centre + 0.5) / stretch) / total;
  }
  return { first, weights, width };
}

/** Keys 1981, "Cubic convolution interpolation for digital image processing", Eq. 4. */
function cubic(at: number): number {
  const x = Math.abs(at);
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * A;
  return 0;
}
