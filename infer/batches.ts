/** Images in, batches out: the one place that cuts a stream of images into runs of the graph. */
import { type Bundle, imageOf } from './bundle.js';
import { concat } from './concat.js';
import { describeValue } from './describe-value.js';
import { AlixError, throwIfAborted } from './io/errors.js';

/** One image with the name that its results carry, e.g. its relative path. */
export interface NamedImage {
  readonly name: string;
  /** uint8, H·W·C values, row by row, channels last. */
  readonly pixels: Uint8Array;
}

/** Many images in one array. */
export interface ImageArray {
  /** uint8 [n,H,W,C] */
  readonly data: Uint8Array;
  readonly n: number;
  /** n names; by default '0', '1', ... */
  readonly names?: readonly string[];
}

/** What the verbs take: an array, or images one at a time, of which only one batch is in memory. */
export type Images = ImageArray | Iterable<NamedImage> | AsyncIterable<NamedImage>;

/** What every verb takes. */
export interface RunOptions {
  /** Images per run of a graph; 64 by default. Results do not depend on it beyond the last digits. */
  readonly batch?: number | undefined;
  /** Stops between two batches, with AlixError 'interrupted'. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the images done so far, and how many there are in all when that is known. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** A run's worth of images. */
export interface ImageBatch {
  readonly names: readonly string[];
  /** uint8 [n,H,W,C] */
  readonly data: Uint8Array;
  readonly n: number;
}

export const DEFAULT_BATCH = 64;

/**
 * @throws AlixError 'bad-option' for a batch that is not a whole number above 0, 'bad-image' for an image of another size
 *   or type than the model's, 'interrupted'
 */
export async function* batches(bundle: Bundle, images: Images, options: RunOptions = {}): AsyncGenerator<ImageBatch> {
  const size = batchSize(options);
  if (!isImages(images))
    throw new AlixError('bad-image', 'not images', {
      expected: '{ data, n }, or an iterable of { name, pixels }',
      found: describeValue(images),
    });
  const source = 'data' in images ? fromArray(bundle, images, size) : fromStream(bundle, images, size);
  const total = 'data' in images ? images.n : undefined;
  let done = 0;
  throwIfAborted(options.signal);
  for await (const batch of source) {
    throwIfAborted(options.signal);
    yield batch;
    // the consumer comes back here when it has worked the batch off
    done += batch.n;
    options.onProgress?.(done, total);
  }
}

/** The batch size of the options, checked. */
export function batchSize({ batch = DEFAULT_BATCH }: RunOptions): number {
  if (!Number.isInteger(batch) || batch < 1)
    throw new AlixError('bad-option', 'a batch is a whole number of at least 1', { where: 'batch', found: `${batch}` });
  return batch;
}

/** Values of the largest array that results are put into: 8 GiB of float32. */
export const MAX_VALUES = 2 ** 31;

/** Before hours of work. @throws AlixError 'bad-option' where n images are more than one array holds */
export function checkRoom(bundle: Bundle, n: number, remedy: string): void {
  const most = Math.floor(MAX_VALUES / imageValues(bundle));
  if (n > most)
    throw new AlixError('bad-option', 'more images than one array holds', {
      expected: `at most ${most}`,
      found: `${n}`,
      remedy,
    });
}

/** Values per image: H·W·C. */
export function imageValues(bundle: Bundle): number {
  const { height, width, channels } = imageOf(bundle);
  return height * width * channels;
}

/** The model's image size in words, e.g. "28x28 grey". */
export function describeImage(bundle: Bundle): string {
  const { height, width, channels } = imageOf(bundle);
  return `${width}x${height} ${channels === 1 ? 'grey' : 'RGB'}`;
}

function* fromArray(bundle: Bundle, { data, n, names }: ImageArray, size: number): Generator<ImageBatch> {
  const values = imageValues(bundle);
  const fits = data instanceof Uint8Array && Number.isInteger(n) && n >= 0 && data.length === n * values;
  if (!fits)
    throw new AlixError('bad-image', 'the array does not hold that many images of the size that the model takes', {
      expected: `uint8, ${n} x ${values} values (${describeImage(bundle)})`,
      found: describeValue(data),
    });
  if (names !== undefined && !(names.length === n && names.every((name) => typeof name === 'string')))
    throw new AlixError('bad-image', 'as many names as images are needed', {
      expected: `${n} texts`,
      found: describeValue(names),
    });
  for (let start = 0; start < n; start += size) {
    const end = Math.min(n, start + size);
    const label = (i: number) => names?.[i] ?? `${i}`;
    yield {
      names: Array.from({ length: end - start }, (_, i) => label(start + i)),
      data: data.subarray(start * values, end * values),
      n: end - start,
    };
  }
}

async function* fromStream(
  bundle: Bundle,
  images: Iterable<NamedImage> | AsyncIterable<NamedImage>,
  size: number,
): AsyncGenerator<ImageBatch> {
  const values = imageValues(bundle);
  let names: string[] = [];
  // grows with the images there are: a batch may be larger than all of them
  let parts: Uint8Array[] = [];
  for await (const image of images) {
    const { name, pixels } = (image ?? {}) as NamedImage;
    if (typeof name !== 'string')
      throw new AlixError('bad-image', 'an image without a name', {
        expected: '{ name, pixels }',
        found: describeValue(image),
      });
    if (!(pixels instanceof Uint8Array) || pixels.length !== values)
      throw new AlixError('bad-image', 'not an image of the size that the model takes', {
        where: name,
        expected: `uint8, ${values} values (${describeImage(bundle)})`,
        found: describeValue(pixels),
        remedy: 'give images of that size',
      });
    // a copy, for the source may fill the same array again
    parts.push(pixels.slice());
    names.push(name);
    if (names.length < size) continue;
    yield { names, data: concat(Uint8Array, parts), n: size };
    names = [];
    parts = [];
  }
  if (names.length > 0) yield { names, data: concat(Uint8Array, parts), n: names.length };
}

function isImages(value: unknown): value is Images {
  return (
    typeof value === 'object' &&
    value !== null &&
    ('data' in value || Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}
