/** Solutions of positive definite systems by Cholesky factors, blocked. */
import { BLOCK } from './kernel.js';
import { addProduct, matrix, part, transposed } from './product.js';
import { finish, productSteps, type Steps } from './steps.js';

/** Columns that are factored one by one. */
const SMALL = 24;

/**
 * x with a·x = b.
 *
 * @param a [d,d], positive definite, of which the lower triangle is read; it is overwritten by its factor
 * @param b [d]
 * @throws Error where a is not positive definite
 */
export function solvePositive(a: Float64Array, b: Float64Array): Float64Array {
  const d = b.length;
  finish(factorise(a, d));
  const x = b.slice();
  for (let i = 0; i < d; i++) {
    let sum = x[i]!;
    for (let j = 0; j < i; j++) sum -= a[i * d + j]! * x[j]!;
    x[i] = sum / a[i * d + i]!;
  }
  for (let i = d - 1; i >= 0; i--) {
    const value = x[i]! / a[i * d + i]!;
    x[i] = value;
    for (let j = 0; j < i; j++) x[j]! -= a[i * d + j]! * value;
  }
  return x;
}

/**
 * The inverse of a positive definite matrix.
 *
 * @param a [d,d], of which the lower triangle is read; it is overwritten
 * @throws Error where a is not positive definite
 */
export function invertPositive(a: Float64Array, d: number): Float64Array {
  return finish(inversionSteps(a, d));
}

/** The same in steps. */
export function* inversionSteps(a: Float64Array, d: number): Steps<Float64Array> {
  yield* factorise(a, d);
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) l.set(a.subarray(i * d, i * d + i + 1), i * d);
  yield* invertLower(l, d, 0, d);
  const inverse = new Float64Array(d * d);
  const [whole, triangle] = [matrix(inverse, d, d), matrix(l, d, d)];
  for (let top = 0; top < d; top += BLOCK.rows) {
    // above row `top` the columns from there on are zero
    const bottom = Math.min(d, top + BLOCK.rows);
    const left = transposed(part(triangle, top, d, top, bottom));
    addProduct(part(whole, top, bottom, 0, bottom), left, part(triangle, top, d, 0, bottom));
    yield;
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) inverse[j * d + i] = inverse[i * d + j]!;
  return inverse;
}

/** Puts the inverse of a triangle in its place, by halves: -L22⁻¹ L21 L11⁻¹ below. */
export function* invertLower(l: Float64Array, d: number, start: number, end: number): Steps<void> {
  if (end - start <= SMALL) {
    for (let j = start; j < end; j++) {
      l[j * d + j] = 1 / l[j * d + j]!;
      for (let i = j + 1; i < end; i++) {
        let sum = 0;
        for (let k = j; k < i; k++) sum -= l[i * d + k]! * l[k * d + j]!;
        l[i * d + j] = sum / l[i * d + i]!;
      }
    }
    return;
  }
  const middle = (start + end) >> 1;
  yield* invertLower(l, d, start, middle);
  yield* invertLower(l, d, middle, end);
  const whole = matrix(l, d, d);
  const [height, width] = [end - middle, middle - start];
  const below = part(whole, middle, end, start, middle);
  const right = new Float64Array(height * width);
  yield* productSteps(matrix(right, height, width), below, part(whole, start, middle, start, middle));
  for (let i = middle; i < end; i++) l.fill(0, i * d + start, i * d + middle);
  yield* productSteps(below, part(whole, middle, end, middle, end), matrix(right, height, width), { scale: -1 });
}

/** Puts L of a = L·Lᵀ into a's lower triangle, by halves, so that nearly all of the work is products. @throws Error as above */
export function* factorise(a: Float64Array, d: number, start = 0, end = d): Steps<void> {
  if (end - start <= SMALL) {
    factoriseSmall(a, d, start, end);
    return;
  }
  const middle = (start + end) >> 1;
  yield* factorise(a, d, start, middle);
  yield* divide(a, d, middle, end, start, middle);
  const below = part(matrix(a, d, d), middle, end, start, middle);
  const corner = part(matrix(a, d, d), middle, end, middle, end);
  yield* productSteps(corner, below, transposed(below), { scale: -1, lower: true });
  yield* factorise(a, d, middle, end);
}

function factoriseSmall(a: Float64Array, d: number, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    for (let j = start; j <= i; j++) {
      const sum = less(a, i * d, j * d, start, j, a[i * d + j]!);
      if (i === j && !(sum > 0)) throw new Error('a matrix that is not positive definite');
      a[i * d + j] = i === j ? Math.sqrt(sum) : sum / a[j * d + j]!;
    }
  }
}

/** Rows top..bottom of columns start..end, divided from the right by the transpose of that diagonal block's factor. */
function* divide(a: Float64Array, d: number, top: number, bottom: number, start: number, end: number): Steps<void> {
  if (end - start <= SMALL) {
    for (let i = top; i < bottom; i++)
      for (let j = start; j < end; j++) a[i * d + j] = less(a, i * d, j * d, start, j, a[i * d + j]!) / a[j * d + j]!;
    return;
  }
  const middle = (start + end) >> 1;
  yield* divide(a, d, top, bottom, start, middle);
  const whole = matrix(a, d, d);
  const left = part(whole, top, bottom, start, middle);
  yield* productSteps(
    part(whole, top, bottom, middle, end),
    left,
    transposed(part(whole, middle, end, start, middle)),
    {
      scale: -1,
    },
  );
  yield* divide(a, d, top, bottom, middle, end);
}

/** value - the inner product of places from..to of two rows. */
function less(a: Float64Array, row: number, other: number, from: number, to: number, value: number): number {
  let sum = value;
  for (let k = from; k < to; k++) sum -= a[row + k]! * a[other + k]!;
  return sum;
}
