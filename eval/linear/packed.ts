/** Symmetric matrices in files: the lower triangle by rows, half of the bytes. */
import { mirrorLower } from './steps.js';

/** @param symmetric [d,d] @returns d(d+1)/2 numbers */
export function packLower(symmetric: Float64Array, d: number): Float64Array<ArrayBuffer> {
  const packed = new Float64Array(packedSize(d));
  for (let i = 0; i < d; i++) packed.set(symmetric.subarray(i * d, i * d + i + 1), packedSize(i));
  return packed;
}

/** The matrix again, [d,d]. */
export function unpackLower(packed: Float64Array, d: number): Float64Array {
  const square = new Float64Array(d * d);
  for (let i = 0; i < d; i++) square.set(packed.subarray(packedSize(i), packedSize(i + 1)), i * d);
  return mirrorLower(square, d);
}

/** Numbers of a packed matrix of d rows. */
export function packedSize(d: number): number {
  return (d * (d + 1)) / 2;
}
