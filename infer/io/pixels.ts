/** Pixels as they are on the way from an image file to a model: no file is read here, so that web pages use it too. */
import { AlixError } from './errors.js';
import { centreCrop, resize } from './resize.js';

/** Pixels [H,W,C], row by row; C is 1 (grey), 3 (RGB) or 4 (RGBA, not premultiplied). */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** The images that a model takes. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Image files of other sizes are brought to this one (`fit`), where they are otherwise refused. */
  readonly resize?: boolean;
}

/** The largest image that is decoded unless told otherwise, in pixels. */
export const MAX_PIXELS = 100_000_000;

/** The largest file of an image, in bytes: as many pixels of four channels, not compressed, and some room. */
export const MAX_FILE = 2 ** 29;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether the bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * An image of any size in that of a model: the largest centred part of the model's proportions, then scaled by the rule of
 * resize.ts. One of the wanted size comes back as it is.
 */
export function fit(image: Pixels, { height, width }: Omit<ImageShape, 'channels'>): Pixels {
  if (image.height === height && image.width === width) return image;
  const part = {
    height: Math.max(1, Math.min(image.height, Math.round((image.width * height) / width))),
    width: Math.max(1, Math.min(image.width, Math.round((image.height * width) / height))),
  };
  const pixels = centreCrop(image.pixels, image, part);
  return { ...image, height, width, pixels: resize(pixels, { ...image, ...part }, { height, width }) };
}

/**
 * Pixels in a model's size and channels. Grey becomes RGB by repeating it; RGB becomes grey by the luma of ITU-R BT.601,
 * (299 R + 587 G + 114 B) / 1000, rounded.
 *
 * @throws AlixError 'wrong-size'; 'transparent' when there is an alpha channel
 */
export function toShape(image: Pixels, shape: ImageShape, where: string): Uint8Array<ArrayBuffer> {
  const { height, width, channels, pixels } = image;
  checkSize(image, shape, where);
  if (channels === 4)
    throw new AlixError('transparent', 'the image has transparent parts, which the model does not know', {
      where,
      remedy: "flatten it on the background of the model's training images",
    });
  if (channels === shape.channels) return pixels;
  const count = height * width;
  const out = new Uint8Array(count * shape.channels);
  if (channels === 1) for (let i = 0; i < count; i++) out.fill(pixels[i] as number, 3 * i, 3 * i + 3);
  else for (let i = 0; i < count; i++) out[i] = luma(pixels, 3 * i);
  return out;
}

/** @throws AlixError 'wrong-size' */
export function checkSize({ height, width }: Omit<ImageShape, 'channels'>, shape: ImageShape, where: string): void {
  if (height !== shape.height || width !== shape.width)
    throw new AlixError('wrong-size', "the image is not of the model's size", {
      where,
      expected: `${shape.width}x${shape.height} pixels`,
      found: `${width}x${height}`,
      remedy: `crop or resize it to ${shape.width}x${shape.height} first`,
    });
}

function luma(rgb: Uint8Array, at: number): number {
  const [r, g, b] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
  return Math.floor((299 * r + 587 * g + 114 * b + 500) / 1000);
}
