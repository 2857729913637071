/** Pivoted Cholesky factors of positive semi-definite matrices, singular ones too. */
import { matrix, part, transposed } from './product.js';
import { finish, productSteps, type Steps } from './steps.js';

export interface CholeskyFactor {
  /** [d,rank], row-major, zero above the diagonal; rows of L·Lᵀ are those of the matrix in another order, to rounding. */
  readonly factor: Float64Array;
  /** [d], row i of the factor belongs to row order[i] of the matrix. */
  readonly order: Int32Array;
  readonly rank: number;
}

const PANEL = 64;

/**
 * L with L·Lᵀ = matrix, reordered. The largest remaining diagonal element comes first, and the rest counts as zero from where it is at most
 * d·epsilon of the largest of all: LAPACK's dpstrf and its default tolerance (Higham 2009, "Cholesky factorization", sections 3 and 4).
 *
 * @param symmetric [d,d], of which the lower triangle is read
 */
export function pivotedCholesky(symmetric: Float64Array, d: number): CholeskyFactor {
  return finish(choleskySteps(symmetric, d));
}

/** The same in steps. */
export function* choleskySteps(symmetric: Float64Array, d: number): Steps<CholeskyFactor> {
  const a = symmetric.slice();
  const order = Int32Array.from({ length: d }, (_, i) => i);
  const rank = yield* reduce(a, d, order);
  const factor = new Float64Array(d * rank);
  for (let i = 0; i < d; i++) factor.set(a.subarray(i * d, i * d + Math.min(i + 1, rank)), i * rank);
  return { factor, order, rank };
}

/** Puts L into a's lower triangle, rows in the order of the pivots, and returns the rank. */
function* reduce(a: Float64Array, d: number, order: Int32Array): Steps<number> {
  let largest = 0;
  for (let i = 0; i < d; i++) largest = Math.max(largest, a[i * d + i]!);
  const tolerance = d * Number.EPSILON * largest;
  const panel = new Float64Array(d * PANEL);
  for (let start = 0; start < d; start += PANEL) {
    const end = Math.min(start + PANEL, d);
    const reached = reducePanel(a, d, start, end, order, tolerance, panel);
    for (let i = start; i < d; i++)
      a.set(panel.subarray(i * PANEL, i * PANEL + Math.min(reached, i + 1) - start), i * d + start);
    if (reached < end) return reached;
    yield;
    const below = part(matrix(a, d, d), end, d, start, end);
    yield* productSteps(part(matrix(a, d, d), end, d, end, d), below, transposed(below), { scale: -1, lower: true });
  }
  return d;
}

/**
 * Columns start..end of L, to the panel: [d,PANEL], whose rows lie together, as those of a do not. Returns the first column for which
 * nothing is left, or `end`.
 */
function reducePanel(
  a: Float64Array,
  d: number,
  start: number,
  end: number,
  order: Int32Array,
  tolerance: number,
  panel: Float64Array,
): number {
  const diagonal = new Float64Array(d);
  for (let i = start; i < d; i++) diagonal[i] = a[i * d + i]!;
  // what the panel's columns so far take from each diagonal element
  const taken = new Float64Array(d);
  for (let j = start; j < end; j++) {
    let pivot = j;
    let best = Number.NEGATIVE_INFINITY;
    for (let i = j; i < d; i++) {
      if (j > start) taken[i]! += panel[i * PANEL + j - 1 - start]! ** 2;
      const left = diagonal[i]! - taken[i]!;
      if (left > best) [best, pivot] = [left, i];
    }
    if (!(best > tolerance)) return j;
    if (pivot !== j) {
      swap(a, d, j, pivot, start);
      for (let k = 0; k < j - start; k++) exchange(panel, j * PANEL + k, pivot * PANEL + k);
      for (const of of [order, taken, diagonal]) exchange(of, j, pivot);
    }
    eliminate(a, d, start, j, Math.sqrt(best), panel);
  }
  return end;
}

/** Column j of L from column j of what is left, less what the panel's columns from `start` on take from it. */
function eliminate(a: Float64Array, d: number, start: number, j: number, root: number, panel: Float64Array): void {
  const count = j - start;
  const top = j * PANEL;
  panel[top + count] = root;
  let i = j + 1;
  // four rows at once: their sums do not wait for each other
  for (; i + 4 <= d; i += 4) {
    const r0 = i * PANEL;
    const r1 = r0 + PANEL;
    const r2 = r1 + PANEL;
    const r3 = r2 + PANEL;
    let s0 = a[i * d + j]!;
    let s1 = a[(i + 1) * d + j]!;
    let s2 = a[(i + 2) * d + j]!;
    let s3 = a[(i + 3) * d + j]!;
    for (let k = 0; k < count; k++) {
      const value = panel[top + k]!;
      s0 -= panel[r0 + k]! * value;
      s1 -= panel[r1 + k]! * value;
      s2 -= panel[r2 + k]! * value;
      s3 -= panel[r3 + k]! * value;
    }
    panel[r0 + count] = s0 / root;
    panel[r1 + count] = s1 / root;
    panel[r2 + count] = s2 / root;
    panel[r3 + count] = s3 / root;
  }
  for (; i < d; i++) {
    let sum = a[i * d + j]!;
    for (let k = 0; k < count; k++) sum -= panel[i * PANEL + k]! * panel[top + k]!;
    panel[i * PANEL + count] = sum / root;
  }
}

/**
 * Exchanges rows and columns p < q of a symmetric matrix of which the lower triangle is kept; of the rows not the places done..p,
 * which lie elsewhere.
 */
function swap(a: Float64Array, d: number, p: number, q: number, done: number): void {
  for (let k = 0; k < done; k++) exchange(a, p * d + k, q * d + k);
  for (let k = p + 1; k < q; k++) exchange(a, k * d + p, q * d + k);
  for (let k = q + 1; k < d; k++) exchange(a, k * d + p, k * d + q);
  exchange(a, p * d + p, q * d + q);
}

function exchange(of: Float64Array | Int32Array, i: number, j: number): void {
  const kept = of[i]!;
  of[i] = of[j]!;
  of[j] = kept;
}
