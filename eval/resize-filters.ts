/** The resizes that an extractor may have its images through, by name. */
import { resizeBicubic, type Size } from './resize-bicubic.js';
import { resizeBilinear, resizeBilinearAntialiased, resizeBilinearTf1 } from './resize-bilinear.js';

/** The names of the ways to resize. */
export const resizeNames = ['bicubic', 'bicubic-clipped', 'bilinear-tf1', 'bilinear', 'bilinear-antialiased'] as const;
/** One of `resizeNames`. */
export type ResizeName = (typeof resizeNames)[number];

/** A way to resize images. */
export interface ResizeFilter {
  /** What a report and a cache's name call it. */
  readonly words: string;
  /** @param pixels [H,W,C], 0 to 255 @returns float32 [to.height,to.width,C] @throws AlixError 'bad-shape' */
  resize(
    pixels: ArrayLike<number>,
    from: Size,
    to: { readonly height: number; readonly width: number },
  ): Float32Array<ArrayBuffer>;
}

/** The ways to resize, by name. */
export const resizeFilters: Readonly<Record<ResizeName, ResizeFilter>> = {
  bicubic: { words: "Pillow's bicubic filter in floating point, not clipped", resize: resizeBicubic },
  'bicubic-clipped': {
    words: "Pillow's bicubic filter in floating point, clipped to 0..255, not rounded",
    resize: (pixels, from, to) => resizeBicubic(pixels, from, to).map((value) => Math.min(255, Math.max(0, value))),
  },
  'bilinear-tf1': {
    words: "TensorFlow 1's bilinear interpolation (pixel i at i n/m), without antialiasing, in floating point",
    resize: resizeBilinearTf1,
  },
  bilinear: {
    words: "torch's bilinear interpolation (centres at halves), without antialiasing, in floating point",
    resize: resizeBilinear,
  },
  'bilinear-antialiased': {
    words: "torch's bilinear interpolation with antialiasing, in floating point",
    resize: resizeBilinearAntialiased,
  },
};
