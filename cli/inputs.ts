/** The image arguments of a verb as a stream of images, with what was skipped on the way. */
import type { NamedImage } from '@alix/infer';
import { type Bundle, imageOf } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { type ImageEntry, readImage, readImages } from '@alix/infer/io/images';
import type { Context } from './commands/command.js';
import type { ErrorOptions } from './options.js';

/** An image that could not be read, and why. */
export interface Skipped {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export interface Inputs {
  /** The files that hold the images. */
  readonly entries: readonly ImageEntry[];
  /** How many images there are in all, with those that will be skipped. */
  readonly total: number;
  readonly images: AsyncIterable<NamedImage>;
  /** Filled while `images` is read. */
  readonly skipped: readonly Skipped[];
}

/**
 * Finds the images and reads the first of them.
 *
 * @throws AlixError when an argument names no image, and of the first image when errors are not skipped
 */
export async function openInputs(
  paths: readonly string[],
  bundle: Bundle,
  options: ErrorOptions & { readonly signal: AbortSignal },
): Promise<Inputs> {
  const { onError, maxErrors, resize = false, signal } = options;
  if (maxErrors !== undefined && onError !== 'skip')
    throw new AlixError('usage', '--max-errors does nothing without --on-error skip', {
      remedy: 'add --on-error skip',
    });
  let total = 0;
  let entries: readonly ImageEntry[] = [];
  const skipped: Skipped[] = [];
  const items = readImages(
    paths,
    { ...imageOf(bundle), resize },
    {
      onError,
      signal,
      ...(maxErrors !== undefined && { maxErrors }),
      onEntries: (found) => {
        entries = found;
      },
      onTotal: (count) => {
        total = count;
      },
    },
  );
  let next = await items.next();
  async function* images(): AsyncGenerator<NamedImage> {
    try {
      for (; !next.done; next = await items.next()) {
        const { name, pixels, error } = next.value;
        if (error) skipped.push({ name, code: error.code, message: error.message });
        else yield { name, pixels };
      }
    } finally {
      await items.return();
    }
    if (skipped.length > 0 && skipped.length === total)
      throw new AlixError('no-images', `none of the ${total} images could be read`, { where: skipped[0]!.message });
  }
  return { entries, total, images: images(), skipped };
}

/** One image of the model's size: uint8 [H,W,C]. */
export function readOne(path: string, bundle: Bundle): Promise<Uint8Array> {
  return readImage(path, imageOf(bundle));
}

/** Says what was skipped, and makes the verb end with the exit code of a job done in part. */
export function reportSkipped(skipped: readonly Skipped[], context: Context): void {
  if (skipped.length === 0) return;
  const shown = skipped.slice(0, 10);
  for (const { message } of shown) context.log(`skipped: ${message}`);
  if (skipped.length > shown.length) context.log(`skipped: ${skipped.length - shown.length} more`);
  context.exit(3);
}
