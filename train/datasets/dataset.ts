/** What a data set is to the trainer and to eval. One file beside this one per data set; index.ts is their table. */
import { createHash } from 'node:crypto';
import { AlixError } from '@alix/infer/io/errors';
import type { ImageOrigin } from './image-format.js';
import { openRows, type RowSource } from './row-source.js';
import { sharedArray } from './rows/memory.js';
import type { SplitSkipping } from './skipping.js';

export type Split = 'train' | 'test';

/** Class numbers from 0: uint8, or uint16 where there are more than 256 classes. */
export type ClassLabels = Uint8Array | Uint16Array;

/** Rows of one shape in any order, in memory or on disk. Every array in it may be shared between threads: none is written to. */
export interface Dataset {
  readonly name: string;
  readonly kind: 'images' | 'points';
  /** [H,W,C] of images, [d] of points. */
  readonly shape: readonly number[];
  readonly count: number;
  /** One class number per row; undefined when there are none. */
  readonly labels: ClassLabels | undefined;
  /** How many classes there are; undefined when there are none. */
  readonly classes: number | undefined;
  /** Several yes-or-no labels per row, uint8 [N,count] of 0 and 1, where the data have them. */
  readonly attributes?: {
    readonly count: number;
    readonly values: Uint8Array;
    readonly names?: readonly string[];
  };
  /** Where the rows are, as plain data: what another thread reads them from. */
  readonly source: RowSource;
  /**
   * Rows at `indices`, float32 [n, ...shape]: images in [0,1] (v/255), points as they are. May be called again before it has
   * settled.
   *
   * @throws AlixError naming the file that could not be read
   */
  batch(indices: Uint32Array): Promise<Float32Array<ArrayBuffer>>;
  /** Rows as stored, uint8 [n,H,W,C]; images only. Errors as `batch`. */
  pixels?(indices: Uint32Array): Promise<Uint8Array<ArrayBuffer>>;
  /** The Gaussians that points were drawn from, with equal weights and one deviation along both axes; no part of the fingerprint. */
  readonly mixture?: { readonly means: readonly (readonly [x: number, y: number])[]; readonly sigma: number };
  /** What the images were before they became rows, where they were files of images; no part of the fingerprint. */
  readonly origin?: ImageOrigin;
  /** sha256 over shape, content and labels. */
  readonly fingerprint: string;
  /** Every option with which it was opened, those at their defaults too. */
  readonly options?: Readonly<Record<string, number | string | boolean>>;
}

/** What is asked of a source: which part, from where, with which options. */
export interface DatasetRequest {
  readonly split: Split;
  /** File or folder, for data that lie on disk. */
  readonly path?: string;
  /** Overrides of the source's defaults; an unknown key is an AlixError 'bad-option'. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Leaves images that cannot be read out, and takes them down; without it the first of them is thrown. */
  readonly skipping?: SplitSkipping | undefined;
  /** Ends what takes long with an AlixError 'interrupted'. */
  readonly signal?: AbortSignal | undefined;
}

/** An entry of the table in index.ts. */
export interface DatasetSource {
  readonly name: string;
  /** One line for help texts. */
  readonly summary: string;
  /** Every option with its default. */
  readonly defaults: Readonly<Record<string, unknown>>;
  open(request: DatasetRequest): Promise<Dataset>;
}

/**
 * A source's defaults with the request's options over them.
 *
 * @throws AlixError 'bad-option' for an unknown key, or a value of another type than the default's
 */
export function resolveOptions<T extends Readonly<Record<string, unknown>>>(
  source: string,
  defaults: T,
  options: DatasetRequest['options'] = {},
): T {
  for (const [key, value] of Object.entries(options)) {
    const where = `data set "${source}", option "${key}"`;
    if (!Object.hasOwn(defaults, key))
      throw new AlixError('bad-option', 'unknown option', {
        where,
        remedy: `the options are: ${Object.keys(defaults).join(', ') || 'none'}`,
      });
    const wrong = typeof value !== typeof defaults[key] || (typeof value === 'number' && !Number.isFinite(value));
    if (wrong)
      throw new AlixError('bad-option', 'a value of the wrong type', {
        where,
        expected: `a ${typeof defaults[key]}, for example ${JSON.stringify(defaults[key])}`,
        found: JSON.stringify(value) ?? String(value),
      });
  }
  return { ...defaults, ...options };
}

/** The data set of the rows at `source`: images where they are stored as bytes, else points. */
export function rowsDataset(
  kind: Dataset['kind'],
  parts: Omit<Dataset, 'kind' | 'shape' | 'batch' | 'pixels'>,
): Dataset {
  const { source } = parts;
  // opened for each call, so that a data set holds no file open
  const read = async <T>(indices: Uint32Array): Promise<T> => {
    const reader = openRows(source);
    try {
      return (await reader.read(indices)) as T;
    } finally {
      await reader.close();
    }
  };
  const common = { ...parts, kind, shape: source.shape };
  if (kind === 'points') return { ...common, batch: read<Float32Array<ArrayBuffer>> };
  const pixels = read<Uint8Array<ArrayBuffer>>;
  return { ...common, pixels, batch: async (indices) => toUnit(await pixels(indices)) };
}

/** Images in memory as a data set: `pixels` is uint8 [N,H,W,C]. */
export function imageDataset(parts: {
  readonly name: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly pixels: Uint8Array;
  readonly labels: ClassLabels | undefined;
  readonly classes: number | undefined;
}): Dataset {
  const { pixels, shape } = parts;
  return inMemory('images', parts, shape, pixels);
}

/** Points in memory as a data set: `points` is float32 [N,d]. */
export function pointDataset(parts: {
  readonly name: string;
  readonly dimensions: number;
  readonly points: Float32Array;
  readonly labels: ClassLabels | undefined;
  readonly classes: number | undefined;
}): Dataset {
  return inMemory('points', parts, [parts.dimensions], parts.points);
}

function inMemory(
  kind: Dataset['kind'],
  { name, labels, classes }: Pick<Dataset, 'name' | 'labels' | 'classes'>,
  shape: readonly number[],
  rows: Uint8Array | Float32Array,
): Dataset {
  return rowsDataset(kind, {
    name,
    count: rows.length / shape.reduce((product, n) => product * n, 1),
    labels: labels && sharedArray(labels),
    classes,
    source: { kind: 'memory', shape, data: sharedArray(rows) },
    fingerprint: fingerprint(shape, rows, labels),
  });
}

/** Values in memory at once: 64 MB. */
const MEAN_VALUES = 16e6;

/**
 * The mean over all rows, float32 of the row's shape: images in [0,1]. The reconstruction that knows nothing of its
 * input: its mean squared error is what every model must beat.
 */
export async function meanImage(dataset: Dataset): Promise<Float32Array<ArrayBuffer>> {
  const size = dataset.shape.reduce((product, n) => product * n, 1);
  const sums = new Float64Array(size);
  // few of the large ones are in memory at a time; the sums do not depend on it
  const chunk = Math.max(1, Math.min(1000, Math.floor(MEAN_VALUES / size)));
  for (let start = 0; start < dataset.count; start += chunk) {
    const rows = Math.min(chunk, dataset.count - start);
    const values = await dataset.batch(Uint32Array.from({ length: rows }, (_, i) => start + i));
    for (let i = 0; i < values.length; i++) sums[i % size] = (sums[i % size] as number) + (values[i] as number);
  }
  return Float32Array.from(sums, (sum) => sum / dataset.count);
}

/** v/255 for every byte; the division is rounded once, so these are the nearest float32. */
export const unitOfByte: Float32Array = Float32Array.from({ length: 256 }, (_, v) => v / 255);

/** Bytes to [0,1]. */
function toUnit(pixels: Uint8Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) out[i] = unitOfByte[pixels[i] as number] as number;
  return out;
}

function fingerprint(
  shape: readonly number[],
  rows: Uint8Array | Float32Array,
  labels: ClassLabels | undefined,
): string {
  const hash = createHash('sha256').update(`${rows instanceof Uint8Array ? 'uint8' : 'float32'} [${shape}]\n`);
  hash.update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  if (labels) hash.update('labels\n').update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  return hash.digest('hex');
}
