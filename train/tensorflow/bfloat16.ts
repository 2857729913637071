/**
 * bfloat16 inside oneDNN: float32 stays in memory and is rounded to bfloat16's 8 bits where matrices are multiplied and
 * convolved. TensorFlow hands the permission on; whether oneDNN 3.7 makes use of it is up to its kernels. On a Zen 4, which has
 * avx512_bf16, its verbose log shows "attr-fpmath:bf16" beside the float32 kernel, and the products have the same bits. Not
 * tried on a processor with AMX.
 */
import type { Tensorflow } from './load.js';

const SIZE = 256;

/** Whether matrices are multiplied in bfloat16, as this process's TensorFlow answers itself. */
export function multipliesInBfloat16(tf: Tensorflow): boolean {
  // 1 + 2^-10 is 1 to bfloat16; in float32 the sum over a row is exact
  const product = tf.tidy(() => tf.matMul(tf.fill([SIZE, SIZE], 1 + 2 ** -10), tf.ones([SIZE, SIZE])).dataSync());
  return product[0] !== SIZE * (1 + 2 ** -10);
}

/** What a run is told whose bfloat16 comes to nothing. */
export const NO_BFLOAT16 =
  'bfloat16 changes nothing on this processor: oneDNN multiplies float32 as it is, with permission to round or without';
