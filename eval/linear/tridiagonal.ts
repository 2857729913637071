/**
 * The tridiagonal matrix that Householder reflections make of a symmetric one, in panels whose updates are one product:
 * Dongarra, Sorensen & Hammarling 1989, "Block reduction of matrices to condensed forms" (LAPACK's dsytrd), from the last row up.
 */
import { matrix, part, transposed } from './product.js';
import { productSteps, type Steps } from './steps.js';

export interface Tridiagonal {
  /** [d] */
  readonly diagonal: Float64Array;
  /** [d], beside[i] lies between i-1 and i; beside[0] is 0. */
  readonly beside: Float64Array;
}

const PANEL = 32;

/** The panel's reflections: A - v·wᵀ - w·vᵀ for each pair of rows of V and W is the matrix after them. */
interface Panel {
  /** [PANEL,d] */
  readonly v: Float64Array;
  /** [PANEL,d] */
  readonly w: Float64Array;
}

/** @param a [d,d], of which the lower triangle is read; it is overwritten */
export function* tridiagonalForm(a: Float64Array, d: number): Steps<Tridiagonal> {
  const diagonal = new Float64Array(d);
  const beside = new Float64Array(d);
  const both = new Float64Array(2 * PANEL * d);
  const swapped = new Float64Array(2 * PANEL * d);
  const panel: Panel = { v: both.subarray(0, PANEL * d), w: both.subarray(PANEL * d) };
  for (let end = d; end > 0; end -= PANEL) {
    const start = Math.max(0, end - PANEL);
    both.fill(0);
    for (let i = end - 1; i >= start; i--) {
      const count = end - 1 - i;
      bringUpToDate(a, d, i, panel, count);
      diagonal[i] = a[i * d + i]!;
      if (i > 0) beside[i] = reflect(a, d, i, panel, count);
      yield;
    }
    if (start === 0) break;
    swapped.set(panel.w);
    swapped.set(panel.v, PANEL * d);
    const left = transposed(part(matrix(both, 2 * PANEL, d), 0, 2 * PANEL, 0, start));
    const right = part(matrix(swapped, 2 * PANEL, d), 0, 2 * PANEL, 0, start);
    yield* productSteps(part(matrix(a, d, d), 0, start, 0, start), left, right, { scale: -1, lower: true });
  }
  return { diagonal, beside };
}

/** Row i of the matrix after the panel's reflections so far. */
function bringUpToDate(a: Float64Array, d: number, i: number, { v, w }: Panel, count: number): void {
  const row = a.subarray(i * d, i * d + i + 1);
  for (let p = 0; p < count; p++) {
    addScaled(row, w.subarray(p * d, p * d + i + 1), -v[p * d + i]!);
    addScaled(row, v.subarray(p * d, p * d + i + 1), -w[p * d + i]!);
  }
}

/** The reflection that leaves of row i only its element beside the diagonal, which is returned; V and W get its rows. */
function reflect(a: Float64Array, d: number, i: number, { v, w }: Panel, count: number): number {
  const x = a.subarray(i * d, i * d + i);
  const alpha = x[i - 1]!;
  const rest = norm(x.subarray(0, i - 1));
  if (rest === 0) return alpha;
  const beta = alpha > 0 ? -Math.hypot(alpha, rest) : Math.hypot(alpha, rest);
  const tau = (beta - alpha) / beta;
  const vector = v.subarray(count * d, count * d + i);
  const scale = 1 / (alpha - beta);
  for (let j = 0; j < i - 1; j++) vector[j] = x[j]! * scale;
  vector[i - 1] = 1;
  const y = w.subarray(count * d, count * d + i);
  multiplySymmetric(a, d, i, vector, y);
  for (let p = 0; p < count; p++) {
    const vp = v.subarray(p * d, p * d + i);
    const wp = w.subarray(p * d, p * d + i);
    const alongW = dot(wp, vector);
    const alongV = dot(vp, vector);
    addScaled(y, vp, -alongW);
    addScaled(y, wp, -alongV);
  }
  for (let j = 0; j < i; j++) y[j]! *= tau;
  addScaled(y, vector, (-tau / 2) * dot(y, vector));
  return beta;
}

/** y = A·x for the leading n rows and columns of a symmetric matrix; four rows at a time, each element read once. */
function multiplySymmetric(a: Float64Array, d: number, n: number, x: Float64Array, y: Float64Array): void {
  y.fill(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const r0 = i * d;
    const r1 = r0 + d;
    const r2 = r1 + d;
    const r3 = r2 + d;
    const x0 = x[i]!;
    const x1 = x[i + 1]!;
    const x2 = x[i + 2]!;
    const x3 = x[i + 3]!;
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let j = 0; j < i; j++) {
      const xj = x[j]!;
      const a0 = a[r0 + j]!;
      const a1 = a[r1 + j]!;
      const a2 = a[r2 + j]!;
      const a3 = a[r3 + j]!;
      s0 += a0 * xj;
      s1 += a1 * xj;
      s2 += a2 * xj;
      s3 += a3 * xj;
      y[j]! += a0 * x0 + a1 * x1 + (a2 * x2 + a3 * x3);
    }
    y[i]! += s0;
    y[i + 1]! += s1;
    y[i + 2]! += s2;
    y[i + 3]! += s3;
    for (let r = i; r < i + 4; r++) corner(a, d, r, i, x, y);
  }
  for (; i < n; i++) corner(a, d, i, 0, x, y);
}

/** What row r from column `from` to the diagonal adds to y, on both sides of the diagonal. */
function corner(a: Float64Array, d: number, r: number, from: number, x: Float64Array, y: Float64Array): void {
  for (let j = from; j < r; j++) {
    y[r]! += a[r * d + j]! * x[j]!;
    y[j]! += a[r * d + j]! * x[r]!;
  }
  y[r]! += a[r * d + r]! * x[r]!;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += x[j]! * y[j]!;
  return sum;
}

function addScaled(y: Float64Array, x: Float64Array, scale: number): void {
  for (let j = 0; j < y.length; j++) y[j]! += scale * x[j]!;
}

/** The Euclidean norm, scaled so that no square overflows or vanishes. */
function norm(x: Float64Array): number {
  let largest = 0;
  for (let j = 0; j < x.length; j++) largest = Math.max(largest, Math.abs(x[j]!));
  if (largest === 0) return 0;
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}
