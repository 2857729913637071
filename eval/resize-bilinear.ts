/** The bilinear resizes of other tools, which differ in where a pixel's centre is and in what becomes of fine detail: each channel in floating point, neither rounded nor clipped. */
import { resizeByTaps, type Size, type Taps } from './resize-taps.js';

type To = { readonly height: number; readonly width: number };

/**
 * TensorFlow 1's: pixel i of the new grid lies at i·n/m of the old one, which shifts images by up to half a pixel, and detail aliases where
 * images shrink. The published Inception graph has it inside, and torch-fidelity's copy of it.
 *
 * @param pixels [H,W,C], on any scale
 * @returns float32 [to.height,to.width,C]
 * @throws AlixError 'bad-shape'
 */
export function resizeBilinearTf1(pixels: ArrayLike<number>, from: Size, to: To): Float32Array<ArrayBuffer> {
  return resizeByTaps(pixels, from, to, (n, m) => twoPixels(n, m, (i) => (i * n) / m));
}

/**
 * torch's `interpolate(mode='bilinear', align_corners=False)`: centres at halves; detail aliases where images shrink. pytorch-fid has it,
 * and clean-fid's mode legacy_pytorch. Arguments as of `resizeBilinearTf1`.
 */
export function resizeBilinear(pixels: ArrayLike<number>, from: Size, to: To): Float32Array<ArrayBuffer> {
  return resizeByTaps(pixels, from, to, (n, m) => twoPixels(n, m, (i) => Math.max(0, ((i + 0.5) * n) / m - 0.5)));
}

/**
 * The same with `antialias=True`, which is Pillow's bilinear filter: a triangle as wide as two pixels of the coarser grid. torchmetrics
 * has it. Arguments as of `resizeBilinearTf1`.
 */
export function resizeBilinearAntialiased(pixels: ArrayLike<number>, from: Size, to: To): Float32Array<ArrayBuffer> {
  return resizeByTaps(pixels, from, to, triangle);
}

/** @param at where pixel i of the new grid is on the old one, from 0 on */
function twoPixels(n: number, m: number, at: (i: number) => number): Taps {
  const first = new Int32Array(m);
  const weights = new Float64Array(m * 2);
  for (let i = 0; i < m; i++) {
    const below = Math.min(Math.floor(at(i)), n - 1);
    const share = below < n - 1 ? at(i) - below : 0;
    first[i] = below;
    weights[i * 2] = 1 - share;
    weights[i * 2 + 1] = share;
  }
  return { first, weights, width: 2 };
}

function triangle(n: number, m: number): Taps {
  const scale = n / m;
  const reach = Math.max(scale, 1);
  const width = Math.min(n, Math.ceil(reach) * 2 + 1);
  const first = new Int32Array(m);
  const weights = new Float64Array(m * width);
  for (let i = 0; i < m; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(n, Math.trunc(centre + reach + 0.5));
    first[i] = start;
    let total = 0;
    for (let k = start; k < end; k++) {
      const weight = Math.max(0, 1 - Math.abs(k - centre + 0.5) / reach);
      weights[i * width + k - start] = weight;
      total += weight;
    }
    for (let k = 0; k < end - start; k++) weights[i * width + k]! /= total;
  }
  return { first, weights, width };
}
