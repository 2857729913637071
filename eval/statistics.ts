/**
 * Count, mean and sum of squared deviations of rows, in float64: cut data into any shards, merge in any order, and the
 * numbers are those of all rows at once. Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for
 * computing sample variances", Eq. 2.1.
 */
import { AlixError } from '@alix/infer/io/errors';

/** Of n rows of d values. */
export interface Moments {
  readonly n: number;
  /** [d] */
  readonly mean: Float64Array;
  /** [d], sum over rows of (value - mean)² */
  readonly m2: Float64Array;
}

/** The moments of no rows: what merging starts from. */
export function noMoments(d: number): Moments {
  return { n: 0, mean: new Float64Array(d), m2: new Float64Array(d) };
}

/**
 * The moments of rows: the mean first, then the deviations from it, so that a large mean costs no digits.
 *
 * @param rows [n,d]; n follows from its length
 * @throws AlixError 'bad-shape' where the length is no multiple of d
 */
export function momentsOf(rows: ArrayLike<number>, d: number): Moments {
  const n = rows.length / d;
  if (!Number.isInteger(n)) throw badShape(`a multiple of ${d} values`, `${rows.length}`);
  const { mean, m2 } = noMoments(d);
  if (n === 0) return { n, mean, m2 };
  for (let i = 0; i < rows.length; i++) mean[i % d]! += rows[i]!;
  for (let j = 0; j < d; j++) mean[j]! /= n;
  for (let i = 0; i < rows.length; i++) m2[i % d]! += (rows[i]! - mean[i % d]!) ** 2;
  return { n, mean, m2 };
}

/**
 * The moments of the rows of both.
 *
 * @throws AlixError 'bad-shape' where the rows are not of one length
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const d = a.mean.length;
  if (b.mean.length !== d) throw badShape(`rows of ${d}`, `rows of ${b.mean.length}`);
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const delta = b.mean.map((value, j) => value - a.mean[j]!);
  return {
    n,
    mean: a.mean.map((value, j) => value + (delta[j]! * b.n) / n),
    m2: a.m2.map((value, j) => value + b.m2[j]! + (delta[j]! ** 2 * a.n * b.n) / n),
  };
}

/**
 * Variances: m2 / (n - ddof). NaN for no more rows than ddof.
 *
 * @param ddof 0 for the variance of these rows, 1 for the unbiased estimate of the population's
 */
export function variance({ n, m2 }: Moments, ddof: 0 | 1 = 0): Float64Array {
  return m2.map((sum) => (n > ddof ? sum / (n - ddof) : Number.NaN));
}

function badShape(expected: string, found: string): AlixError {
  return new AlixError('bad-shape', 'rows of another length', { expected, found });
}
