/** Contact sheets: many images of one size in one grid, for sample grids and before-and-after rows. */
import { AlixError } from './errors.js';
import type { Pixels } from './png.js';

export interface SheetOptions {
  /** Images per row; default: the ceiling of the square root of their number. */
  readonly columns?: number;
  /** Pixels between images and around the sheet, before `scale`; default 1. */
  readonly gap?: number;
  /** Value of the gaps in every channel, 0..255; default 128. */
  readonly background?: number;
  /** Each pixel becomes a block of scale x scale (nearest neighbour); default 1. */
  readonly scale?: number;
}

/**
 * Lays images [H,W,C] out row by row. A last row that is not full is filled with the background.
 *
 * @throws AlixError 'bad-image' when there is no image or one does not have the shape
 */
export function tile(
  images: readonly Uint8Array[],
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: 1 | 3 | 4 },
  options: SheetOptions = {},
): Pixels {
  const { columns = Math.ceil(Math.sqrt(images.length)), gap = 1, background = 128, scale = 1 } = options;
  const size = height * width * channels;
  const odd = images.findIndex((image) => image.length !== size);
  if (images.length === 0 || odd >= 0)
    throw new AlixError('bad-image', 'a contact sheet needs images of one size', {
      expected: `${size} bytes each`,
      found: odd < 0 ? 'no image' : `${images[odd]?.length} bytes in image ${odd}`,
    });
  const rows = Math.ceil(images.length / columns);
  const out = {
    height: (rows * (height + gap) + gap) * scale,
    width: (columns * (width + gap) + gap) * scale,
  };
  const pixels = new Uint8Array(out.height * out.width * channels).fill(background);
  images.forEach((image, index) => {
    const top = (Math.floor(index / columns) * (height + gap) + gap) * scale;
    const left = ((index % columns) * (width + gap) + gap) * scale;
    for (let y = 0; y < height * scale; y++)
      for (let x = 0; x < width * scale; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
        const to = ((top + y) * out.width + left + x) * channels;
        for (let c = 0; c < channels; c++) pixels[to + c] = image[from + c] as number;
      }
  });
  return { ...out, channels, pixels };
}

/** The images [H,W,C] of a batch [N,H,W,C], as views. */
export function unstack(batch: Uint8Array, count: number): Uint8Array[] {
  const size = batch.length / count;
  return Array.from({ length: count }, (_, i) => batch.subarray(i * size, (i + 1) * size));
}
