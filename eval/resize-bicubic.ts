/**
 * Images resized as the "clean" protocol of Parmar, Zhang & Zhu 2022 (arXiv:2104.11222) has it: Pillow's bicubic filter with
 * antialiasing, each channel in floating point, neither rounded nor clipped, so that overshoot is kept.
 */
import { resizeByTaps, type Size, type Taps } from './resize-taps.js';

export type { Size } from './resize-taps.js';

/** Pillow's coefficient of Keys' cubic convolution. */
const A = -0.5;
/** How far the filter reaches, in pixels of the coarser grid. */
const REACH = 2;

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
  // rounded to float32 between its passes, as Pillow's are
  return resizeByTaps(pixels, from, to, taps);
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
