/** Images that are read together: enough of them that a thread's answer is worth its way, few enough to be held in memory. Node only. */
import { AlixError } from './errors.js';
import type { Place } from './image-chunk.js';
import { readImage } from './image-file.js';
import type { ImageReaders } from './image-readers.js';
import { countOf, type Source } from './image-sources.js';
import type { ImageItem } from './images.js';
import { type ImageShape, toShape } from './pixels.js';
import { receivedError } from './sent-error.js';

/** Places to read, with their names; or images that are there already. */
export type Group =
  | { readonly names: readonly string[]; readonly places: readonly Place[] }
  | { readonly items: readonly ImageItem[] };

const MOST_IMAGES = 64;
/** Bytes of pixels of a group; one image may be larger. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Files that are read at once on the thread that asks for them. */
const FEW = 8;

/** The images of all sources, in their order, from image `first` on. */
export function* groupsOf(
  sources: readonly Source[],
  shape: ImageShape,
  threads: boolean,
  first = 0,
): Generator<Group> {
  let left = first;
  const fitting = Math.floor(MOST_BYTES / (shape.height * shape.width * shape.channels));
  const most = Math.max(1, Math.min(threads ? MOST_IMAGES : FEW, fitting));
  let names: string[] = [];
  let places: Place[] = [];
  const take = function* (name: string, place: Place) {
    if (left > 0) {
      left--;
      return;
    }
    names.push(name);
    places.push(place);
    if (names.length === most) yield* flush();
  };
  const flush = function* (): Generator<Group> {
    if (names.length > 0) yield { names, places };
    names = [];
    places = [];
  };
  const prefix = sources.length > 1;
  for (const source of sources) {
    const { name, path } = source.entry;
    if (source.kind === 'file') yield* take(name, { path });
    else if (source.kind === 'archive')
      for (const { name: member, place } of source.archive.places())
        yield* take(prefix ? `${name}/${member}` : member, place);
    else {
      const passed = Math.min(left, countOf(source));
      left -= passed;
      if (passed === countOf(source)) continue;
      yield* flush();
      yield* source.kind === 'error'
        ? [{ items: [{ name, error: source.error }] }]
        : stack(source, prefix, most, shape, passed);
    }
  }
  yield* flush();
}

function* stack(
  { entry, count, image }: Extract<Source, { kind: 'stack' }>,
  prefix: boolean,
  most: number,
  shape: ImageShape,
  first: number,
): Generator<Group> {
  const digits = Math.max(5, `${count - 1}`.length);
  for (let start = first; start < count; start += most)
    yield {
      items: Array.from({ length: Math.min(most, count - start) }, (_, i) => {
        const index = `${start + i}`.padStart(digits, '0');
        const name = prefix ? `${entry.name}/${index}` : index;
        try {
          return { name, pixels: toShape(image(start + i), shape, entry.path) };
        } catch (error) {
          if (error instanceof AlixError) return { name, error };
          throw error;
        }
      }),
    };
}

/** Never rejects for what an image can cause. */
export async function readGroup(
  group: Group,
  shape: ImageShape,
  readers: ImageReaders | undefined,
): Promise<readonly ImageItem[]> {
  if ('items' in group) return group.items;
  const { names, places } = group;
  if (!readers) return Promise.all(places.map(({ path }, i) => settle(names[i] as string, readImage(path, shape))));
  const { pixels, errors } = await readers.read(places);
  const values = shape.height * shape.width * shape.channels;
  const failed = new Map(errors.map(({ index, error }) => [index, receivedError(error)]));
  return names.map((name, i) => {
    const error = failed.get(i);
    if (!error) return { name, pixels: pixels.subarray(i * values, (i + 1) * values) };
    if (error instanceof AlixError) return { name, error };
    throw error;
  });
}

async function settle(name: string, reading: Promise<Uint8Array<ArrayBuffer>>): Promise<ImageItem> {
  try {
    return { name, pixels: await reading };
  } catch (error) {
    if (error instanceof AlixError) return { name, error };
    throw error;
  }
}
