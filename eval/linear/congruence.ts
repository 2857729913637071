/** LᵀAL of a symmetric matrix and a triangle, with a third of the work of two whole products. */
import { BLOCK } from './kernel.js';
import { addProduct, matrix, part, transposed } from './product.js';
import type { Steps } from './steps.js';

/**
 * LᵀAL = Y + Yᵀ with Y = LᵀNL and N the lower triangle of A, its diagonal halved: NL is a triangle like L (LAPACK's dsygst halves
 * the diagonal for the same end).
 *
 * @param symmetric [d,d]
 * @param factor [d,rank], zero above the diagonal; rank is at most d
 * @param order row i of the factor belongs to row order[i] of the matrix
 * @returns [rank,rank], the lower triangle; what is above is not defined
 */
export function* congruenceSteps(
  symmetric: Float64Array,
  factor: Float64Array,
  order: Int32Array,
  rank: number,
): Steps<Float64Array> {
  const d = order.length;
  const half = halfTriangle(symmetric, order);
  const [n, l] = [matrix(half, d, d), matrix(factor, d, rank)];
  yield;
  const triangle = new Float64Array(d * rank);
  const x = matrix(triangle, d, rank);
  for (let top = 0; top < d; top += BLOCK.rows) {
    const bottom = Math.min(d, top + BLOCK.rows);
    for (let left = 0; left < Math.min(bottom, rank); left += BLOCK.columns) {
      const right = Math.min(rank, left + BLOCK.columns);
      addProduct(
        part(x, top, bottom, left, right),
        part(n, top, bottom, left, bottom),
        part(l, left, bottom, left, right),
      );
    }
    yield;
  }
  const square = new Float64Array(rank * rank);
  const y = matrix(square, rank, rank);
  for (let top = 0; top < rank; top += BLOCK.rows) {
    const bottom = Math.min(rank, top + BLOCK.rows);
    for (let left = 0; left < rank; left += BLOCK.columns) {
      const right = Math.min(rank, left + BLOCK.columns);
      const first = Math.max(top, left);
      const above = transposed(part(l, first, d, top, bottom));
      addProduct(part(y, top, bottom, left, right), above, part(x, first, d, left, right));
    }
    yield;
  }
  addTranspose(square, rank);
  return square;
}

/** The matrix in another order of rows and columns, below the diagonal, and half of the diagonal; zeros above. */
function halfTriangle(symmetric: Float64Array, order: Int32Array): Float64Array {
  const d = order.length;
  const half = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    const row = order[i]!;
    for (let j = 0; j < i; j++) half[i * d + j] = symmetric[row * d + order[j]!]!;
    half[i * d + i] = symmetric[row * d + row]! / 2;
  }
  return half;
}

/** Adds to the lower triangle what lies across the diagonal, and the diagonal once more. */
function addTranspose(square: Float64Array, d: number): void {
  // numbers in a line of the cache
  const size = 8;
  for (let top = 0; top < d; top += size)
    for (let left = 0; left <= top; left += size)
      for (let i = top; i < Math.min(d, top + size); i++) {
        const end = Math.min(i + 1, left + size);
        for (let j = left; j < end; j++) square[i * d + j]! += square[j * d + i]!;
      }
}
