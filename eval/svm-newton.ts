/** Newton's method for one class of a linear support vector machine, over features; and what both forms share. */
import { addProduct, matrix, transposed } from './linear/product.js';
import { solvePositive } from './linear/solve.js';

export interface SvmSolution {
  /** [d+1], the bias last. */
  readonly w: Float64Array;
  readonly objective: number;
}

/** Steps after which the active samples of any problem met have long stood still. */
export const MAX_STEPS = 200;

/**
 * w = (1 + 2C XᵀX)⁻¹ 2C Xᵀy over the active samples, those with y f < 1.
 *
 * @param rows [n,width], the bias's 1 last in each @param signs [n] of y
 */
export function newtonByFeatures(rows: Float64Array, signs: Float64Array, c: number): SvmSolution {
  const n = signs.length;
  const width = rows.length / n;
  let w: Float64Array = new Float64Array(width);
  let f: Float64Array = new Float64Array(n);
  let value = penalty(f, signs, c);
  for (let step = 0; step < MAX_STEPS; step++) {
    const active = activeSamples(f, signs);
    const x = new Float64Array(active.length * width);
    const right = new Float64Array(width);
    active.forEach((i, a) => {
      const row = rows.subarray(i * width, (i + 1) * width);
      x.set(row, a * width);
      addScaled(right, row, 2 * c * signs[i]!);
    });
    const hessian = new Float64Array(width * width);
    const m = matrix(x, active.length, width);
    addProduct(matrix(hessian, width, width), transposed(m), m, { scale: 2 * c, lower: true });
    for (let j = 0; j < width; j++) hessian[j * width + j]! += 1;
    const next = solvePositive(hessian, right);
    const nextF = multiply(rows, n, width, next);
    const moved = move([w, f], [next, nextF], value, ([v, g]) => half(v, v) + penalty(g, signs, c));
    if (!moved) break;
    [w, f] = moved.point;
    value = moved.value;
    if (moved.whole && same(active, activeSamples(f, signs))) break;
  }
  return { w, objective: value };
}

type Point = [Float64Array, Float64Array];

/** To the first of 1, 1/2, 1/4, ... of the way at which the objective is lower; undefined where none is: the minimum, to rounding. */
export function move(from: Point, to: Point, before: number, objective: (at: Point) => number) {
  for (let t = 1; t > 1e-9; t /= 2) {
    const between = (i: 0 | 1) => (t === 1 ? to[i] : from[i].map((value, j) => value + t * (to[i][j]! - value)));
    const point: Point = [between(0), between(1)];
    const value = objective(point);
    if (value < before) return { point, value, whole: t === 1 };
  }
  return undefined;
}

export function activeSamples(f: Float64Array, signs: Float64Array): number[] {
  const active: number[] = [];
  for (let i = 0; i < f.length; i++) if (signs[i]! * f[i]! < 1) active.push(i);
  return active;
}

export function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** C Σ max(0, 1 - y f)² */
export function penalty(f: Float64Array, signs: Float64Array, c: number): number {
  let sum = 0;
  for (let i = 0; i < f.length; i++) sum += Math.max(0, 1 - signs[i]! * f[i]!) ** 2;
  return c * sum;
}

/** x·y / 2 */
export function half(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum / 2;
}

export function addScaled(y: Float64Array, x: Float64Array | Float32Array, scale: number): void {
  for (let j = 0; j < x.length; j++) y[j]! += scale * x[j]!;
}

/** The product of a row-major [n,width] matrix and a vector. */
export function multiply(m: Float64Array, n: number, width: number, x: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = i * width;
    let [a, b, c, d, j] = [0, 0, 0, 0, 0];
    for (; j + 4 <= width; j += 4) {
      a += m[row + j]! * x[j]!;
      b += m[row + j + 1]! * x[j + 1]!;
      c += m[row + j + 2]! * x[j + 2]!;
      d += m[row + j + 3]! * x[j + 3]!;
    }
    for (; j < width; j++) a += m[row + j]! * x[j]!;
    out[i] = a + b + (c + d);
  }
  return out;
}
