/** Squared distances to nearest neighbours, exact in float64: inner products find the candidates, differences decide. */
import { count, type Features } from './features.js';
import { type InnerProducts, rows } from './inner-products.js';

/** Rows at a time: blocks of inner products of 8 MB. */
export const ROWS_AT_A_TIME = 1024;

/** Two blocks of rows and how far they are from each other. */
export interface DistanceBlock {
  /** The first rows of the blocks. */
  readonly i0: number;
  readonly j0: number;
  readonly n: number;
  readonly m: number;
  /** [n,m]: squared distances by inner products. */
  readonly squared: Float64Array;
  /** |x|² + |y|² times this bounds the error of `squared`. */
  readonly error: number;
}

/**
 * All pairs of blocks of rows of a and b; where both are one set, only those with j0 <= i0.
 *
 * @param visit sees each block; its numbers are gone afterwards
 */
export async function eachBlock(
  a: Features,
  b: Features,
  products: InnerProducts,
  visit: (block: DistanceBlock) => void,
): Promise<void> {
  const [n, m] = [count(a), count(b)];
  const [normsA, normsB] = [squaredNorms(a), squaredNorms(b)];
  for (let i0 = 0; i0 < n; i0 += ROWS_AT_A_TIME) {
    const x = rows(a, i0, Math.min(n, i0 + ROWS_AT_A_TIME));
    for (let j0 = 0; j0 < (a === b ? i0 + 1 : m); j0 += ROWS_AT_A_TIME) {
      const y = a === b && j0 === i0 ? x : rows(b, j0, Math.min(m, j0 + ROWS_AT_A_TIME));
      const gram = await products.of(x, y);
      const squared = gram instanceof Float64Array ? gram : Float64Array.from(gram);
      const [height, width] = [count(x), count(y)];
      for (let i = 0; i < height; i++) {
        const norm = normsA[i0 + i]!;
        for (let j = 0, at = i * width; j < width; j++, at++) squared[at] = norm + normsB[j0 + j]! - 2 * squared[at]!;
      }
      // |x||y| is at most half of |x|² + |y|²; norms and sums round too
      visit({ i0, j0, n: height, m: width, squared, error: products.error + 4e-16 * (a.d + 4) });
    }
  }
}

/** |x|² of each row. */
export function squaredNorms({ data, d }: Features): Float64Array {
  const out = new Float64Array(data.length / d);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = i * d; j < (i + 1) * d; j++) sum += data[j]! * data[j]!;
    out[i] = sum;
  }
  return out;
}

/** |x - y|² of row i of a and row j of b, from the differences: 0 for equal rows. */
export function squaredDistance(a: Features, i: number, b: Features, j: number): number {
  const { d } = a;
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const difference = a.data[i * d + k]! - b.data[j * d + k]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * The squared distance of each row to its k-th nearest other row. Equal rows are neighbours at distance 0.
 *
 * @param k at least 1 and below the number of rows
 * @returns [n]
 */
export async function squaredRadii(of: Features, k: number, products: InnerProducts): Promise<Float64Array> {
  const n = count(of);
  const norms = squaredNorms(of);
  // ascending, k for each row
  const nearest = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
  const insert = (row: number, value: number) => {
    let at = (row + 1) * k - 1;
    if (value >= nearest[at]!) return;
    for (; at > row * k && nearest[at - 1]! > value; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = value;
  };
  await eachBlock(of, of, products, ({ i0, j0, n: height, m: width, squared, error }) => {
    for (let i = 0; i < height; i++) {
      const row = i0 + i;
      for (let j = 0; j < (i0 === j0 ? i : width); j++) {
        const other = j0 + j;
        const least = squared[i * width + j]! - error * (norms[row]! + norms[other]!);
        if (least > nearest[row * k + k - 1]! && least > nearest[other * k + k - 1]!) continue;
        const exact = squaredDistance(of, row, of, other);
        insert(row, exact);
        insert(other, exact);
      }
    }
  });
  return Float64Array.from({ length: n }, (_, i) => nearest[(i + 1) * k - 1]!);
}
