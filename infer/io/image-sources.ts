/** What each input of a verb holds: a file of one image, an array or an archive of many, or an error that was met on opening it. Node only. */
import { open } from 'node:fs/promises';
import { AlixError } from './errors.js';
import { describing } from './files.js';
import { isGzip } from './gzip.js';
import { isIdx } from './idx.js';
import { type ImageArchive, isTar, openArchive } from './image-archive.js';
import { type ImageEntry, isImageName } from './image-list.js';
import { readIdx, readNpy } from './load.js';
import { isNpy } from './npy.js';
import { type ImageShape, type Pixels, toShape } from './pixels.js';

export type Source =
  | { readonly kind: 'file'; readonly entry: ImageEntry }
  | { readonly kind: 'archive'; readonly entry: ImageEntry; readonly archive: ImageArchive; readonly count: number }
  | {
      readonly kind: 'stack';
      readonly entry: ImageEntry;
      readonly image: (index: number) => Pixels;
      readonly count: number;
    }
  | { readonly kind: 'error'; readonly entry: ImageEntry; readonly error: AlixError };

/** A file without an image's extension is told by its content. */
export async function openSource(entry: ImageEntry, shape: ImageShape): Promise<Source> {
  try {
    if (isImageName(entry.path)) return { kind: 'file', entry };
    const head = await readHead(entry.path);
    if (isTar(head)) {
      const archive = await openArchive(entry.path);
      return { kind: 'archive', entry, archive, count: archive.count };
    }
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

/** How many images there are, with those that will turn out to be unreadable. */
export const countOf = (source: Source): number => ('count' in source ? source.count : 1);

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
      const { buffer, bytesRead } = await file.read(new Uint8Array(512), 0, 512, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}
