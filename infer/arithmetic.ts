/** Arithmetic with codes: pure functions over float32 [n,d], with nothing of a model in them. */
import { checkLatent } from './decode.js';
import { AlixError } from './io/errors.js';

/**
 * The mean code of a set, summed in float64.
 *
 * ```ts
 * meanCode(Float32Array.of(1, 2, 3, 6), 2); // Float32Array [2, 4]
 * ```
 * @param codes float32 [n,d], n of at least 1
 * @returns float32 [d]
 * @throws AlixError 'bad-latent' for no codes, for what is no whole number of them, or a value that is not finite
 */
export function meanCode(codes: Float32Array, d: number): Float32Array<ArrayBuffer> {
  checkLatent(codes, d);
  const n = codes.length / d;
  if (n === 0) throw new AlixError('bad-latent', 'the mean of no codes', { expected: 'one code or more' });
  const sums = new Float64Array(d);
  codes.forEach((value, i) => {
    sums[i % d]! += value;
  });
  return Float32Array.from(sums, (sum) => sum / n);
}

/**
 * What leads from one code to another: `to - from`, value by value. Of the mean codes of two sets it is the direction of what
 * tells them apart (Radford et al. 2016, arXiv:1511.06434, section 6.3.2; Larsen et al. 2016, arXiv:1512.09300, section 4.2).
 *
 * ```ts
 * difference(Float32Array.of(1, 5), Float32Array.of(4, 3)); // Float32Array [3, -2]
 * ```
 * @param from float32, any number of values
 * @param to float32, as many
 * @throws AlixError 'bad-latent' for other lengths
 */
export function difference(from: Float32Array, to: Float32Array): Float32Array<ArrayBuffer> {
  sameLength(from, to);
  return Float32Array.from(to, (value, i) => value - from[i]!);
}

/**
 * Codes moved along a direction: `code + amount · direction`, each of them.
 *
 * ```ts
 * addDirection(Float32Array.of(0, 0, 1, 1), Float32Array.of(3, -2), 0.5); // Float32Array [1.5, -1, 2.5, 0]
 * ```
 * @param codes float32 [n,d]
 * @param direction float32 [d]
 * @throws AlixError 'bad-latent' for what is no whole number of codes of the direction's length, or a value that is not finite
 */
export function addDirection(codes: Float32Array, direction: Float32Array, amount = 1): Float32Array<ArrayBuffer> {
  const d = direction.length;
  checkLatent(direction, d);
  checkLatent(codes, d);
  return Float32Array.from(codes, (value, i) => value + amount * direction[i % d]!);
}

/**
 * What is to `c` as `b` is to `a`: `c + b - a`, value by value.
 *
 * ```ts
 * analogy(Float32Array.of(1, 1), Float32Array.of(2, 1), Float32Array.of(5, 7)); // Float32Array [6, 7]
 * ```
 * @param a float32, any number of values; `b` and `c` as many
 * @throws AlixError 'bad-latent' for other lengths
 */
export function analogy(a: Float32Array, b: Float32Array, c: Float32Array): Float32Array<ArrayBuffer> {
  sameLength(a, b);
  sameLength(a, c);
  return Float32Array.from(c, (value, i) => value + b[i]! - a[i]!);
}

function sameLength(a: Float32Array, b: Float32Array): void {
  if (a.length !== b.length)
    throw new AlixError('bad-latent', 'codes of one size are needed', {
      expected: `${a.length} values`,
      found: `${b.length}`,
    });
}
