/** Noise on the images that a critic sees, less from epoch to epoch: it makes real and generated ones overlap at first. */
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Noise } from './objective.js';

/**
 * Adds fresh Gaussian noise at each call. Its standard deviation is deviation (1 - epoch / epochs), epochs from 1 as in the code of
 * GALI's authors: the last has none. Where a run has no last epoch it stays as it is.
 *
 * @param deviation on the scale [-1,1]; half of it is added to images in [0,1]. Where nothing is left of it nothing is drawn
 */
export function instanceNoise(
  { moment, range: [low, high] }: Pick<Batch, 'moment' | 'range'>,
  noise: Noise,
  deviation: number,
): (image: tf.Tensor) => tf.Tensor {
  const now = deviation * (1 - moment.epoch / moment.epochs) * ((high - low) / 2);
  if (now === 0) return (image) => image;
  return (image) => tf.add(image, tf.mul(noise.normal(image.shape), now));
}
