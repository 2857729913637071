/** The small pieces that losses are made of. All take and give tensors and can be differentiated. */
import * as tf from '@tensorflow/tfjs-core';
import { hasKernels } from '../tensorflow/ops/kernel.js';
import * as once from '../tensorflow/ops/losses.js';
import { isInsideGradient, isRecording } from '../tensorflow/ops/record.js';
import type { Posterior } from './objective.js';

/** Whether a loss may be one operation of TensorFlow's own, which has no second derivatives. */
const canBeOne = () => !isInsideGradient() && hasKernels();

/**
 * The mean of log(1 + exp(sign l)). In games that are unrolled of operations that can be differentiated again, with the gradient of
 * sigmoid cross-entropy written out: dy sign sigma(sign l) / n.
 */
function meanSoftplus(logit: tf.Tensor, sign: 1 | -1): tf.Tensor {
  if (canBeOne()) return once.meanSoftplus(logit, sign);
  return tf.customGrad((l, save) => {
    const signed = (x: tf.Tensor) => (sign === 1 ? x : tf.neg(x));
    (save as tf.GradSaveFunc)([l as tf.Tensor]);
    return {
      value: tf.mean(tf.softplus(signed(l as tf.Tensor))),
      gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) =>
        tf.mul(tf.sigmoid(signed(x as tf.Tensor)), tf.mul(dy, sign / logit.size)),
    };
  })(logit);
}

/** -log sigma(l), averaged over the batch: what a logit pays where "real" would have been right. */
export const real = (logit: tf.Tensor): tf.Tensor => meanSoftplus(logit, -1);

/** -log(1 - sigma(l)), averaged over the batch: what a logit pays where "fake" would have been right. */
export const fake = (logit: tf.Tensor): tf.Tensor => meanSoftplus(logit, 1);

export const add = (first: tf.Tensor, ...others: tf.Tensor[]): tf.Tensor =>
  others.reduce((sum, term) => (areScalars(sum, term) ? once.add(sum, term) : tf.add(sum, term)), first);

export function times(factor: number, term: tf.Tensor): tf.Tensor {
  if (factor === 1) return term;
  return areScalars(term) ? once.times(factor, term) : tf.mul(term, factor);
}

/** Numbers of a loss that is differentiated once. */
const areScalars = (...terms: tf.Tensor[]) =>
  terms.every(({ rank, dtype }) => rank === 0 && dtype === 'float32') && canBeOne();

/** The mean of sigma(l): the share of the batch that the critic holds for real. */
export const believed = (logit: tf.Tensor): tf.Tensor =>
  hasKernels() && !isRecording() ? once.meanSigmoid(logit) : tf.mean(tf.sigmoid(logit));

/** log sigma^2 is kept in this range: where a generator collapses, exp(-log sigma^2) would overflow. */
export const LOG_VARIANCE_RANGE = [-20, 20] as const;

/**
 * -log q(z|x) per example, summed over the d dimensions and averaged over the batch, AIM Eq. 8:
 * 1/2 sum_j [(z_j - mu_j)^2 exp(-s_j) + s_j + log 2 pi] with s = log sigma^2.
 */
export function gaussianNll(z: tf.Tensor, { mean, logVariance }: Pick<Posterior, 'mean' | 'logVariance'>): tf.Tensor {
  const isAlike = [mean, logVariance].every((other) => other?.shape.join() === z.shape.join());
  if (logVariance && isAlike && canBeOne()) return once.gaussianNll(z, mean, logVariance, LOG_VARIANCE_RANGE);
  const squares = tf.square(tf.sub(z, mean));
  const [low, high] = LOG_VARIANCE_RANGE;
  const s = logVariance ? tf.clipByValue(logVariance, low, high) : tf.zerosLike(mean);
  const perDimension = tf.add(tf.add(tf.mul(squares, tf.exp(tf.neg(s))), s), Math.log(2 * Math.PI));
  return tf.mul(tf.mean(tf.sum(perDimension, -1)), 0.5);
}

/** 1/2 |z - mean|^2, summed over dimensions and averaged over the batch: -log N(z; mean, I) without its constant d/2 log 2 pi. */
export const halfSquares = (z: tf.Tensor, mean: tf.Tensor): tf.Tensor =>
  tf.mul(tf.mean(tf.sum(tf.square(tf.sub(z, mean)), -1)), 0.5);

/** DALI's weight of a sum over the latent dimensions: `lambda`, and for 0 the papers' 1/d. */
export const perDimension = (lambda: number, z: tf.Tensor): number => lambda || 1 / (z.shape[1] ?? 1);
