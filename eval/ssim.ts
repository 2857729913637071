/**
 * The structural similarity of images: Wang, Bovik, Sheikh & Simoncelli 2004, "Image quality assessment", Eq. 13, with its 11x11
 * Gaussian window of standard deviation 1.5; the mean over pixels and channels.
 */
import { AlixError } from '@alix/infer/io/errors';
import type { Size } from './resize-bicubic.js';

/** Settings of `ssim`. */
export interface SsimOptions {
  /** Of the pixels' scale: 1 for [0,1], which it is where it is not given. */
  readonly range?: number;
  /** 'inside': where the window lies inside the image, as in the paper's code. 'reflected': at all pixels, the image mirrored at its edges (torchmetrics). */
  readonly edges?: 'inside' | 'reflected';
}

const WINDOW = 11;
const MARGIN = (WINDOW - 1) / 2;
const SIGMA = 1.5;
const K1 = 0.01;
const K2 = 0.03;

/**
 * @param a [n,H,W,C] @param b the same, on the same scale @param size of one image
 * @returns [n], each at most 1
 * @throws AlixError 'bad-shape' (also for images under 11x11), 'not-finite'
 */
export function ssim(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  size: Size,
  { range = 1, edges = 'inside' }: SsimOptions = {},
): Float64Array {
  const { height, width, channels } = size;
  const values = height * width * channels;
  const n = a.length / values;
  if (height < WINDOW || width < WINDOW)
    throw new AlixError('bad-shape', 'an image is smaller than the window of SSIM', {
      expected: `at least ${WINDOW}x${WINDOW}`,
      found: `${height}x${width}`,
    });
  if (!Number.isInteger(n) || n < 1 || b.length !== a.length)
    throw new AlixError('bad-shape', 'two sets of as many images are needed', {
      expected: `images of ${height}x${width}x${channels}`,
      found: `${a.length} and ${b.length} numbers`,
    });
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const plane = (of: ArrayLike<number>) =>
        Float64Array.from({ length: height * width }, (_, at) => of[i * values + at * channels + c]!);
      const margin = edges === 'reflected' ? MARGIN : 0;
      const [x, y] = [plane(a), plane(b)].map((of) => reflected(of, height, width, margin));
      sum += ofPlanes(x!, y!, height + 2 * margin, width + 2 * margin, range);
    }
    const value = sum / channels;
    if (!Number.isFinite(value)) throw new AlixError('not-finite', `image ${i} has pixels that are no numbers`);
    return value;
  });
}

function ofPlanes(x: Float64Array, y: Float64Array, height: number, width: number, range: number): number {
  const c1 = (K1 * range) ** 2;
  const c2 = (K2 * range) ** 2;
  const local = (of: Float64Array) => blur(of, height, width);
  const [mx, my] = [local(x), local(y)];
  const [xx, yy, xy] = [local(x.map((v) => v * v)), local(y.map((v) => v * v)), local(x.map((v, i) => v * y[i]!))];
  let sum = 0;
  for (let i = 0; i < mx.length; i++) {
    const means = mx[i]! * my[i]!;
    const squares = mx[i]! ** 2 + my[i]! ** 2;
    const variances = xx[i]! + yy[i]! - squares;
    sum += ((2 * means + c1) * (2 * (xy[i]! - means) + c2)) / ((squares + c1) * (variances + c2));
  }
  return sum / mx.length;
}

const taps = (() => {
  const raw = Float64Array.from({ length: WINDOW }, (_, i) =>
    Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA * SIGMA)),
  );
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
})();

/** With a margin that mirrors what lies inside; the outermost pixels are not repeated. */
function reflected(plane: Float64Array, height: number, width: number, margin: number): Float64Array {
  const inside = (at: number, n: number) => (at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at);
  const across = width + 2 * margin;
  return Float64Array.from({ length: (height + 2 * margin) * across }, (_, at) => {
    const i = inside(Math.floor(at / across) - margin, height);
    return plane[i * width + inside((at % across) - margin, width)]!;
  });
}

/** Weighted means under the window, [H-10,W-10]. */
function blur(plane: Float64Array, height: number, width: number): Float64Array {
  const inner = width - WINDOW + 1;
  const rows = new Float64Array(height * inner);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < inner; j++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += taps[k]! * plane[i * width + j + k]!;
      rows[i * inner + j] = sum;
    }
  const out = new Float64Array((height - WINDOW + 1) * inner);
  for (let at = 0; at < out.length; at++) {
    let sum = 0;
    for (let k = 0; k < WINDOW; k++) sum += taps[k]! * rows[at + k * inner]!;
    out[at] = sum;
  }
  return out;
}
