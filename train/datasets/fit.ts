/**
 * How images of any size become rows of one. The rule: of each image a centred square is taken, of `centreCrop` pixels a
 * side or, where that is 0, of its shorter side; where the image and the square are not centred exactly, the extra line
 * is left over below and on the right. The square is scaled to `size` x `size` by antialiased linear interpolation of the
 * stored values (infer/io/resize.ts). With `size` 0 nothing is scaled, and with both 0 nothing is cropped: all images must
 * then have one size. Grey becomes RGB by repeating it, RGB becomes grey by the luma of ITU-R BT.601.
 */
import { AlixError } from '@alix/infer/io/errors';
import { toShape } from '@alix/infer/io/image-file';
import type { ImageSize } from '@alix/infer/io/image-head';
import type { Pixels } from '@alix/infer/io/png';
import { centreCrop, resize } from '@alix/infer/io/resize';
import type { Colours } from './head-colours.js';

/** The options of every source that reads image files; 0 means "as the images are". */
export const fitOptions = { size: 0, channels: 0, centreCrop: 0 };
export type FitOptions = typeof fitOptions;

/** The rule with its numbers, as plain data. */
export interface Fit {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Side of the centred square that is taken; 0: the shorter side's, or nothing is cropped where `scale` is false. */
  readonly crop: number;
  /** Whether squares are scaled to height x width. */
  readonly scale: boolean;
  /** What all images have before that, where it is known; another size is refused. */
  readonly original?: ImageSize;
}

/** Largest side of a row: what is larger is a mistake, not a training image. */
const MAX_SIDE = 4096;

/** @throws AlixError 'bad-option' for numbers that are no sizes */
export function checkFitOptions(source: string, { size, channels, centreCrop }: FitOptions): void {
  const check = (option: string, value: number, fits: boolean, expected: string): void => {
    if (!fits)
      throw new AlixError('bad-option', 'a value out of range', {
        where: `data set "${source}", option "${option}"`,
        expected,
        found: `${value}`,
      });
  };
  const isSide = (n: number) => Number.isInteger(n) && n >= 0 && n <= MAX_SIDE;
  check('size', size, isSide(size), `pixels from 1 to ${MAX_SIDE}, or 0: the size that the images have`);
  check('centreCrop', centreCrop, isSide(centreCrop), `pixels from 1 to ${MAX_SIDE}, or 0: the shorter side`);
  check('channels', channels, [0, 1, 3].includes(channels), '1 (grey), 3 (RGB), or 0: as the first image has');
}

/** The rule for a data set whose first image this is. */
export function fitFor({ size, channels, centreCrop }: FitOptions, first: Omit<Pixels, 'pixels'>): Fit {
  const side = size || centreCrop;
  return {
    height: side || first.height,
    width: side || first.width,
    channels: channels === 1 || channels === 3 ? channels : first.channels === 1 ? 1 : 3,
    crop: centreCrop,
    scale: size !== 0,
  };
}

/** The size that all images must have, where the rule changes none. */
export function requiredSize(fit: Fit): ImageSize | undefined {
  return fit.scale || fit.crop !== 0 ? undefined : fit;
}

/** What every image must be like where the rule changes none. */
export interface Alike extends ImageSize {
  /** Whether colour would be lost, which nobody asked for: the first image alone said that all are grey. */
  readonly grey: boolean;
}

/** Undefined where images of all kinds are brought to one. */
export function alike(fit: Fit, { channels }: Pick<FitOptions, 'channels'>): Alike | undefined {
  const size = requiredSize(fit);
  return size && { height: size.height, width: size.width, grey: channels === 0 && fit.channels === 1 };
}

/** @throws AlixError 'bad-data' for an image in colour where the first one is grey */
export function checkSameColours(found: Colours | undefined, { grey }: Alike, where: string): void {
  if (!grey || found !== 'colour') return;
  throw new AlixError('bad-data', 'an image in colour, and the first one is grey', {
    where,
    remedy:
      'say which all shall be: --set data.options.channels=3 or =1 in alix train, --set channels=3 in alix data info',
  });
}

/** @throws AlixError 'wrong-size' for an image of another size than the first */
export function checkSameSize(found: ImageSize, wanted: ImageSize, where: string): void {
  if (found.height === wanted.height && found.width === wanted.width) return;
  throw new AlixError('wrong-size', 'the images are not of one size', {
    where,
    expected: `${wanted.width}x${wanted.height} pixels, as the first image has`,
    found: `${found.width}x${found.height}`,
    remedy:
      'make them all one size; alix train does with, for example, --size 64, alix eval with a model so trained, alix data info with --set size=64',
  });
}

/**
 * An image by the rule.
 *
 * @returns uint8 [height,width,channels]
 * @throws AlixError 'wrong-size', 'transparent'
 */
export function fitImage(image: Pixels, fit: Fit, where: string): Uint8Array<ArrayBuffer> {
  const required = requiredSize(fit);
  if (fit.original) checkOriginal(image, fit.original, where);
  else if (required) checkSameSize(image, required, where);
  if (image.channels === 4)
    throw new AlixError('transparent', 'an image with transparent parts, which networks do not know', {
      where,
      remedy: 'put it on a background, or take it out',
    });
  return toShape(required ? image : scaled(cropped(image, fit, where), fit), fit, where);
}

function checkOriginal(found: ImageSize, wanted: ImageSize, where: string): void {
  if (found.height === wanted.height && found.width === wanted.width) return;
  throw new AlixError('wrong-size', 'an image of another size than this data set has', {
    where,
    expected: `${wanted.width}x${wanted.height} pixels`,
    found: `${found.width}x${found.height}`,
    remedy: 'get the published images',
  });
}

function cropped(image: Pixels, { crop }: Fit, where: string): Pixels {
  const side = crop || Math.min(image.height, image.width);
  if (side > Math.min(image.height, image.width))
    throw new AlixError('wrong-size', 'the image is smaller than the square that is cut from it', {
      where,
      expected: `at least ${side}x${side} pixels`,
      found: `${image.width}x${image.height}`,
      remedy: 'lower data.options.centreCrop, or take the image out',
    });
  const square = { height: side, width: side };
  if (image.height === side && image.width === side) return image;
  return { ...image, ...square, pixels: centreCrop(image.pixels, image, square) };
}

function scaled(image: Pixels, { height, width }: Fit): Pixels {
  if (image.height === height && image.width === width) return image;
  return { ...image, height, width, pixels: resize(image.pixels, image, { height, width }) };
}
