/** What a data set is to the trainer and to eval. One file beside this one per data set; index.ts is their table. */
import { createHash } from 'node:crypto';
import { AlixError } from '@alix/infer/io/errors';

export type Split = 'train' | 'test';

/** Rows of one shape, all in memory, with random access. */
export interface Dataset {
  readonly name: string;
  readonly kind: 'images' | 'points';
  /** [H,W,C] of images, [d] of points. */
  readonly shape: readonly number[];
  readonly count: number;
  /** One class number per row; undefined when there are none. */
  readonly labels: Uint8Array | undefined;
  /** How many classes there are; undefined when there are none. */
  readonly classes: number | undefined;
  /** Several yes-or-no labels per row, uint8 [N,count] of 0 and 1, where the data have them. */
  readonly attributes?: { readonly count: number; readonly values: Uint8Array };
  /** Rows at `indices`, float32 [n, ...shape]: images in [0,1] (v/255), points as they are. */
  batch(indices: Uint32Array): Float32Array<ArrayBuffer>;
  /** Rows as stored, uint8 [n,H,W,C]; images only. */
  pixels?(indices: Uint32Array): Uint8Array<ArrayBuffer>;
  /** sha256 over shape, content and labels. */
  readonly fingerprint: string;
}

/** What is asked of a source: which part, from where, with which options. */
export interface DatasetRequest {
  readonly split: Split;
  /** File or folder, for data that lie on disk. */
  readonly path?: string;
  /** Overrides of the source's defaults; an unknown key is an AlixError 'bad-option'. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly seed: number;
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

/** Images in memory as a data set: `pixels` is uint8 [N,H,W,C]. */
export function imageDataset(parts: {
  readonly name: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array | undefined;
  readonly classes: number | undefined;
}): Dataset {
  const { pixels, shape } = parts;
  const size = shape[0] * shape[1] * shape[2];
  return {
    name: parts.name,
    kind: 'images',
    shape,
    count: pixels.length / size,
    labels: parts.labels,
    classes: parts.classes,
    batch(indices) {
      const out = new Float32Array(indices.length * size);
      for (let row = 0, to = 0; row < indices.length; row++) {
        const from = (indices[row] as number) * size;
        for (let i = from; i < from + size; i++) out[to++] = unit[pixels[i] as number] as number;
      }
      return out;
    },
    pixels: (indices) => gather(pixels, size, indices, new Uint8Array(indices.length * size)),
    fingerprint: fingerprint(shape, pixels, parts.labels),
  };
}

/** Points in memory as a data set: `points` is float32 [N,d]. */
export function pointDataset(parts: {
  readonly name: string;
  readonly dimensions: number;
  readonly points: Float32Array;
  readonly labels: Uint8Array | undefined;
  readonly classes: number | undefined;
}): Dataset {
  const { points, dimensions } = parts;
  return {
    name: parts.name,
    kind: 'points',
    shape: [dimensions],
    count: points.length / dimensions,
    labels: parts.labels,
    classes: parts.classes,
    batch: (indices) => gather(points, dimensions, indices, new Float32Array(indices.length * dimensions)),
    fingerprint: fingerprint([dimensions], points, parts.labels),
  };
}

/**
 * The mean over all rows, float32 of the row's shape: images in [0,1]. The reconstruction that knows nothing of its
 * input: its mean squared error is what every model must beat.
 */
export function meanImage(dataset: Dataset): Float32Array<ArrayBuffer> {
  const size = dataset.shape.reduce((product, n) => product * n, 1);
  const sums = new Float64Array(size);
  const chunk = 1000;
  for (let start = 0; start < dataset.count; start += chunk) {
    const rows = Math.min(chunk, dataset.count - start);
    const values = dataset.batch(Uint32Array.from({ length: rows }, (_, i) => start + i));
    for (let i = 0; i < values.length; i++) sums[i % size] = (sums[i % size] as number) + (values[i] as number);
  }
  return Float32Array.from(sums, (sum) => sum / dataset.count);
}

/** v/255 for every byte; the division is rounded once, so these are the nearest float32. */
const unit = Float32Array.from({ length: 256 }, (_, v) => v / 255);

function gather<T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  rows: Uint8Array | Float32Array,
  size: number,
  indices: Uint32Array,
  out: T,
): T {
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * size;
    out.set(rows.subarray(from, from + size), i * size);
  }
  return out;
}

function fingerprint(
  shape: readonly number[],
  rows: Uint8Array | Float32Array,
  labels: Uint8Array | undefined,
): string {
  const hash = createHash('sha256').update(`${rows instanceof Uint8Array ? 'uint8' : 'float32'} [${shape}]\n`);
  hash.update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  if (labels) hash.update('labels\n').update(labels);
  return hash.digest('hex');
}
