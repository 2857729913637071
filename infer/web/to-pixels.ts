/** Pictures of a page as the pixels that a model takes: the same as in Node for the same PNG. */
import { AlixError } from '../io/errors.js';
import { hasSecondFrame } from '../io/gif-frames.js';
import { headSize, mayMove } from '../io/image-head.js';
import { fit, type ImageShape, isPng, MAX_PIXELS, type Pixels, toShape } from '../io/pixels.js';

/** What a page has pictures in. */
export type Picture = Blob | ImageBitmap | ImageData | HTMLCanvasElement | OffscreenCanvas;

/** Settings of `toPixels`. */
export interface ToPixelsOptions {
  /**
   * True brings pictures of any size to the model's: the largest centred part of its proportions, scaled by antialiased
   * linear interpolation (io/resize.ts). Otherwise another size is an error.
   */
  readonly resize?: boolean | undefined;
  /** For error messages; a File has its own. */
  readonly name?: string | undefined;
}

/**
 * One picture to uint8 [H,W,C]. Colour profiles are not applied; RGB becomes grey by ITU-R BT.601, as in Node.
 *
 * ```ts
 * const data = await toPixels(input.files[0], model.image, { resize: true });
 * const { mean } = await model.encode({ data, n: 1 });
 * ```
 * @throws AlixError 'bad-image', 'wrong-size', 'transparent', 'too-large'
 */
export async function toPixels(
  picture: Picture,
  shape: ImageShape,
  { resize = false, name }: ToPixelsOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const where = name ?? (picture instanceof File ? picture.name : 'picture');
  const image = await decode(picture, where);
  return toShape(resize ? fit(image, shape) : image, shape, where);
}

async function decode(picture: Picture, where: string): Promise<Pixels> {
  if (picture instanceof ImageData) return opaque(picture);
  const bitmap = picture instanceof Blob ? await fromBlob(picture, where) : picture;
  const { width, height } = bitmap;
  try {
    checkArea(width, height, where);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new AlixError('bad-image', 'the browser gives no canvas of this size', { where });
    context.drawImage(bitmap, 0, 0);
    return opaque(context.getImageData(0, 0, width, height));
  } finally {
    if (picture instanceof Blob && bitmap instanceof ImageBitmap) bitmap.close();
  }
}

async function fromBlob(blob: Blob, where: string): Promise<ImageBitmap> {
  const head = new Uint8Array(await blob.slice(0, 4096).arrayBuffer());
  const size = headSize(head);
  // before the browser makes room for it
  if (size) checkArea(size.width, size.height, where);
  if (isPng(head)) checkPng(head, where);
  const moving = mayMove(head);
  if (moving && (moving === 'webp' || hasSecondFrame(new Uint8Array(await blob.arrayBuffer())))) throw animated(where);
  try {
    return await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch (cause) {
    throw new AlixError('bad-image', 'not an image that this browser reads, or a damaged one', {
      where,
      remedy: 'check that it opens in a tab of its own',
      cause,
    });
  }
}

/** What a browser would read in its own way, without a word. */
function checkPng(head: Uint8Array, where: string): void {
  if (head[24] === 16)
    throw new AlixError('bad-image', '16-bit values, which browsers round each in their own way', {
      where,
      remedy: 'convert it to 8 bits per channel',
    });
  if (new TextDecoder('latin1').decode(head).includes('acTL')) throw animated(where);
}

const animated = (where: string) =>
  new AlixError('bad-image', 'an animated image', { where, remedy: 'save one frame as an image' });

function checkArea(width: number, height: number, where: string): void {
  if (width * height > 0 && width * height <= MAX_PIXELS) return;
  throw new AlixError('too-large', width * height > 0 ? 'the image is too large' : 'the image has no pixels', {
    where,
    expected: `1 to ${MAX_PIXELS} pixels`,
    found: `${width}x${height}`,
    remedy: 'make the image smaller',
  });
}

/** Without the alpha channel if it is 255 everywhere. */
function opaque({ data, width, height }: ImageData): Pixels {
  const count = width * height;
  let seen = 255;
  for (let i = 3; i < data.length; i += 4) seen &= data[i] as number;
  if (seen !== 255) return { width, height, channels: 4, pixels: new Uint8Array(data) };
  const pixels = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) for (let c = 0; c < 3; c++) pixels[3 * i + c] = data[4 * i + c] as number;
  return { width, height, channels: 3, pixels };
}

/** Pixels of a model, uint8 [H,W,C], as something that a canvas shows. */
export function toImageData(pixels: Uint8Array, { width, height, channels }: ImageShape): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 4; c++)
      image.data[4 * i + c] = c === 3 ? 255 : (pixels[channels * i + Math.min(c, channels - 1)] as number);
  return image;
}
