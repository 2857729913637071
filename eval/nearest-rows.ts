/** Squared distances to nearest neighbours, exact in float64: inner products find the candidates, differences decide. */
import { AlixError } from '@alix/infer/io/errors';
import { count, type Features } from './features.js';
import { type InnerProducts, rows } from './inner-products.js';

/** Rows at a time: blocks of inner products of 2 MB, a twentieth of a second for 2048 features. */
export const ROWS_AT_A_TIME = 512;

/** Rows, and the same rows moved to where inner products in few digits lose least. */
export interface Screened {
  readonly exact: Features;
  /** Less the mean of the first set, as float32, or the rows themselves where the products have the digits. */
  readonly moved: Features;
  /** [n], |x|² of the moved rows. */
  readonly norms: Float64Array;
  /** A squared distance by inner products is off by at most this share of the two norms' sum. */
  readonly error: number;
}

/** What rounding the moved rows to float32 adds: half a unit in each number of both, seen in a squared difference. */
const ROUNDING = 8 * 2 ** -24;
/** Sums of more would overflow float32. */
const LARGEST = 1e36;
/** Products that err by less are used on the rows as they are. */
const FINE = 1e-9;

/** Sets that are compared with each other, made ready for it. @throws AlixError 'bad-range' for numbers beyond the products' */
export function screened(sets: readonly Features[], products: InnerProducts): Screened[] {
  const d = sets[0]!.d;
  const fine = products.error(d) < FINE;
  const centre = fine ? undefined : mean(sets[0]!);
  return sets.map((exact) => {
    const moved = centre ? { data: less(exact, centre), d } : exact;
    const norms = squaredNorms(moved);
    if (!fine && norms.some((norm) => !(norm < LARGEST)))
      throw new AlixError('bad-range', 'features too large for products in float32', {
        expected: `rows with |x|² below ${LARGEST}`,
        remedy: 'check the extractor, or give products in float64',
      });
    // |x||y| is at most half of |x|² + |y|², and counts twice; norms and differences round too
    const error = products.error(d) + (fine ? 0 : ROUNDING) + 4e-16 * (d + 4);
    return { exact, moved, norms, error };
  });
}

function mean({ data, d }: Features): Float64Array {
  const out = new Float64Array(d);
  for (let start = 0; start < data.length; start += d) for (let j = 0; j < d; j++) out[j]! += data[start + j]!;
  return out.map((sum) => (sum * d) / data.length);
}

function less({ data, d }: Features, centre: Float64Array): Float32Array {
  // a loop: Float32Array.from with a function takes 30 times as long
  const out = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += d)
    for (let j = 0; j < d; j++) out[start + j] = data[start + j]! - centre[j]!;
  return out;
}

/** Two blocks of rows and how far they are from each other. */
export interface DistanceBlock {
  /** The first rows of the blocks. */
  readonly i0: number;
  readonly j0: number;
  readonly n: number;
  readonly m: number;
  /** [n,m], squared distances by inner products. */
  readonly squared: Float64Array;
}

/**
 * All pairs of blocks of rows of a and b; where both are one set, only those with j0 <= i0.
 *
 * @param turn awaited between blocks
 * @param visit sees each block; its numbers are gone afterwards
 */
export async function eachBlock(
  a: Screened,
  b: Screened,
  products: InnerProducts,
  turn: () => Promise<void>,
  visit: (block: DistanceBlock) => void,
): Promise<void> {
  const [n, m] = [count(a.moved), count(b.moved)];
  for (let i0 = 0; i0 < n; i0 += ROWS_AT_A_TIME) {
    const x = rows(a.moved, i0, Math.min(n, i0 + ROWS_AT_A_TIME));
    for (let j0 = 0; j0 < (a === b ? i0 + 1 : m); j0 += ROWS_AT_A_TIME) {
      const y = a === b && j0 === i0 ? x : rows(b.moved, j0, Math.min(m, j0 + ROWS_AT_A_TIME));
      await turn();
      const gram = await products.of(x, y);
      const squared = gram instanceof Float64Array ? gram : new Float64Array(gram);
      const [height, width] = [count(x), count(y)];
      for (let i = 0; i < height; i++) {
        const norm = a.norms[i0 + i]!;
        for (let j = 0, at = i * width; j < width; j++, at++) squared[at] = norm + b.norms[j0 + j]! - 2 * squared[at]!;
      }
      visit({ i0, j0, n: height, m: width, squared });
    }
  }
}

/** |x|² of each row. */
function squaredNorms({ data, d }: Features): Float64Array {
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
export async function squaredRadii(
  of: Screened,
  k: number,
  products: InnerProducts,
  turn: () => Promise<void>,
): Promise<Float64Array> {
  const { exact, norms, error } = of;
  const n = count(exact);
  // ascending, k for each row
  const nearest = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
  const insert = (row: number, value: number) => {
    let at = (row + 1) * k - 1;
    if (value >= nearest[at]!) return;
    for (; at > row * k && nearest[at - 1]! > value; at--) nearest[at] = nearest[at - 1]!;
    nearest[at] = value;
  };
  await eachBlock(of, of, products, turn, ({ i0, j0, n: height, m: width, squared }) => {
    for (let i = 0; i < height; i++) {
      const row = i0 + i;
      for (let j = 0; j < (i0 === j0 ? i : width); j++) {
        const other = j0 + j;
        const least = squared[i * width + j]! - error * (norms[row]! + norms[other]!);
        if (least > nearest[row * k + k - 1]! && least > nearest[other * k + k - 1]!) continue;
        const distance = squaredDistance(exact, row, exact, other);
        insert(row, distance);
        insert(other, distance);
      }
    }
  });
  return Float64Array.from({ length: n }, (_, i) => nearest[(i + 1) * k - 1]!);
}
