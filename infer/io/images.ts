/** Many images in order, from files, folders, globs, IDX and .npy files, read ahead of their use. Node only. */
import { open } from 'node:fs/promises';
import { AlixError, throwIfAborted } from './errors.js';
import { describing } from './files.js';
import { isGzip } from './gzip.js';
import { isIdx } from './idx.js';
import { type ImageShape, readImage, toShape } from './image-file.js';
import { type ImageEntry, isImageName, listImages } from './image-list.js';
import { readIdx, readNpy } from './load.js';
import { isNpy } from './npy.js';
import type { Pixels } from './png.js';

export { type ImageShape, readImage } from './image-file.js';
export { type ImageEntry, listImages } from './image-list.js';

/** An image, or why it could not be read. */
export type ImageItem =
  | { readonly name: string; readonly pixels: Uint8Array<ArrayBuffer>; readonly error?: undefined }
  | { readonly name: string; readonly pixels?: undefined; readonly error: AlixError };

export interface ReadOptions {
  /** 'fail' (the default) throws at the first image that cannot be read, 'skip' yields its error and goes on. */
  readonly onError?: 'fail' | 'skip';
  /** With 'skip': one error more than this ends it. Default: no limit. */
  readonly maxErrors?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once, before the first image, with their number. */
  readonly onTotal?: (total: number) => void;
  /** Called once, before any is opened, with the files that the inputs name. */
  readonly onEntries?: (entries: readonly ImageEntry[]) => void;
}

/** How many files are read ahead of the one in use. */
const AHEAD = 8;

/** What one entry holds: a file of its own, a stack of images, or an error that was met on opening it. */
type Source =
  | { readonly kind: 'file'; readonly entry: ImageEntry }
  | {
      readonly kind: 'stack';
      readonly entry: ImageEntry;
      readonly image: (index: number) => Pixels;
      readonly count: number;
    }
  | { readonly kind: 'error'; readonly entry: ImageEntry; readonly error: AlixError };

/**
 * The images that `inputs` name (see `listImages`), as uint8 [H,W,C], in the order of their names. A file without an
 * image's extension is told by its content. Images in an IDX file ([N,H,W] or [N,H,W,C]) or an .npy file (uint8, the same shapes) are named
 * by index, 00000, 00001, ...; with several inputs the file's name and a '/' come before. Such stacks are held in memory.
 *
 * @throws AlixError 'no-images', 'too-many-errors', 'interrupted', and with onError 'fail' those of `readImage`
 */
export async function* readImages(
  inputs: readonly string[],
  shape: ImageShape,
  options: ReadOptions = {},
): AsyncGenerator<ImageItem, void, undefined> {
  const { onError = 'fail', maxErrors = Number.POSITIVE_INFINITY, signal, onTotal, onEntries } = options;
  const entries = await listImages(inputs);
  onEntries?.(entries);
  const sources: Source[] = [];
  for (const entry of entries) {
    throwIfAborted(signal);
    const source = await openEntry(entry, shape);
    if (source.kind === 'error' && onError === 'fail') throw source.error;
    sources.push(source);
  }
  onTotal?.(sources.reduce((sum, source) => sum + (source.kind === 'stack' ? source.count : 1), 0));

  let errors = 0;
  const pending: Promise<ImageItem>[] = [];
  const jobs = readings(sources, shape, entries.length > 1);
  for (;;) {
    throwIfAborted(signal);
    while (pending.length < AHEAD) {
      const job = jobs.next();
      if (job.done) break;
      const reading = job.value();
      // a consumer that stops early leaves readings that nobody waits for
      reading.catch(() => undefined);
      pending.push(reading);
    }
    const item = await pending.shift();
    if (item === undefined) return;
    if (item.error !== undefined) {
      if (onError === 'fail') throw item.error;
      errors++;
    }
    yield item;
    if (errors > maxErrors)
      throw new AlixError('too-many-errors', 'too many images could not be read', {
        expected: `at most ${maxErrors}`,
        found: `${errors}`,
        where: item.name,
        remedy: 'raise --max-errors, or mend the images',
        cause: item.error,
      });
  }
}

/** One function per image, which reads it and never throws what an image can cause. */
function* readings(
  sources: readonly Source[],
  shape: ImageShape,
  prefix: boolean,
): Generator<() => Promise<ImageItem>> {
  for (const source of sources) {
    const { name, path } = source.entry;
    if (source.kind === 'error') yield async () => ({ name, error: source.error });
    else if (source.kind === 'file') yield () => settle(name, () => readImage(path, shape));
    else {
      const digits = Math.max(5, `${source.count - 1}`.length);
      for (let i = 0; i < source.count; i++) {
        const index = `${i}`.padStart(digits, '0');
        yield () => settle(prefix ? `${name}/${index}` : index, async () => toShape(source.image(i), shape, path));
      }
    }
  }
}

async function settle(name: string, read: () => Promise<Uint8Array<ArrayBuffer>>): Promise<ImageItem> {
  try {
    return { name, pixels: await read() };
  } catch (error) {
    if (error instanceof AlixError) return { name, error };
    throw error;
  }
}

async function openEntry(entry: ImageEntry, shape: ImageShape): Promise<Source> {
  try {
    if (isImageName(entry.path)) return { kind: 'file', entry };
    const head = await readHead(entry.path);
    if (!isNpy(head) && !isIdx(head) && !isGzip(head)) return { kind: 'file', entry };
    const stack = isNpy(head) ? await openNpy(entry.path) : stackOf(await readIdx(entry.path), entry.path);
    // one look at the first image, so that a wrong size is one error and not one per image
    toShape(stack.image(0), shape, entry.path);
    return { kind: 'stack', entry, ...stack };
  } catch (error) {
    // a file that cannot be read is not an array either: its own reading reports it in its turn
    if (error instanceof AlixError) return { kind: 'error', entry, error };
    throw error;
  }
}

async function openNpy(path: string) {
  const { shape, data, dtype } = await readNpy(path);
  if (data instanceof Uint8Array && dtype === '|u1') return stackOf({ shape, data }, path);
  throw new AlixError('bad-image', 'an .npy file of other values than bytes', {
    where: path,
    expected: 'uint8 [N,H,W] or [N,H,W,C]',
    found: `${dtype} [${shape.join(',')}]`,
    remedy: 'scale the images to 0..255 and save them as uint8',
  });
}

function stackOf({ shape, data }: { readonly shape: readonly number[]; readonly data: Uint8Array }, where: string) {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const fits = (shape.length === 3 || shape.length === 4) && (channels === 1 || channels === 3);
  if (!fits || count * height * width === 0)
    throw new AlixError('bad-image', 'an array that holds no images', {
      where,
      expected: 'shape [N,H,W] or [N,H,W,C] with C 1 or 3',
      found: `[${shape.join(',')}]`,
      remedy: 'name the file with the images',
    });
  const size = height * width * channels;
  const image = (i: number): Pixels => ({
    height,
    width,
    channels: channels === 1 ? 1 : 3,
    pixels: Uint8Array.from(data.subarray(i * size, (i + 1) * size)),
  });
  return { count, image };
}

/** The first bytes of a file, enough to tell its kind. */
function readHead(path: string): Promise<Uint8Array> {
  return describing(path, async () => {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(16), 0, 16, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}
