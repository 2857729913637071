/** Small images in rows that wrap, each inline as a PNG. */
import { type Html, html } from './html.js';
import { pngUrl } from './png.js';

/** Height, width and channels of an image. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** An image of a report and what stands below it. */
export interface ImageTile {
  /** uint8 [H,W,C] */
  readonly pixels: Uint8Array;
  /** For those who cannot see it. */
  readonly alt: string;
}

/** An original above what came back. */
export interface Pair {
  readonly original: Uint8Array;
  readonly reconstruction: Uint8Array;
  /** Which image it is, e.g. its name. */
  readonly name: string;
  /** Below the pair, e.g. its error. */
  readonly caption: string;
}

/** Images as they come. */
export function images(tiles: readonly ImageTile[], size: ImageSize): Html {
  return html`<div class="tiles">${tiles.map((tile) => image(tile, size))}</div>`;
}

/** Originals above their reconstructions. */
export function pairs(list: readonly Pair[], size: ImageSize): Html {
  return html`<div class="pairs">${list.map(
    ({ original, reconstruction, name, caption }) =>
      html`<div class="pair">${image({ pixels: original, alt: `${name}, original` }, size)}${image(
        { pixels: reconstruction, alt: `${name}, reconstruction` },
        size,
      )}<span>${caption}</span></div>`,
  )}</div>`;
}

/** One image. */
export function image({ pixels, alt }: ImageTile, size: ImageSize): Html {
  return html`<img src="${pngUrl(pixels, size)}" width="${size.width}" height="${size.height}" alt="${alt}">`;
}
