/** The masks of `alix inpaint`: one box or picture for all images, or a folder with one for each. */
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { boxMask, type NamedImage } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';
import type { ImageEntry, ImageShape } from '@alix/infer/io/images';
import { readPng } from '@alix/infer/io/load';
import type { Box } from './box.js';
import type { Inputs, Skipped } from './inputs.js';
import { pictureFile } from './pictures/files.js';

/** Where the masks are. */
export interface MaskOptions {
  readonly mask?: string;
  readonly box?: Box;
}

/** Gives each image's mask: uint8 [H,W], 1 where hidden. */
export interface MaskFiles {
  of(name: string): Promise<Uint8Array>;
  /** The files that are read for these images. */
  entries(images: readonly ImageEntry[]): ImageEntry[];
}

/**
 * Opens what --mask or --box says; what is one for all images is read now.
 *
 * @throws AlixError 'usage' for both or neither, 'bad-mask', 'not-found', ...
 */
export async function openMasks({ mask, box }: MaskOptions, size: ImageShape): Promise<MaskFiles> {
  if ((mask === undefined) === (box === undefined))
    throw new AlixError(
      'usage',
      mask === undefined ? 'what is hidden was not said' : '--mask and --box exclude each other',
      {
        remedy: 'give --mask mask.png, --mask DIR, or --box x,y,width,height',
      },
    );
  if (box) {
    const one = ofBox(box, size);
    return { of: async () => one, entries: () => [] };
  }
  const found = await stat(mask!).catch((error: unknown) => {
    throw describeSystemError(error, mask!);
  });
  if (found.isDirectory()) return ofFolder(mask!, size);
  const one = await readMask(mask!, size);
  return { of: async () => one, entries: () => [{ path: mask!, name: basename(mask!) }] };
}

function ofBox(box: Box, { height, width }: ImageShape): Uint8Array {
  const where = `--box ${box.x},${box.y},${box.width},${box.height}`;
  if (box.x >= width || box.y >= height)
    throw new AlixError('bad-mask', 'the box lies outside the images', {
      where,
      expected: `x below ${width} and y below ${height}`,
      remedy: 'move it inside',
    });
  const mask = boxMask(height, width, box);
  refuseAllHidden(mask, where);
  return mask;
}

/** The masks of a folder have the relative names of the images, as PNG. */
function ofFolder(folder: string, size: ImageShape): MaskFiles {
  const file = (name: string) => join(folder, pictureFile(name));
  const stem = (name: string) => file(name.slice(0, name.length - extname(name).length));
  return {
    async of(name) {
      // shapes.jpg is hidden by shapes.png, or by shapes.jpg.png where two images have the same stem
      for (const path of new Set([file(name), stem(name)]))
        if (await stat(path).catch(() => undefined)) return readMask(path, size);
      throw new AlixError('no-mask', `no mask for the image ${name}`, {
        where: stem(name),
        remedy: 'add it: a PNG of the same relative name, not black where hidden',
      });
    },
    entries: (images) =>
      images.flatMap(({ name }) => [...new Set([file(name), stem(name)])].map((path) => ({ path, name }))),
  };
}

/** What is not black is hidden, be it ever so dark: an edge that was smoothed hides the whole pixel. */
async function readMask(path: string, { height, width }: ImageShape): Promise<Uint8Array> {
  const onSize = (size: { height: number; width: number }) => {
    if (size.height === height && size.width === width) return;
    throw new AlixError('bad-mask', 'the mask is not of the size of the images', {
      where: path,
      expected: `${width}x${height} pixels`,
      found: `${size.width}x${size.height}`,
      remedy: `crop or resize it to ${width}x${height}, without smoothing`,
    });
  };
  const { pixels, channels } = await readPng(path, { onSize });
  if (channels === 4)
    throw new AlixError('bad-mask', 'the mask has transparent parts: are they hidden or known?', {
      where: path,
      remedy: 'save it in black (known) and white (hidden)',
    });
  const mask = new Uint8Array(height * width);
  pixels.forEach((value, i) => {
    if (value) mask[Math.floor(i / channels)] = 1;
  });
  refuseAllHidden(mask, path);
  return mask;
}

function refuseAllHidden(mask: Uint8Array, where: string): void {
  if (mask.includes(0)) return;
  throw new AlixError('bad-mask', 'the whole image is hidden, and nothing is left to go by', {
    where,
    remedy: 'leave some pixels known (black in a mask), or use `alix sample`',
  });
}

/** An image whose hole is known. */
export interface Holed extends NamedImage {
  readonly mask: Uint8Array;
}

/** Each image with its mask. One whose mask cannot be read goes the way of images that cannot: an error, or `skipped`. */
export async function* withMasks(
  inputs: Inputs,
  masks: MaskFiles,
  { onError, maxErrors = Number.POSITIVE_INFINITY }: { onError: 'fail' | 'skip'; maxErrors?: number },
  skipped: Skipped[],
): AsyncGenerator<Holed> {
  for await (const image of inputs.images) {
    let mask: Uint8Array;
    try {
      mask = await masks.of(image.name);
    } catch (error) {
      if (onError === 'fail' || !(error instanceof AlixError)) throw error;
      skipped.push({ name: image.name, code: error.code, message: error.message });
      if (skipped.length + inputs.skipped.length <= maxErrors) continue;
      throw new AlixError('too-many-errors', 'too many images or masks could not be read', {
        expected: `at most ${maxErrors}`,
        where: image.name,
        remedy: 'raise --max-errors, or mend them',
        cause: error,
      });
    }
    yield { ...image, mask };
  }
  if (skipped.length > 0 && skipped.length + inputs.skipped.length === inputs.total)
    throw new AlixError('no-images', `none of the ${inputs.total} images could be read with its mask`, {
      where: skipped[0]!.message,
    });
}
