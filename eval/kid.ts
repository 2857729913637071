/**
 * The Kernel Inception Distance: Bińkowski et al. 2018 (arXiv:1801.01401), section 4. The unbiased estimate of the squared maximum
 * mean discrepancy with the kernel (x·y/d + 1)³, averaged over subsets; values below 0 are valid. All in float64.
 */

import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { Random } from '@alix/infer/io/random';
import { checkEnough, checkFeatures, checkSameWidth, count, type Features, rowsAt } from './features.js';
import { type InnerProducts, innerProducts } from './inner-products.js';
import { turnsUntil } from './turns.js';

/** (gamma·x·y + constant)^degree */
export interface PolynomialKernel {
  readonly degree: number;
  readonly gamma: number;
  readonly constant: number;
}

/** Rows of both sets, of equal numbers. */
export interface Subset {
  readonly real: ArrayLike<number>;
  readonly fake: ArrayLike<number>;
}

/** The kernel distance over subsets. */
export interface KernelDistance {
  readonly mean: number;
  /** Over subsets, which overlap (ddof 0): a spread, not a standard error. */
  readonly std: number;
  readonly values: Float64Array;
  readonly n: { readonly real: number; readonly fake: number };
  /** Images of each set in a subset. */
  readonly size: number;
  readonly kernel: PolynomialKernel;
}

/** Settings of `kernelDistance`. */
export interface KernelDistanceOptions {
  readonly subsets: readonly Subset[];
  /** The paper's where it is not given. */
  readonly kernel?: PolynomialKernel;
  readonly products?: InnerProducts;
  readonly signal?: AbortSignal | undefined;
}

/** The paper's kernel for d features. */
export function paperKernel(d: number): PolynomialKernel {
  return { degree: 3, gamma: 1 / d, constant: 1 };
}

/**
 * Subsets without replacement, as the paper has them.
 *
 * @param random a stream of its own: `random.split('kid')`
 * @throws AlixError 'too-few' where a set is smaller than a subset
 */
export function randomSubsets(
  n: { readonly real: number; readonly fake: number },
  random: Random,
  { subsets = 100, size = 1000 }: { readonly subsets?: number; readonly size?: number } = {},
): Subset[] {
  checkEnough(n.real, 'real', size);
  checkEnough(n.fake, 'fake', size);
  return Array.from({ length: subsets }, () => ({
    real: random.permutation(n.real).subarray(0, size),
    fake: random.permutation(n.fake).subarray(0, size),
  }));
}

/**
 * The distance over subsets of the rows.
 *
 * @throws AlixError 'too-few', 'bad-shape', 'not-finite', 'constant-features', 'interrupted'
 */
export async function kernelDistance(
  real: Features,
  fake: Features,
  { subsets, kernel = paperKernel(real.d), products = innerProducts, signal }: KernelDistanceOptions,
): Promise<KernelDistance> {
  checkSameWidth(real, fake);
  const n = { real: checkFeatures(real, 'real', 2), fake: checkFeatures(fake, 'fake', 2) };
  const values = new Float64Array(subsets.length);
  const size = subsets[0]?.real.length ?? 0;
  if (subsets.some((subset) => subset.real.length !== size || subset.fake.length !== size))
    throw new AlixError('bad-shape', 'subsets of different sizes', { expected: `${size} real and fake rows` });
  checkEnough(size, 'subset', 2);
  const turn = turnsUntil(signal);
  for (const [i, subset] of subsets.entries()) {
    values[i] = await squaredDiscrepancy(rowsAt(real, subset.real), rowsAt(fake, subset.fake), kernel, products, turn);
  }
  return { ...meanAndStd(values), values, n, size, kernel };
}

/**
 * The unbiased estimate (Gretton et al. 2012, Eq. 3) from as many rows of the one as of the other.
 */
export async function squaredDiscrepancy(
  x: Features,
  y: Features,
  kernel: PolynomialKernel,
  products: InnerProducts = innerProducts,
  turn: () => Promise<void> = turnsUntil(undefined),
): Promise<number> {
  const m = count(x);
  await turn();
  const xx = kernelSum(await products.of(x, x), kernel, m, true);
  await turn();
  const yy = kernelSum(await products.of(y, y), kernel, m, true);
  await turn();
  const xy = kernelSum(await products.of(x, y), kernel, m, false);
  return (xx + yy) / (m * (m - 1)) - (2 * xy) / (m * m);
}

/** The kernel summed over all pairs, without those of a row and itself where asked. @param gram [n,m] of inner products */
export function kernelSum(
  gram: ArrayLike<number>,
  { degree, gamma, constant }: PolynomialKernel,
  m: number,
  withoutDiagonal: boolean,
): number {
  let total = 0;
  const n = gram.length / m;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < m; j++)
      if (!withoutDiagonal || i !== j) sum += power(gamma * gram[i * m + j]! + constant, degree);
    total += sum;
  }
  return total;
}

function power(base: number, degree: number): number {
  return degree === 3 ? base * base * base : base ** degree;
}
