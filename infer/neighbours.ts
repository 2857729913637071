/** neighbours: the codes nearest to a code, by exact search over all of them. */
import type { Images, RunOptions } from './batches.js';
import { AlixError } from './io/errors.js';
import type { Model } from './model.js';

/** 'cosine': 1 - a·b / (|a| |b|), which is 1 where one of them is zero; 'l2': |a - b|, the Euclidean distance. */
export const distances = ['cosine', 'l2'] as const;
export type Distance = (typeof distances)[number];

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
  /** [q,k]: places of the codes */
  readonly places: Float64Array;
  /** [q,k]: their distances, in float64 */
  readonly distances: Float64Array;
}

/** Codes in runs of any number of rows, float32 [?,d] each. */
export type CodeBlocks = AsyncIterable<Float32Array> | Iterable<Float32Array>;

/** Codes in memory, made ready to be searched. */
export class CodeIndex {
  readonly n: number;
  readonly d: number;

  /**
   * @param codes float32 [n,d], kept and not copied
   * @throws AlixError 'bad-latent' for what is no whole number of codes, or a value that is not finite
   */
  constructor(codes: Float32Array, d: number) {
    this.n = codes.length / d;
    this.d = d;
  }

  /**
   * The k codes nearest to each query.
   *
   * ```ts
   * const index = new CodeIndex(Float32Array.of(1, 0, 0, 2, 3, 3), 2);
   * const { places, distances } = await index.search(Float32Array.of(1, 1), { k: 2, distance: 'l2' });
   * console.log(places, distances); // Float64Array [0, 1] Float64Array [1, 1.4142135623730951]
   * ```
   * @param queries float32 [q,d]
   * @throws AlixError 'bad-latent' for queries of another size, or a value that is not finite; 'bad-option', 'interrupted'
   */
  search(queries: Float32Array, options: SearchOptions = {}): Promise<Neighbours> {
    throw new AlixError('internal', 'not written yet');
  }
}

/**
 * The same over codes that are not all in memory.
 *
 * @throws AlixError as `CodeIndex.search` does, and 'bad-latent' for codes that are not finite
 */
export async function searchBlocks(
  blocks: CodeBlocks,
  d: number,
  queries: Float32Array,
  options: SearchOptions = {},
): Promise<Neighbours> {
  throw new AlixError('internal', 'not written yet');
}

/**
 * The codes of an index nearest to those of images.
 *
 * ```ts
 * const { places } = await model.neighbours({ data, n: 1 }, index, { k: 3 });
 * ```
 * @throws AlixError 'latent-size' where the index holds codes of another size; 'no-graph', 'bad-image', ...
 */
export async function neighbours(
  model: Model,
  images: Images,
  index: CodeIndex,
  options: SearchOptions & RunOptions = {},
): Promise<Neighbours> {
  throw new AlixError('internal', 'not written yet');
}
