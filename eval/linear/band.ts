/**
 * The band matrix that blocked reflections make of a symmetric one: Bischof, Lang & Sun 2000, "A framework for symmetric band
 * reduction" (LAPACK's dsytrd_sy2sb). All of the work that grows with the cube is products, unlike on the way to three diagonals.
 */
import { BLOCK } from './kernel.js';
import { addProduct, type Matrix, matrix, part, transposed } from './product.js';
import { mirrorLower, productSteps, type Steps } from './steps.js';

/** Diagonals below the main one, and columns of a panel. */
export const WIDTH = 32;

/** A sum of squares below this, of numbers at most 1, may have lost digits; it counts as zero. */
const TINY = 1e-280;

/**
 * Leaves in the lower triangle's first WIDTH diagonals a band matrix with the same eigenvalues; the rest is not defined.
 *
 * @param a [d,d], of which the lower triangle is read, numbers at most 1; it is overwritten
 */
export function* bandForm(a: Float64Array, d: number): Steps<void> {
  const both = new Float64Array(2 * WIDTH * d);
  const swapped = new Float64Array(2 * WIDTH * d);
  const tau = new Float64Array(WIDTH);
  const room = new Float64Array(WIDTH * d);
  for (let left = 0; left + WIDTH + 1 < d; left += WIDTH) {
    const top = left + WIDTH;
    const m = d - top;
    const v = both.subarray(0, WIDTH * m);
    const w = both.subarray(WIDTH * m, 2 * WIDTH * m);
    for (let c = 0; c < WIDTH; c++) for (let i = 0; i < m; i++) v[c * m + i] = a[(top + i) * d + left + c]!;
    reflectColumns(v, m, tau);
    for (let c = 0; c < WIDTH; c++)
      for (let i = 0; i <= Math.min(c, m - 1); i++) a[(top + i) * d + left + c] = v[c * m + i]!;
    keepReflections(v, m);
    yield;
    const y = matrix(room.fill(0, 0, v.length), WIDTH, m);
    yield* multiplySymmetric(a, d, top, matrix(v, WIDTH, m), y);
    secondFactor(v, y, tau, w);
    swapped.set(w);
    swapped.set(v, WIDTH * m);
    const corner = part(matrix(a, d, d), top, d, top, d);
    const pairs = transposed(matrix(both, 2 * WIDTH, m));
    yield* productSteps(corner, pairs, matrix(swapped, 2 * WIDTH, m), { scale: -1, lower: true });
  }
}

/** Columns, one after another, to R above and on the diagonal and the reflections' vectors below: I - tau·v·vᵀ, v 1 on the diagonal. */
function reflectColumns(columns: Float64Array, m: number, tau: Float64Array): void {
  for (let c = 0; c < WIDTH; c++) {
    const from = c * m;
    tau[c] = c < m - 1 ? reflection(columns, from + c, from + m) : 0;
    if (tau[c] === 0) continue;
    let other = c + 1;
    for (; other + 4 <= WIDTH; other += 4) reflectFour(columns, m, from, other * m, c, tau[c]!);
    for (; other < WIDTH; other++) reflectOne(columns, m, from, other * m, c, tau[c]!);
  }
}

/** The reflection that leaves of places start..end only the first, beta; v below it. Returns tau, 0 where nothing is to do. */
export function reflection(x: Float64Array, start: number, end: number): number {
  let rest = 0;
  for (let i = start + 1; i < end; i++) rest += x[i]! * x[i]!;
  const alpha = x[start]!;
  if (rest < TINY) {
    x.fill(0, start + 1, end);
    return 0;
  }
  const length = Math.sqrt(alpha * alpha + rest);
  const beta = alpha > 0 ? -length : length;
  const scale = 1 / (alpha - beta);
  for (let i = start + 1; i < end; i++) x[i]! *= scale;
  x[start] = beta;
  return (beta - alpha) / beta;
}

function reflectOne(x: Float64Array, m: number, v: number, y: number, first: number, tau: number): void {
  let sum = x[y + first]!;
  for (let i = first + 1; i < m; i++) sum += x[v + i]! * x[y + i]!;
  sum *= tau;
  x[y + first]! -= sum;
  for (let i = first + 1; i < m; i++) x[y + i]! -= sum * x[v + i]!;
}

/** Four columns from y on at once: the vector is read once for them. */
function reflectFour(x: Float64Array, m: number, v: number, y: number, first: number, tau: number): void {
  const y1 = y + m;
  const y2 = y1 + m;
  const y3 = y2 + m;
  let s0 = x[y + first]!;
  let s1 = x[y1 + first]!;
  let s2 = x[y2 + first]!;
  let s3 = x[y3 + first]!;
  for (let i = first + 1; i < m; i++) {
    const vi = x[v + i]!;
    s0 += vi * x[y + i]!;
    s1 += vi * x[y1 + i]!;
    s2 += vi * x[y2 + i]!;
    s3 += vi * x[y3 + i]!;
  }
  s0 *= tau;
  s1 *= tau;
  s2 *= tau;
  s3 *= tau;
  x[y + first]! -= s0;
  x[y1 + first]! -= s1;
  x[y2 + first]! -= s2;
  x[y3 + first]! -= s3;
  for (let i = first + 1; i < m; i++) {
    const vi = x[v + i]!;
    x[y + i]! -= s0 * vi;
    x[y1 + i]! -= s1 * vi;
    x[y2 + i]! -= s2 * vi;
    x[y3 + i]! -= s3 * vi;
  }
}

/** Puts 1 on the diagonal and 0 above, where R was. */
function keepReflections(v: Float64Array, m: number): void {
  for (let c = 0; c < WIDTH; c++) {
    v.fill(0, c * m, c * m + Math.min(c, m));
    if (c < m) v[c * m + c] = 1;
  }
}

/** y += vt·A of the corner from `top` on; of A's upper triangle only blocks on the diagonal are written, and none is read. */
function* multiplySymmetric(a: Float64Array, d: number, top: number, vt: Matrix, y: Matrix): Steps<void> {
  const corner = part(matrix(a, d, d), top, d, top, d);
  const m = d - top;
  for (let left = 0; left < m; left += BLOCK.columns) {
    const right = Math.min(m, left + BLOCK.columns);
    mirrorLower(a, d, top + left, top + right);
    const to = part(y, 0, WIDTH, left, right);
    addProduct(to, part(vt, 0, WIDTH, left, m), part(corner, left, m, left, right));
    if (left > 0) addProduct(to, part(vt, 0, WIDTH, 0, left), transposed(part(corner, left, right, 0, left)));
    yield;
  }
}

/**
 * W with QᵀAQ = A - V·Wᵀ - W·Vᵀ where Q = I - V·T·Vᵀ is the product of the reflections: W = Z - V·(Tᵀ·Vᵀ·Z)/2, Z = A·V·T.
 *
 * @param v [WIDTH,m], Vᵀ @param y [WIDTH,m], Vᵀ·A @param w [WIDTH,m], Wᵀ, which is written
 */
function secondFactor(v: Float64Array, y: Matrix, tau: Float64Array, w: Float64Array): void {
  const m = y.columns;
  const vt = matrix(v, WIDTH, m);
  const t = matrix(blockFactor(v, m, tau), WIDTH, WIDTH);
  w.fill(0);
  const z = matrix(w, WIDTH, m);
  addProduct(z, transposed(t), y);
  const along = matrix(new Float64Array(WIDTH * WIDTH), WIDTH, WIDTH);
  addProduct(along, vt, transposed(z));
  const inner = matrix(new Float64Array(WIDTH * WIDTH), WIDTH, WIDTH);
  addProduct(inner, transposed(along), t);
  addProduct(z, inner, vt, { scale: -0.5 });
}

/** T, upper triangular, of I - V·T·Vᵀ: Schreiber & Van Loan 1989, "A storage-efficient WY representation". */
function blockFactor(v: Float64Array, m: number, tau: Float64Array): Float64Array {
  const gram = new Float64Array(WIDTH * WIDTH);
  const vt = matrix(v, WIDTH, m);
  addProduct(matrix(gram, WIDTH, WIDTH), vt, transposed(vt));
  const t = new Float64Array(WIDTH * WIDTH);
  for (let j = 0; j < WIDTH; j++) {
    t[j * WIDTH + j] = tau[j]!;
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += t[i * WIDTH + k]! * gram[k * WIDTH + j]!;
      t[i * WIDTH + j] = -tau[j]! * sum;
    }
  }
  return t;
}
