/**
 * Count, mean and scatter matrix of features, in float64: what a Fréchet distance needs of a set of images, whatever their
 * number. Cut into any shards, merged in any order, they are those of all rows at once, to 1e-12 of sqrt(S_ii·S_jj); in one
 * shard how the rows are cut into batches changes no bit, and merging the same shards in another order changes none either.
 */
import { AlixError } from '@alix/infer/io/errors';
import { checkEnough, checkRows, type Features } from './features.js';
import { BLOCK } from './linear/kernel.js';
import { addProduct, matrix, part, transposed } from './linear/product.js';
import { mirrorLower } from './linear/steps.js';

/** Count, mean and scatter of features, in float64; they merge. */
export interface FeatureStatistics {
  readonly n: number;
  readonly d: number;
  /** [d] */
  readonly mean: Float64Array;
  /** [d,d], symmetric: the sum over rows of (x - mean)(x - mean)ᵀ. */
  readonly scatter: Float64Array;
}

/** Takes features as they come. */
export interface StatisticsCollector {
  /** @throws AlixError 'bad-shape', 'not-finite'; nothing of such rows is counted */
  add(rows: Features['data']): void;
  /** Of all rows so far; more may be added after it. */
  statistics(): FeatureStatistics;
}

/** One row of a product's depth is for the mean that moves, so that a block costs one product. */
const ROWS = BLOCK.depth - 1;

/** A collector of rows of d features; its memory is d² numbers, whatever the number of rows. */
export function collectStatistics(d: number): StatisticsCollector {
  const state = { n: 0, mean: new Float64Array(d), lower: new Float64Array(d * d) };
  const waiting = new Float64Array(ROWS * d);
  let filled = 0;
  return {
    add(rows) {
      checkRows({ data: rows, d }, 'these', 0);
      for (let at = 0; at < rows.length; ) {
        const taken = Math.min(waiting.length - filled, rows.length - at);
        waiting.set(rows.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < waiting.length) continue;
        addBlock(state, waiting, d);
        filled = 0;
      }
    },
    statistics() {
      const all = { ...state, mean: state.mean.slice(), lower: state.lower.slice() };
      if (filled > 0) addBlock(all, waiting.subarray(0, filled), d);
      return { n: all.n, d, mean: all.mean, scatter: mirrorLower(all.lower, d) };
    },
  };
}

/** The statistics of rows that are all at hand. @throws AlixError 'bad-shape', 'not-finite' */
export function featureStatistics({ data, d }: Features): FeatureStatistics {
  const collector = collectStatistics(d);
  collector.add(data);
  return collector.statistics();
}

interface State {
  n: number;
  mean: Float64Array;
  /** [d,d], of which the lower triangle counts. */
  lower: Float64Array;
}

/** Chan, Golub & LeVeque 1979, Eq. 2.1, with the block's own mean taken away first. */
function addBlock(state: State, rows: Float64Array, d: number): void {
  const n = rows.length / d;
  const total = state.n + n;
  // deviations from the first row, so that equal rows leave exact zeros; then from the mean
  const centred = new Float64Array((n + 1) * d);
  const offset = new Float64Array(d);
  for (let at = 0, j = 0; at < rows.length; at++, j = j + 1 === d ? 0 : j + 1) {
    const deviation = rows[at]! - rows[j]!;
    centred[at] = deviation;
    offset[j]! += deviation;
  }
  for (let j = 0; j < d; j++) offset[j]! /= n;
  for (let at = 0, j = 0; at < rows.length; at++, j = j + 1 === d ? 0 : j + 1) centred[at]! -= offset[j]!;
  const weight = Math.sqrt((state.n * n) / total);
  for (let j = 0; j < d; j++) {
    const delta = rows[j]! + offset[j]! - state.mean[j]!;
    centred[n * d + j] = weight * delta;
    state.mean[j]! += delta * (n / total);
  }
  const x = part(matrix(centred, n + 1, d), 0, state.n === 0 ? n : n + 1);
  addProduct(matrix(state.lower, d, d), transposed(x), x, { lower: true });
  state.n = total;
}

/**
 * The statistics of all rows of all shards. The shards are merged in an order of their contents, not of the list.
 *
 * @throws AlixError 'bad-shape' where the shards differ in d; 'too-few' without a shard
 */
export function mergeStatistics(shards: readonly FeatureStatistics[]): FeatureStatistics {
  const [first, ...rest] = shards.filter(({ n }) => n > 0).sort(byContent);
  const any = shards[0];
  if (!any) throw new AlixError('too-few', 'no statistics to merge', { expected: 'at least one file' });
  for (const { d } of shards)
    if (d !== any.d)
      throw new AlixError('bad-shape', 'statistics of different extractors', {
        expected: `${any.d} features`,
        found: `${d}`,
      });
  return first ? rest.reduce(merge, first) : any;
}

function merge(a: FeatureStatistics, b: FeatureStatistics): FeatureStatistics {
  const { d } = a;
  const n = a.n + b.n;
  const delta = b.mean.map((value, j) => value - a.mean[j]!);
  const weight = (a.n * b.n) / n;
  const scatter = a.scatter.map((value, at) => value + b.scatter[at]!);
  for (let i = 0; i < d; i++) {
    const scaled = weight * delta[i]!;
    if (scaled === 0) continue;
    // the same product on both sides of the diagonal, so that the sum stays symmetric
    for (let j = 0; j < i; j++) {
      scatter[i * d + j]! += scaled * delta[j]!;
      scatter[j * d + i] = scatter[i * d + j]!;
    }
    scatter[i * d + i]! += scaled * delta[i]!;
  }
  return { n, d, mean: a.mean.map((value, j) => value + delta[j]! * (b.n / n)), scatter };
}

function byContent(a: FeatureStatistics, b: FeatureStatistics): number {
  if (a.n !== b.n) return a.n - b.n;
  const j = a.mean.findIndex((value, at) => value !== b.mean[at]);
  if (j >= 0) return a.mean[j]! - b.mean[j]!;
  const at = a.scatter.findIndex((value, place) => value !== b.scatter[place]);
  return at < 0 ? 0 : a.scatter[at]! - b.scatter[at]!;
}

/**
 * The covariance matrix [d,d]: scatter / (n - ddof).
 *
 * @param ddof 1 for the unbiased estimate, which every published FID uses
 * @throws AlixError 'too-few' where n is not above ddof
 */
export function covariance({ n, scatter }: FeatureStatistics, ddof: 0 | 1 = 1): Float64Array {
  checkEnough(n, 'image', ddof + 1);
  return scatter.map((value) => value / (n - ddof));
}
