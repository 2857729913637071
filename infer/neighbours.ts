/** neighbours: the codes nearest to a code, by exact search over all of them. */
import type { Images, RunOptions } from './batches.js';
import { encoderOf, latentOf } from './bundle.js';
import { checkCodes, checkLatent } from './decode.js';
import { describeValue } from './describe-value.js';
import { type Distance, distances, measures, normsOf, type Query, type Rows } from './distances.js';
import { encode } from './encode.js';
import { AlixError, throwIfAborted } from './io/errors.js';
import { turns } from './io/turn.js';
import type { Model } from './model.js';
import { type Nearest, nearest } from './nearest.js';

export { type Distance, distances } from './distances.js';

/** Settings of a search among codes. */
export interface SearchOptions {
  /** Neighbours of each query, at least 1; 8 by default. Of fewer codes there are as many as there are. */
  readonly k?: number | undefined;
  /** 'cosine' by default. */
  readonly distance?: Distance | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the codes looked at so far, and how many there are in all when that is known. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** The nearest codes of q queries, the nearest first; of equally near ones the earlier first. */
export interface Neighbours {
  /** q */
  readonly queries: number;
  readonly k: number;
  /** [q,k], places of the codes, from 0 */
  readonly places: Uint32Array;
  /** [q,k], their distances, in float64 */
  readonly distances: Float64Array;
}

/** Codes in runs of any number of rows, float32 [?,d] each. */
export type CodeBlocks = AsyncIterable<Float32Array> | Iterable<Float32Array>;

/** The model that made codes, as codes.npy.json names it. */
export interface CodesModel {
  readonly name: string;
  readonly sha256: string;
}

/** Rows at a time: they stay in the processor's cache from query to query, and take a few milliseconds. */
const BLOCK = 2048;

/** Codes in memory, made ready to be searched: 4·d + 8 bytes a code. */
export class CodeIndex {
  readonly n: number;
  readonly d: number;
  /** The model that made them, where that is known. */
  readonly model: CodesModel | undefined;
  readonly #codes: Float32Array;
  readonly #norms: Float64Array;

  /**
   * @param codes float32 [n,d], kept and not copied
   * @param model the model that made them; `neighbours` then refuses another
   * @throws AlixError 'bad-latent' for what is no whole number of codes, or a value that is not finite
   */
  constructor(codes: Float32Array, d: number, model?: CodesModel) {
    this.n = checkRows(codes, d);
    this.d = d;
    this.model = model;
    this.#codes = codes;
    this.#norms = finiteNorms({ codes, d, first: 0, n: this.n });
  }

  /**
   * The k codes nearest to each query. The event loop turns meanwhile.
   *
   * ```ts
   * const index = new CodeIndex(Float32Array.of(1, 0, 0, 2, 3, 3), 2);
   * const { places, distances } = await index.search(Float32Array.of(1, 1), { k: 2, distance: 'l2' });
   * console.log(places, distances); // Uint32Array [0, 1] Float64Array [1, 1.4142135623730951]
   * ```
   * @param queries float32 [q,d]
   * @throws AlixError 'bad-latent' for queries of another size, or a value that is not finite; 'bad-option', 'interrupted'
   */
  async search(queries: Float32Array, options: SearchOptions = {}): Promise<Neighbours> {
    const { n, d } = this;
    const search = startSearch(queries, d, options, n);
    await search.through({ codes: this.#codes, d, first: 0, n }, this.#norms);
    return search.end();
  }
}

/**
 * The same over codes that are not all in memory, each block looked at once.
 *
 * ```ts
 * const file = await openCodes('codes.npy'); // from '@alix/infer/io/codes-file'
 * const { places } = await searchBlocks(file.blocks(), file.d, queries, { k: 8 });
 * ```
 * @throws AlixError as `CodeIndex.search` does, and 'bad-latent' for codes that are not finite
 */
export async function searchBlocks(
  blocks: CodeBlocks,
  d: number,
  queries: Float32Array,
  options: SearchOptions = {},
): Promise<Neighbours> {
  const search = startSearch(queries, d, options, undefined);
  let first = 0;
  for await (const codes of blocks) {
    const rows = { codes, d, first: 0, n: checkRows(codes, d) };
    await search.through(rows, finiteNorms(rows, first));
    first += rows.n;
  }
  return search.end();
}

/**
 * The codes of an index nearest to those of images (the means of q(z|x)).
 *
 * ```ts
 * const index = new CodeIndex(mean, model.latent.size);
 * const { places } = await model.neighbours({ data: pixels, n: 1 }, index, { k: 3 });
 * ```
 * @throws AlixError 'latent-size' where the index holds codes of another size, 'other-model' where it is known to hold those of another
 *   model; 'no-graph', 'bad-image', 'bad-option', 'interrupted', ...
 */
export async function neighbours(
  model: Model,
  images: Images,
  index: CodeIndex,
  options: SearchOptions & RunOptions = {},
): Promise<Neighbours> {
  encoderOf(model.bundle);
  if (!(index instanceof CodeIndex))
    throw new AlixError('bad-option', 'neighbours are looked for in an index', {
      expected: 'new CodeIndex(codes, d)',
      found: describeValue(index),
    });
  checkCodesModel(model, index);
  checkSearch(options);
  const { batch, signal } = options;
  const { mean } = await encode(model, images, { signal, batch });
  return index.search(mean, options);
}

/**
 * @param where the codes' file, for the error
 * @throws AlixError 'latent-size' or 'other-model' where codes are not those of this model
 */
export function checkCodesModel(
  { bundle, sha256 }: Pick<Model, 'bundle' | 'sha256'>,
  codes: { readonly d: number; readonly model?: CodesModel | undefined },
  where = bundle.name,
): void {
  const remedy = 'take the model that made them, or encode the images again with this one';
  const { size } = latentOf(bundle);
  if (codes.d !== size)
    throw new AlixError('latent-size', 'the codes are of another size than this model has', {
      where,
      expected: `${size} values`,
      found: `${codes.d}`,
      remedy,
    });
  if (codes.model && codes.model.sha256 !== sha256)
    throw new AlixError('other-model', 'the codes were made by another model', {
      where,
      expected: `${bundle.name} (${sha256.slice(0, 12)})`,
      found: `${codes.model.name} (${codes.model.sha256.slice(0, 12)})`,
      remedy,
    });
}

interface Search {
  /** Looks at rows, whose places follow those of the rows before. `norms`: their lengths, the first at 0. */
  through(rows: Rows, norms: Float64Array): Promise<void>;
  end(): Neighbours;
}

/** @throws AlixError 'bad-option' */
function checkSearch({ k = 8, distance = 'cosine' }: SearchOptions): {
  readonly k: number;
  readonly distance: Distance;
} {
  if (!Number.isInteger(k) || k < 1)
    throw new AlixError('bad-option', 'k is a whole number of at least 1', { where: 'k', found: `${k}` });
  if (!distances.includes(distance))
    throw new AlixError('bad-option', 'no such distance', { expected: distances.join(', '), found: `${distance}` });
  return { k, distance };
}

function startSearch(codes: Float32Array, d: number, options: SearchOptions, total: number | undefined): Search {
  const { signal, onProgress } = options;
  const { k, distance } = checkSearch(options);
  checkRows(codes, d);
  checkLatent(codes, d);
  const queries = Array.from({ length: codes.length / d }, (_, i) => queryOf(codes.subarray(i * d, (i + 1) * d)));
  // no more than there are: a heap is as large as it is told
  const kept: Nearest[] = queries.map(() => nearest(Math.min(k, total ?? k)));
  const out = new Float64Array(BLOCK);
  const measure = measures[distance];
  const pause = turns();
  let done = 0;
  throwIfAborted(signal);
  return {
    async through(rows, norms) {
      for (let at = 0; at < rows.n; at += BLOCK) {
        const block = { ...rows, first: rows.first + at, n: Math.min(BLOCK, rows.n - at) };
        const lengths = norms.subarray(at, at + block.n);
        for (const [i, query] of queries.entries()) {
          measure(block, lengths, query, out);
          kept[i]!.offer(out, block.n, done);
          await pause();
          throwIfAborted(signal);
        }
        done += block.n;
        onProgress?.(done, total);
      }
    },
    end() {
      const found = kept.map((each) => each.sorted());
      return {
        queries: queries.length,
        k: Math.min(k, done),
        places: Uint32Array.from(found.flatMap(({ places }) => places)),
        distances: Float64Array.from(found.flatMap((each) => each.distances)),
      };
    },
  };
}

function queryOf(row: Float32Array): Query {
  const code = Float64Array.from(row);
  return { code, norm: Math.sqrt(code.reduce((sum, value) => sum + value * value, 0)) };
}

/** The number of rows. */
function checkRows(codes: Float32Array, d: number): number {
  if (!Number.isInteger(d) || d < 1)
    throw new AlixError('bad-option', 'codes have a whole number of values, at least 1', { found: `${d}` });
  checkCodes(codes, d);
  return codes.length / d;
}

/** The lengths of rows, of which `before` others came first. */
function finiteNorms(rows: Rows, before = 0): Float64Array<ArrayBuffer> {
  const norms = new Float64Array(rows.n);
  normsOf(rows, norms);
  const bad = norms.findIndex((norm) => !Number.isFinite(norm));
  if (bad < 0) return norms;
  throw new AlixError('bad-latent', `code ${before + bad} holds a value that is not finite`, {
    remedy: 'encode the images again',
  });
}
