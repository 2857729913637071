/**
 * From a band to three diagonals, by reflections whose bulges are chased off the end: Bischof, Lang & Sun 2000, "A framework for
 * symmetric band reduction", section 2 (LAPACK's dsytrd_sb2st). Work that grows with the square, on numbers that stay in the cache.
 */
import { reflection, WIDTH } from './band.js';
import type { Steps } from './steps.js';
import type { Tridiagonal } from './tridiagonal.js';

/** The place of (i,j), i - 2·WIDTH <= j <= i, is i·STRIDE + j + STRIDE: as in a whole matrix with rows so far apart. */
const STRIDE = 2 * WIDTH;
/** Columns that are cleared in one piece of work. */
const SWEEPS = 32;

/** What a sweep works with: numbers of one block. */
interface Room {
  /** The reflection that comes from above, its first place 1. */
  readonly v: Float64Array;
  readonly next: Float64Array;
  readonly w: Float64Array;
  readonly z: Float64Array;
}

/** @param a [d,d], of which the lower triangle's first WIDTH diagonals are read, numbers at most 1 */
export function* tridiagonalOfBand(a: Float64Array, d: number): Steps<Tridiagonal> {
  const band = new Float64Array((d + 1) * STRIDE + d);
  for (let i = 0; i < d; i++)
    for (let j = Math.max(0, i - WIDTH); j <= i; j++) band[(i + 1) * STRIDE + j] = a[i * d + j]!;
  const room = { v: block(), next: block(), w: block(), z: block() };
  for (let column = 0; column < d - 2; column++) {
    sweep(band, d, column, room);
    if (column % SWEEPS === SWEEPS - 1) yield;
  }
  const diagonal = Float64Array.from({ length: d }, (_, i) => band[(i + 1) * STRIDE + i]!);
  const beside = Float64Array.from({ length: d }, (_, i) => (i === 0 ? 0 : band[(i + 1) * STRIDE + i - 1]!));
  return { diagonal, beside };
}

const block = () => new Float64Array(WIDTH);

/** Clears a column below the place beside the diagonal, and the first column of each bulge that comes of it. */
function sweep(band: Float64Array, d: number, column: number, room: Room): void {
  let { v, next } = room;
  let top = column + 1;
  let size = Math.min(WIDTH, d - top);
  let tau = clearColumn(band, top, column, size, v);
  for (;;) {
    const corner = (top + 1) * STRIDE + top;
    if (tau !== 0) reflectCorner(band, corner, size, v, tau, room.w);
    const below = top + size;
    const rows = Math.min(WIDTH, d - below);
    if (rows <= 0) return;
    const start = (below + 1) * STRIDE + top;
    multiplyRows(band, start, rows, v, tau, room.w);
    tau = chaseBlock(band, start, rows, v, next, room);
    [v, next] = [next, v];
    top = below;
    size = rows;
  }
}

/** The reflection of a column's places top..top+size, which gets v; the column is left with its first place alone. */
function clearColumn(band: Float64Array, top: number, column: number, size: number, v: Float64Array): number {
  const first = (top + 1) * STRIDE + column;
  for (let i = 0; i < size; i++) v[i] = band[first + i * STRIDE]!;
  const tau = reflection(v, 0, size);
  band[first] = v[0]!;
  for (let i = 1; i < size; i++) band[first + i * STRIDE] = 0;
  v[0] = 1;
  return tau;
}

/** H·D·H of a block on the diagonal: D - v·wᵀ - w·vᵀ with w = tau·D·v - (tau²·vᵀDv / 2)·v. */
function reflectCorner(
  a: Float64Array,
  start: number,
  size: number,
  v: Float64Array,
  tau: number,
  w: Float64Array,
): void {
  w.fill(0);
  for (let i = 0; i < size; i += 4) {
    if (i + 4 <= size) multiplyBeside(a, start + i * STRIDE, i, v, w);
    for (let r = i; r < Math.min(i + 4, size); r++) {
      const row = start + r * STRIDE;
      for (let j = i + 4 <= size ? i : 0; j < r; j++) {
        w[r]! += a[row + j]! * v[j]!;
        w[j]! += a[row + j]! * v[r]!;
      }
      w[r]! += a[row + r]! * v[r]!;
    }
  }
  let along = 0;
  for (let i = 0; i < size; i++) along += w[i]! * v[i]!;
  const half = (tau * tau * along) / 2;
  for (let i = 0; i < size; i++) w[i] = tau * w[i]! - half * v[i]!;
  for (let i = 0; i < size; i += 4) {
    const four = i + 4 <= size;
    if (four) subtractPairs(a, start + i * STRIDE, i, i, v, w, w, v);
    for (let r = i; r < Math.min(i + 4, size); r++) {
      const row = start + r * STRIDE;
      for (let j = four ? i : 0; j <= r; j++) a[row + j]! -= v[r]! * w[j]! + w[r]! * v[j]!;
    }
  }
}

/** What four rows from row i on and their mirror image, all left of column i, add to w = D·v. */
function multiplyBeside(a: Float64Array, r0: number, i: number, v: Float64Array, w: Float64Array): void {
  const r1 = r0 + STRIDE;
  const r2 = r1 + STRIDE;
  const r3 = r2 + STRIDE;
  const v0 = v[i]!;
  const v1 = v[i + 1]!;
  const v2 = v[i + 2]!;
  const v3 = v[i + 3]!;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let j = 0; j < i; j++) {
    const vj = v[j]!;
    const a0 = a[r0 + j]!;
    const a1 = a[r1 + j]!;
    const a2 = a[r2 + j]!;
    const a3 = a[r3 + j]!;
    s0 += a0 * vj;
    s1 += a1 * vj;
    s2 += a2 * vj;
    s3 += a3 * vj;
    w[j]! += a0 * v0 + a1 * v1 + (a2 * v2 + a3 * v3);
  }
  w[i]! += s0;
  w[i + 1]! += s1;
  w[i + 2]! += s2;
  w[i + 3]! += s3;
}

/** Four rows, from place i of x and y on, less x·pᵀ + y·qᵀ, in `columns` columns. */
function subtractPairs(
  a: Float64Array,
  r0: number,
  i: number,
  columns: number,
  x: Float64Array,
  p: Float64Array,
  y: Float64Array,
  q: Float64Array,
): void {
  const r1 = r0 + STRIDE;
  const r2 = r1 + STRIDE;
  const r3 = r2 + STRIDE;
  const x0 = x[i]!;
  const x1 = x[i + 1]!;
  const x2 = x[i + 2]!;
  const x3 = x[i + 3]!;
  const y0 = y[i]!;
  const y1 = y[i + 1]!;
  const y2 = y[i + 2]!;
  const y3 = y[i + 3]!;
  for (let j = 0; j < columns; j++) {
    const pj = p[j]!;
    const qj = q[j]!;
    a[r0 + j]! -= x0 * pj + y0 * qj;
    a[r1 + j]! -= x1 * pj + y1 * qj;
    a[r2 + j]! -= x2 * pj + y2 * qj;
    a[r3 + j]! -= x3 * pj + y3 * qj;
  }
}

/** w = tau·B·v of a block of WIDTH columns. */
function multiplyRows(
  a: Float64Array,
  start: number,
  rows: number,
  v: Float64Array,
  tau: number,
  w: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = start + i * STRIDE;
    const r1 = r0 + STRIDE;
    const r2 = r1 + STRIDE;
    const r3 = r2 + STRIDE;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < WIDTH; j++) {
      const vj = v[j]!;
      s0 += a[r0 + j]! * vj;
      s1 += a[r1 + j]! * vj;
      s2 += a[r2 + j]! * vj;
      s3 += a[r3 + j]! * vj;
    }
    w[i] = tau * s0;
    w[i + 1] = tau * s1;
    w[i + 2] = tau * s2;
    w[i + 3] = tau * s3;
  }
  for (; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < WIDTH; j++) sum += a[start + i * STRIDE + j]! * v[j]!;
    w[i] = tau * sum;
  }
}

/** B - w·vᵀ, then its first column cleared by a reflection of its rows, which gets `next`: together B - w·vᵀ - tau·next·zᵀ. */
function chaseBlock(
  a: Float64Array,
  start: number,
  rows: number,
  v: Float64Array,
  next: Float64Array,
  { w, z }: Room,
): number {
  for (let i = 0; i < rows; i++) next[i] = a[start + i * STRIDE]! - w[i]! * v[0]!;
  const tau = reflection(next, 0, rows);
  const beta = next[0]!;
  next[0] = 1;
  z.fill(0);
  let along = 0;
  for (let i = 0; i < rows; i++) along += w[i]! * next[i]!;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = start + i * STRIDE;
    const r1 = r0 + STRIDE;
    const r2 = r1 + STRIDE;
    const r3 = r2 + STRIDE;
    const n0 = next[i]!;
    const n1 = next[i + 1]!;
    const n2 = next[i + 2]!;
    const n3 = next[i + 3]!;
    for (let j = 0; j < WIDTH; j++) z[j]! += a[r0 + j]! * n0 + a[r1 + j]! * n1 + (a[r2 + j]! * n2 + a[r3 + j]! * n3);
  }
  for (; i < rows; i++) for (let j = 0; j < WIDTH; j++) z[j]! += a[start + i * STRIDE + j]! * next[i]!;
  for (let j = 0; j < WIDTH; j++) z[j] = tau * (z[j]! - along * v[j]!);
  for (i = 0; i + 4 <= rows; i += 4) subtractPairs(a, start + i * STRIDE, i, WIDTH, w, v, next, z);
  for (; i < rows; i++) for (let j = 0; j < WIDTH; j++) a[start + i * STRIDE + j]! -= w[i]! * v[j]! + next[i]! * z[j]!;
  a[start] = beta;
  for (i = 1; i < rows; i++) a[start + i * STRIDE] = 0;
  return tau;
}
