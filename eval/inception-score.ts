/** The Inception Score: Salimans et al. 2016 (arXiv:1606.03498), section 4, in the splits of its code. */

import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { checkEnough, checkRows, type Features } from './features.js';

/** An Inception Score over splits. */
export interface InceptionScore {
  /** Over splits, of exp(mean over a split's images of KL(p(y|x) || p(y))); 1 to the number of classes. */
  readonly mean: number;
  /** Over splits; ddof as asked. Not a standard error. */
  readonly std: number;
  readonly scores: Float64Array;
  readonly n: number;
  readonly splits: number;
  /**
   * True where images of one class follow each other more often than chance lets them (six standard deviations): splits then
   * hold few classes, and the score is far too low. Shuffle.
   */
  readonly sorted: boolean;
}

/** Settings of `inceptionScore`. */
export interface InceptionScoreOptions {
  /** What the rows hold. Logits keep digits where a probability would underflow. */
  readonly input: 'logits' | 'probabilities';
  /** 10 where it is not given. */
  readonly splits?: number;
  /** Rows in this order, e.g. a seeded permutation; as they are where it is not given. */
  readonly order?: ArrayLike<number>;
  /** 'even': floor(iN/S)..floor((i+1)N/S), as in the paper's code. 'chunk': pieces of ceil(N/S), of which there may be fewer (torchmetrics). */
  readonly cut?: 'even' | 'chunk';
  /** 0, as in the paper's code, where it is not given; torchmetrics has 1. */
  readonly ddof?: 0 | 1;
}

/**
 * @param outputs [n,classes] of a classifier
 * @throws AlixError 'too-few' (fewer images than splits), 'bad-shape', 'not-finite', 'bad-probabilities'
 */
export function inceptionScore(outputs: Features, options: InceptionScoreOptions): InceptionScore {
  const { ddof = 0 } = options;
  const { n, rows, order, bounds } = splitRows(outputs, options);
  const scores = Float64Array.from(bounds.slice(1), (to, i) => score(rows, outputs.d, order, bounds[i]!, to));
  const { mean, std } = meanAndStd(scores);
  const count = scores.length;
  if (ddof === 1) checkEnough(count, 'split', 2);
  const sorted = looksSorted(rows.p, outputs.d, order);
  return { mean, std: ddof === 0 ? std : std * Math.sqrt(count / (count - 1)), scores, n, splits: count, sorted };
}

/** What a score is made of. */
export interface SplitRows {
  readonly n: number;
  readonly rows: Rows;
  readonly order: ArrayLike<number>;
  /** [splits + 1], places in the order. */
  readonly bounds: readonly number[];
}

/** Rows as distributions, and where splits begin and end. @throws AlixError as `inceptionScore` */
export function splitRows(outputs: Features, options: InceptionScoreOptions): SplitRows {
  const { input, splits = 10, cut = 'even' } = options;
  const n = checkRows(outputs, 'classifier', 1);
  checkEnough(n, 'classifier', splits);
  const order = options.order ?? Uint32Array.from({ length: n }, (_, i) => i);
  const rows = input === 'logits' ? fromLogits(outputs, n) : fromProbabilities(outputs, n);
  const size = Math.ceil(n / splits);
  const bounds =
    cut === 'even'
      ? Array.from({ length: splits + 1 }, (_, i) => Math.floor((i * n) / splits))
      : [...Array.from({ length: Math.ceil(n / size) }, (_, i) => i * size), n];
  return { n, rows, order, bounds };
}

export interface Rows {
  /** [n,C] */
  readonly p: Float64Array;
  /** [n], sum over classes of p log p, which is 0 for p = 0. */
  readonly negentropy: Float64Array;
}

function fromLogits({ data, d }: Features, n: number): Rows {
  const p = new Float64Array(data.length);
  const negentropy = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * d, (i + 1) * d);
    let top = row[0]!;
    for (let j = 1; j < d; j++) top = Math.max(top, row[j]!);
    let total = 0;
    for (let j = 0; j < d; j++) total += Math.exp(row[j]! - top);
    const logTotal = Math.log(total) + top;
    for (let j = 0; j < d; j++) {
      const log = row[j]! - logTotal;
      p[i * d + j] = Math.exp(log);
      negentropy[i]! += Math.exp(log) * log;
    }
  }
  return { p, negentropy };
}

function fromProbabilities({ data, d }: Features, n: number): Rows {
  const negentropy = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let total = 0;
    let least = 0;
    for (let j = 0; j < d; j++) {
      const value = data[i * d + j]!;
      total += value;
      least = Math.min(least, value);
      if (value > 0) negentropy[i]! += value * Math.log(value);
    }
    if (least < 0 || Math.abs(total - 1) > 1e-3)
      throw new AlixError('bad-probabilities', `row ${i} is no distribution`, {
        expected: 'numbers from 0 on that sum to 1',
        found: least < 0 ? `${least}` : `a sum of ${total}`,
        remedy: 'if the classifier gives logits, say so',
      });
  }
  return { p: Float64Array.from(data), negentropy };
}

/** exp of the mean negentropy less that of the mean distribution: what the mean of the divergences comes to. */
function score({ p, negentropy }: Rows, classes: number, order: ArrayLike<number>, from: number, to: number): number {
  const marginal = new Float64Array(classes);
  let sum = 0;
  for (let at = from; at < to; at++) {
    const i = order[at]!;
    sum += negentropy[i]!;
    for (let j = 0; j < classes; j++) marginal[j]! += p[i * classes + j]!;
  }
  const n = to - from;
  const ofMean = marginal.reduce((total, value) => (value > 0 ? total + (value / n) * Math.log(value / n) : total), 0);
  // rounding may fall just short of a divergence of 0
  return Math.exp(Math.max(0, sum / n - ofMean));
}

function looksSorted(p: Float64Array, classes: number, order: ArrayLike<number>): boolean {
  const likeliest = Array.from({ length: order.length }, (_, at) => {
    const start = order[at]! * classes;
    let best = 0;
    for (let j = 1; j < classes; j++) if (p[start + j]! > p[start + best]!) best = j;
    return best;
  });
  const shares = new Float64Array(classes);
  for (const label of likeliest) shares[label]! += 1 / likeliest.length;
  const chance = shares.reduce((sum, share) => sum + share * share, 0);
  const pairs = likeliest.length - 1;
  const equal = likeliest.filter((label, at) => at > 0 && label === likeliest[at - 1]).length;
  return equal > pairs * chance + 6 * Math.sqrt(pairs * chance * (1 - chance));
}
