/** Eigenvalues of symmetric matrices, without vectors: to tridiagonal form by reflections, then by implicit QL. */
import { bandForm } from './band.js';
import { tridiagonalOfBand } from './chase.js';
import { finish, type Steps } from './steps.js';
import { type Tridiagonal, tridiagonalForm } from './tridiagonal.js';

/**
 * Steps for each eigenvalue, of all together (LAPACK's dsterf has 30): where numbers span more than 1/epsilon, as with features of very
 * different spread, the first one takes more than half as many steps as there are rows, and the others hardly any.
 */
const MOST_STEPS = 60;

/** Rows from which on the way by a band is the faster one: below, its code has hardly warmed up. */
const TWO_STAGES = 1100;

/**
 * All eigenvalues, ascending. Each is right to a small multiple of epsilon times the largest of them.
 *
 * @param symmetric [d,d], finite, of which the lower triangle is read @param twoStages rows from which on it goes by a band
 */
export function symmetricEigenvalues(symmetric: Float64Array, d: number, twoStages = TWO_STAGES): Float64Array {
  return finish(eigenvalueSteps(symmetric, d, twoStages));
}

/** The same in steps. */
export function* eigenvalueSteps(symmetric: Float64Array, d: number, twoStages = TWO_STAGES): Steps<Float64Array> {
  if (d < twoStages) {
    const { diagonal, beside } = yield* tridiagonalForm(symmetric.slice(), d);
    return tridiagonalEigenvalues(diagonal, beside);
  }
  const scale = powerAbove(symmetric, d);
  if (scale === 0) return new Float64Array(d);
  const { diagonal, beside } = yield* inTwoStages(symmetric, d, scale);
  return tridiagonalEigenvalues(diagonal, beside).map((value) => value * scale);
}

/** By way of a band: more work, but in products. @param scale what the numbers are divided by, at least the largest */
function* inTwoStages(symmetric: Float64Array, d: number, scale: number): Steps<Tridiagonal> {
  const a = symmetric.map((value) => value / scale);
  yield;
  yield* bandForm(a, d);
  return yield* tridiagonalOfBand(a, d);
}

/** A power of two that no number of the lower triangle exceeds, so that dividing by it is exact; 0 of zeros. */
function powerAbove(symmetric: Float64Array, d: number): number {
  let largest = 0;
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      const value = Math.abs(symmetric[i * d + j]!);
      if (!(value < Number.POSITIVE_INFINITY)) throw notFinite();
      if (value > largest) largest = value;
    }
  return largest === 0 ? 0 : 2 ** Math.min(1023, Math.ceil(Math.log2(largest)));
}

function notFinite(): Error {
  return new Error('the eigenvalues of a matrix that is not finite were asked for');
}

/**
 * Those of a tridiagonal matrix, ascending, by QL with implicit shifts: Martin & Wilkinson 1968 (EISPACK's imtql1).
 *
 * @param diagonal [d] @param beside [d], beside[i] between i-1 and i; beside[0] is not read
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, beside: Float64Array): Float64Array {
  const d = diagonal.slice();
  const n = d.length;
  const e = new Float64Array(n);
  e.set(beside.subarray(1));
  if (!d.every(Number.isFinite) || !e.every(Number.isFinite)) throw notFinite();
  let left = MOST_STEPS * n;
  for (let l = 0; l < n; l++) {
    for (let m = splitFrom(d, e, l); m !== l; m = splitFrom(d, e, l)) {
      if (left-- === 0)
        throw new Error(`the eigenvalues of a matrix of ${n} rows did not come within ${MOST_STEPS * n} steps`);
      step(d, e, l, m);
    }
  }
  return d.sort();
}

/** The first place from l on where the matrix falls apart, to rounding. */
function splitFrom(d: Float64Array, e: Float64Array, l: number): number {
  const last = d.length - 1;
  for (let m = l; m < last; m++)
    if (Math.abs(e[m]!) <= Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) return m;
  return last;
}

/** One QL step with Wilkinson's shift on rows l..m. */
function step(d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.sqrt(g * g + 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = length(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // the matrix fell apart on the way; the next step sees it
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

/** √(f² + g²), as Math.hypot has it but faster where no square overflows or loses digits. */
function length(f: number, g: number): number {
  const square = f * f + g * g;
  return square > 1e-280 && square < 1e280 ? Math.sqrt(square) : Math.hypot(f, g);
}
