/** Many images in order, from files, folders, globs, tar, IDX and .npy files, read ahead of their use. Node only. */

import { AlixError, throwIfAborted } from './errors.js';
import type { ImageShape } from './image-file.js';
import { groupsOf, readGroup } from './image-groups.js';
import { type ImageEntry, listImages } from './image-list.js';
import { type ImageReaders, startReaders } from './image-readers.js';
import { countOf, openSource, type Source } from './image-sources.js';
import { turns } from './turn.js';

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
  /** Called after `onEntries`: how many images at the beginning are left out unread, and how many of them were errors. */
  readonly after?: (entries: readonly ImageEntry[]) => Promise<{ readonly images: number; readonly errors: number }>;
}

/**
 * The images that `inputs` name (see `listImages`), as uint8 [H,W,C], in the order of their names. A file without an
 * image's extension is told by its content. Images in an IDX file ([N,H,W] or [N,H,W,C]) or an .npy file (uint8, the same shapes) are named
 * by index, 00000, 00001, ...; such stacks are held in memory. A tar archive's images stand in its order under their names in
 * it, and are read from it one by one. With several inputs the file's name and a '/' come before both.
 *
 * @throws AlixError 'no-images', 'too-many-errors', 'interrupted', and with onError 'fail' those of `readImage`
 */
export async function* readImages(
  inputs: readonly string[],
  shape: ImageShape,
  options: ReadOptions = {},
): AsyncGenerator<ImageItem, void, undefined> {
  const { onError = 'fail', maxErrors = Number.POSITIVE_INFINITY, signal, onTotal, onEntries, after } = options;
  const entries = await listImages(inputs);
  onEntries?.(entries);
  const { images: first, errors } = (await after?.(entries)) ?? { images: 0, errors: 0 };
  const sources: Source[] = [];
  const turn = turns();
  for (const entry of entries) {
    await turn();
    throwIfAborted(signal);
    const source = await openSource(entry, shape);
    if (source.kind === 'error' && onError === 'fail') throw source.error;
    sources.push(source);
  }
  const total = sources.reduce((sum, source) => sum + countOf(source), 0);
  onTotal?.(total);

  // threads of their own are worth their start where there is much to read
  const inFiles = sources.reduce((sum, source) => sum + (source.kind === 'stack' ? 0 : countOf(source)), 0);
  const threads = inFiles > FEW || sources.some(({ kind }) => kind === 'archive');
  const readers = threads ? startReaders(shape) : undefined;
  try {
    yield* limited(itemsOf(sources, first, shape, readers, signal), onError, maxErrors, errors);
  } finally {
    readers?.close();
  }
}

/** As many files as this are read on the thread that asks for them. */
const FEW = 48;

/** Throws at the first error, or at one too many. */
async function* limited(
  items: AsyncGenerator<ImageItem, void, undefined>,
  onError: 'fail' | 'skip',
  maxErrors: number,
  before: number,
): AsyncGenerator<ImageItem, void, undefined> {
  let errors = before;
  for await (const item of items) {
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

/** The images in order; some groups are read ahead of the one in use. */
async function* itemsOf(
  sources: readonly Source[],
  first: number,
  shape: ImageShape,
  readers: ImageReaders | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ImageItem, void, undefined> {
  const groups = groupsOf(sources, shape, readers !== undefined, first);
  const pending: Promise<readonly ImageItem[]>[] = [];
  for (;;) {
    throwIfAborted(signal);
    while (pending.length < (readers?.ahead ?? 2)) {
      const group = groups.next();
      if (group.done) break;
      const reading = readGroup(group.value, shape, readers);
      // a consumer that stops early leaves readings that nobody waits for
      reading.catch(() => undefined);
      pending.push(reading);
    }
    const items = await pending.shift();
    if (items === undefined) return;
    for (const item of items) {
      throwIfAborted(signal);
      yield item;
    }
  }
}
