/** Numbers out of tensors. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `work` and frees the tensors that it made; for results without tensors in them. `tf.tidy` looks for tensors in what
 * it hands on, at every number of an array: several seconds for the weights of a small network.
 */
export function tidied<T>(work: () => T): T {
  const results: T[] = [];
  tf.tidy(() => {
    results.push(work());
  });
  return results[0] as T;
}
