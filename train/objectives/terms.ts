/** The small pieces that losses are made of. All take and give tensors and can be differentiated. */
import * as tf from '@tensorflow/tfjs-core';
import type { Posterior } from './objective.js';

/** -log sigma(l), averaged over the batch: what a logit pays where "real" would have been right. */
export const real = (logit: tf.Tensor): tf.Tensor => tf.mean(tf.softplus(tf.neg(logit)));

/** -log(1 - sigma(l)), averaged over the batch: what a logit pays where "fake" would have been right. */
export const fake = (logit: tf.Tensor): tf.Tensor => tf.mean(tf.softplus(logit));

export const add = (first: tf.Tensor, ...others: tf.Tensor[]): tf.Tensor =>
  others.reduce((sum, term) => tf.add(sum, term), first);

export const times = (factor: number, term: tf.Tensor): tf.Tensor => (factor === 1 ? term : tf.mul(term, factor));

/** The mean of sigma(l): the share of the batch that the critic holds for real. */
export const believed = (logit: tf.Tensor): tf.Tensor => tf.mean(tf.sigmoid(logit));

/** log sigma^2 is kept in this range: where a generator collapses, exp(-log sigma^2) would overflow. */
export const LOG_VARIANCE_RANGE = [-20, 20] as const;

/**
 * -log q(z|x) per example, summed over the d dimensions and averaged over the batch, AIM Eq. 8:
 * 1/2 sum_j [(z_j - mu_j)^2 exp(-s_j) + s_j + log 2 pi] with s = log sigma^2.
 */
export function gaussianNll(z: tf.Tensor, { mean, logVariance }: Posterior): tf.Tensor {
  const squares = tf.square(tf.sub(z, mean));
  const [low, high] = LOG_VARIANCE_RANGE;
  const s = logVariance ? tf.clipByValue(logVariance, low, high) : tf.zerosLike(mean);
  const perDimension = tf.add(tf.add(tf.mul(squares, tf.exp(tf.neg(s))), s), Math.log(2 * Math.PI));
  return tf.mul(tf.mean(tf.sum(perDimension, -1)), 0.5);
}
