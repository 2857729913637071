/** How far q(z|x) lies from the prior: what the variational bounds have in common. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Noise, Posterior } from './objective.js';
import { LOG_VARIANCE_RANGE } from './terms.js';

/** log N(z; 0, I) [N] in nats, for z [N,d]. */
export const logNormal = (z: tf.Tensor): tf.Tensor =>
  tf.mul(tf.sum(tf.add(tf.square(z), Math.log(2 * Math.PI)), -1), -0.5);

export interface Coded {
  /** z ~ q(z|x) [N,d], reparametrised. */
  readonly z: tf.Tensor;
  /** KL(q(z|x) || p(z)) [N] in nats. */
  readonly kl: tf.Tensor;
}

/**
 * A code and the divergence of its posterior from a standard normal prior: 1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2) for a
 * Gaussian (Kingma & Welling 2014, appendix B), and for a flow the estimate log q(z|x) - log p(z) at that code.
 *
 * @throws AlixError 'mismatch' for an encoder without a density, or a prior that is not normal
 */
export function coded(posterior: Posterior, prior: Batch['prior'], noise: Noise): Coded {
  if (prior !== 'normal')
    throw new AlixError('mismatch', 'the divergence from a uniform prior is infinite', {
      expected: 'an architecture whose prior is normal',
      found: prior,
    });
  const { logVariance } = posterior;
  if (!logVariance) {
    const { z, logDensity } = posterior.draw(noise);
    return { z, kl: tf.sub(logDensity, logNormal(z)) };
  }
  const s = tf.clipByValue(logVariance, ...LOG_VARIANCE_RANGE);
  const perDimension = tf.sub(tf.sub(tf.add(tf.square(posterior.mean), tf.exp(s)), 1), s);
  return { z: posterior.sample(noise), kl: tf.mul(tf.sum(perDimension, -1), 0.5) };
}
