/**
 * The orthogonal polar factor of a square matrix by Halley's iteration with dynamic weights: Nakatsukasa, Bai & Gygi 2010,
 * "Optimizing Halley's iteration for computing the matrix polar decomposition", Eq. 3.10 and 4.5, in its form by Cholesky factors.
 */
import { matrix, transposed } from './product.js';
import { inversionSteps } from './solve.js';
import { mirrorLower, productSteps, type Steps } from './steps.js';

/** Where singular values are a smaller share of the norm, U is less than orthogonal: H is that much off there. */
const SMALLEST = 1e-5;
/** From here on a cheaper step does, which squares the error. */
const NEAR = 1e-3;

/**
 * U of A = U·H, with UᵀU = I and H symmetric and positive semi-definite. H = UᵀA is right to 1e-5 of |A| (Frobenius) in directions
 * where it is smaller than that, to 1e-6 of itself in others: standard errors need no more.
 *
 * @param a [d,d]
 * @returns [d,d]
 */
export function* polarFactor(a: Float64Array, d: number): Steps<Float64Array> {
  const norm = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  let x: Float64Array = a.map((value) => value / norm);
  for (let least = SMALLEST; 1 - least > NEAR; ) {
    const weights = halley(least);
    x = yield* step(x, d, weights);
    least = (least * (weights.a + weights.b * least * least)) / (1 + weights.c * least * least);
  }
  return yield* newtonSchulz(x, d);
}

interface Weights {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The weights that bring singular values in least..1 nearest to 1. */
function halley(least: number): Weights {
  const square = least * least;
  const gamma = Math.cbrt((4 * (1 - square)) / (square * square));
  const root = Math.sqrt(1 + gamma);
  const a = root + Math.sqrt(8 - 4 * gamma + (8 * (2 - square)) / (square * root)) / 2;
  const b = (a - 1) ** 2 / 4;
  return { a, b, c: a + b - 1 };
}

/** X (aI + bXᵀX)(I + cXᵀX)⁻¹ = b/c X + (a - b/c) X (I + cXᵀX)⁻¹ */
function* step(x: Float64Array, d: number, { a, b, c }: Weights): Steps<Float64Array> {
  const z = yield* gram(x, d, c);
  for (let i = 0; i < d; i++) z[i * (d + 1)]! += 1;
  const inverse = yield* inversionSteps(z, d);
  const next = x.map((value) => (value * b) / c);
  yield* productSteps(matrix(next, d, d), matrix(x, d, d), matrix(inverse, d, d), { scale: a - b / c });
  return next;
}

/** X (3I - XᵀX) / 2 */
function* newtonSchulz(x: Float64Array, d: number): Steps<Float64Array> {
  const square = mirrorLower(yield* gram(x, d, 1), d);
  const next = x.map((value) => 1.5 * value);
  yield* productSteps(matrix(next, d, d), matrix(x, d, d), matrix(square, d, d), { scale: -0.5 });
  return next;
}

/** The lower triangle of scale·XᵀX. */
function* gram(x: Float64Array, d: number, scale: number): Steps<Float64Array> {
  const out = new Float64Array(d * d);
  const whole = matrix(x, d, d);
  yield* productSteps(matrix(out, d, d), transposed(whole), whole, { scale, lower: true });
  return out;
}
