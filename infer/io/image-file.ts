/** One image file to the pixels that a model takes: PNG through pngjs, other formats through sharp. Node only. */
import type { Metadata } from 'sharp';
import { AlixError } from './errors.js';
import { readRegular } from './files.js';
import { type JpegHead, plainJpeg } from './jpeg-head.js';
import { checkSize, fit, type ImageShape, isPng, MAX_FILE, MAX_PIXELS, type Pixels, toShape } from './pixels.js';
import { type DecodeOptions, decodePng } from './png.js';

export { type ImageShape, toShape } from './pixels.js';

/** Formats beside PNG; SVG and PDF, which sharp reads too, are drawings and have no pixels of their own. */
const FORMATS = ['jpeg', 'webp', 'gif', 'tiff', 'heif'];

/** "PK" and two numbers: how a zip archive begins. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * Reads an image file of exactly `shape`'s size, or with `shape.resize` of any.
 *
 * @returns uint8 [H,W,C]
 * @throws AlixError 'wrong-size', 'bad-image', 'transparent', 'too-large', 'not-found', ...
 */
export async function readImage(path: string, shape: ImageShape): Promise<Uint8Array<ArrayBuffer>> {
  return decodeToShape(await readRegular(path, MAX_FILE), shape, path);
}

/** The same of a file's bytes. @param where the path, for error messages */
export async function decodeToShape(
  bytes: Uint8Array,
  shape: ImageShape,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (shape.resize) return toShape(fit(await decodeImage(bytes, where), shape), shape, where);
  // by the head, so that nobody waits for the pixels of a photograph that is refused for its size
  const onSize: DecodeOptions['onSize'] = (size) => checkSize(size, shape, where);
  return toShape(await decodeImage(bytes, where, { onSize }), shape, where);
}

/**
 * Decodes a still image of any format that is read. Colour profiles are not applied; the orientation that a camera
 * recorded is. An alpha channel that is opaque throughout is dropped.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-image', 'too-large'
 */
export async function decodeImage(
  bytes: Uint8Array,
  where: string,
  { onSize }: Pick<DecodeOptions, 'onSize'> = {},
): Promise<Pixels> {
  if (bytes.length === 0)
    throw new AlixError('bad-image', 'an empty file', { where, remedy: 'copy or export it again' });
  if (ZIP.every((byte, i) => bytes[i] === byte))
    throw new AlixError('bad-image', 'a zip archive, not an image', { where, remedy: 'unpack it first' });
  return isPng(bytes) ? decodePng(bytes, where, { onSize }) : decodeWithSharp(bytes, where, onSize);
}

async function decodeWithSharp(bytes: Uint8Array, where: string, onSize: DecodeOptions['onSize']): Promise<Pixels> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new AlixError('no-sharp', 'sharp, which reads formats other than PNG, is not installed', {
      where,
      remedy: 'install sharp, or convert the images to PNG',
      cause,
    });
  });
  const refuse = (what: string, remedy: string, cause?: unknown): never => {
    throw new AlixError('bad-image', what, { where, remedy, cause });
  };
  const open = () => sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS, ignoreIcc: true });
  const damaged = (cause: unknown): never => {
    if (/pixel limit/.test(String(cause)))
      throw new AlixError('too-large', 'the image is too large', {
        where,
        expected: `at most ${MAX_PIXELS} pixels`,
        remedy: 'make the image smaller',
        cause,
      });
    return refuse('not an image, or a damaged one', 'check that it opens in an image viewer', cause);
  };
  // the decoder's own look at the head takes a third of the time that the pixels of a small photograph do
  const { isGrey, ...size } = plainJpeg(bytes) ?? lookAt(await open().metadata().catch(damaged), refuse);
  onSize?.(size);
  const { data, info } = await open()
    .autoOrient()
    .toColourspace(isGrey ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(damaged);
  return dropAlpha(data, info.height, info.width, info.channels);
}

type Refuse = (what: string, remedy: string) => never;

/** What is read, and of which size and colours, by what the decoder says of the head. */
function lookAt({ format, pages = 1, space, depth, autoOrient }: Metadata, refuse: Refuse): JpegHead {
  if (!FORMATS.includes(format)) refuse(`a format that is not read: ${format}`, 'convert it to PNG, JPEG or WebP');
  if (pages > 1) refuse('an animated image, or one of several pages', 'save one frame as an image');
  if (space === 'cmyk') refuse('a CMYK image', 'convert it to RGB');
  if (depth !== 'uchar') refuse(`${depth} values, not bytes`, 'convert it to 8 bits per channel');
  return { ...autoOrient, isGrey: space === 'b-w' };
}

/** Interleaved bytes of 1 to 4 channels as 1, 3 or 4: alpha (of 2 or 4) goes if it is 255 everywhere. */
function dropAlpha(data: Uint8Array, height: number, width: number, stored: number): Pixels {
  if (stored === 1 || stored === 3) return { height, width, channels: stored, pixels: new Uint8Array(data) };
  const colours = stored - 1;
  let opaque = true;
  for (let i = colours; i < data.length && opaque; i += stored) opaque = data[i] === 255;
  const channels = opaque ? (colours as 1 | 3) : 4;
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < channels; c++)
      pixels[i * channels + c] = data[i * stored + (c === 3 ? colours : Math.min(c, colours - 1))] as number;
  return { height, width, channels, pixels };
}
