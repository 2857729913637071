/** The image arguments of a verb as a stream of images, with what was skipped on the way. */
import type { NamedImage } from '@alix/infer';
import { type Bundle, imageOf } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { isImageName } from '@alix/infer/io/image-list';
import { spoolImages } from '@alix/infer/io/image-stream';
import { type ImageEntry, type ImageItem, readImage, readImages } from '@alix/infer/io/images';
import { orLeftOut } from '@alix/infer/io/leave-out';
import { restated } from '@alix/infer/io/restated';
import { aboutStdin, type Spooled } from '@alix/infer/io/spool';
import type { Context } from './commands/command.js';
import type { ErrorOptions } from './options.js';
import { checkMaxErrors } from './skip-options.js';

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

/** What an earlier run has worked off: images from the first one on, and which of them it skipped. */
export interface Begun {
  readonly images: number;
  readonly skipped: readonly Skipped[];
}

export interface InputOptions extends ErrorOptions {
  readonly signal: AbortSignal;
  /** Called when the files are known, before one is opened; `stdin` is what came through it. */
  readonly begun?: (entries: readonly ImageEntry[], stdin: Spooled | undefined) => Promise<Begun | undefined>;
}

/** The argument that stands for stdin. A file of that name is `./-`. */
const DASH = '-';

/**
 * Finds the images and reads the first of them. `-` is stdin, and an image that comes through it is called `stdin`.
 *
 * @throws AlixError when an argument names no image, and of the first image when errors are not skipped
 */
export async function openInputs(paths: readonly string[], bundle: Bundle, options: InputOptions): Promise<Inputs> {
  const { onError, maxErrors, resize = false, signal, begun } = options;
  await checkMaxErrors(maxErrors, onError);
  let total = 0;
  let entries: readonly ImageEntry[] = [];
  const skipped: Skipped[] = [];
  const { files, stdin } = await withStdin(paths, signal);
  const items = fromStdin(
    stdin,
    readImages(
      files,
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
        ...(begun && {
          after: async (found) => {
            const before = (await begun(found, stdin)) ?? { images: 0, skipped: [] };
            skipped.push(...before.skipped);
            return { images: before.images, errors: before.skipped.length };
          },
        }),
      },
    ),
  );
  const step = () =>
    items.next().catch((error: unknown) => {
      const leftOut = onError === 'skip' ? error : orLeftOut(error);
      throw resize ? leftOut : resizable(leftOut);
    });
  let next = await step();
  async function* images(): AsyncGenerator<NamedImage> {
    try {
      for (; !next.done; next = await step()) {
        const { name, pixels, error } = next.value;
        if (error) skipped.push({ name, code: error.code, message: (resize ? error : resizable(error)).message });
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

/** Of an image file of another size: the option that takes it all the same. */
function resizable<E>(error: E): E | AlixError {
  if (!(error instanceof AlixError) || error.code !== 'wrong-size' || !isImageName(error.where ?? '')) return error;
  return restated(error, { remedy: 'add --resize, which crops and scales images to it', cause: error });
}

/** One image of the model's size, `-` for the one that comes through stdin: uint8 [H,W,C]. */
export async function readOne(path: string, bundle: Bundle, signal?: AbortSignal): Promise<Uint8Array> {
  if (path !== DASH) return readImage(path, imageOf(bundle));
  const stdin = await spoolImages(process.stdin, signal);
  return readImage(stdin.path, imageOf(bundle)).catch((error: unknown) => {
    throw aboutStdin(error, stdin);
  });
}

/** Whether stdin is all that was given: results then go to stdout where no -o says where. */
export function isOnlyStdin(paths: readonly string[]): boolean {
  return paths.length === 1 && paths[0] === DASH;
}

/** The paths with the file that stdin was read into in the place of `-`. */
async function withStdin(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly files: readonly string[]; readonly stdin: Spooled | undefined }> {
  const dashes = paths.filter((path) => path === DASH).length;
  if (dashes === 0) return { files: paths, stdin: undefined };
  if (dashes > 1)
    throw new AlixError('usage', 'stdin can be read once only, and - was given twice', { remedy: 'name one of them' });
  const stdin = await spoolImages(process.stdin, signal);
  return { files: paths.map((path) => (path === DASH ? stdin.path : path)), stdin };
}

/** The items, with errors that name stdin and not the file that it was read into. */
async function* fromStdin(
  stdin: Spooled | undefined,
  items: AsyncGenerator<ImageItem, void, undefined>,
): AsyncGenerator<ImageItem, void, undefined> {
  if (!stdin) return yield* items;
  try {
    for await (const item of items) yield item.error ? { ...item, error: aboutStdin(item.error, stdin) } : item;
  } catch (error) {
    throw aboutStdin(error, stdin);
  }
}

/** Says what was skipped, and makes the verb end with the exit code of a job done in part. */
export function reportSkipped(skipped: readonly Skipped[], context: Context): void {
  if (skipped.length === 0) return;
  const shown = skipped.slice(0, 10);
  for (const { message } of shown) context.log(`skipped: ${message}`);
  if (skipped.length > shown.length) context.log(`skipped: ${skipped.length - shown.length} more`);
  context.exit(3);
}
