/** q(z|x) of what an encoder puts out: a point, a Gaussian, or a Gaussian through a flow. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Transformed } from './layers/layer.js';
import { type Noise, once, type Posterior } from './objectives/objective.js';
import { LOG_VARIANCE_RANGE } from './objectives/terms.js';

/** A chain of invertible layers. */
export interface Flow {
  transform(z0: tf.Tensor): Transformed;
  /** @throws AlixError 'mismatch' where a layer has no closed inverse */
  inverse(z: tf.Tensor): Transformed;
}

/** A deterministic encoder, or an implicit one whose noise has already gone in. */
export function point(z: tf.Tensor): Posterior {
  const none = () => {
    throw new AlixError('mismatch', 'the objective needs log q(z|x), and this encoder gives a point', {
      expected: 'an encoder with the outputs mean and log_variance (or log_sigma)',
      remedy: 'choose another architecture: --set architecture.name=NAME',
    });
  };
  return { mean: z, logVariance: undefined, sample: () => z, draw: none, logDensity: none };
}

/** N(mean, exp(logVariance)); its spread is kept finite where an encoder runs away. */
export function gaussian(mean: tf.Tensor, logVariance: tf.Tensor): Posterior {
  const [low, high] = LOG_VARIANCE_RANGE;
  const clipped = () => tf.clipByValue(logVariance, low, high);
  const deviation = () => tf.exp(tf.mul(clipped(), 0.5));
  /** @param squares (z - mean)^2 / sigma^2 */
  const densityOf = (squares: tf.Tensor) =>
    tf.mul(tf.sum(tf.add(tf.add(squares, clipped()), Math.log(2 * Math.PI)), -1), -0.5);
  const at = (epsilon: tf.Tensor) => tf.add(mean, tf.mul(deviation(), epsilon));
  return {
    mean,
    logVariance,
    sample: (noise) => at(noise.normal(mean.shape)),
    draw(noise) {
      const epsilon = noise.normal(mean.shape);
      // of epsilon, not of z - mean, which float32 rounds away where sigma is small
      return { z: at(epsilon), logDensity: densityOf(tf.square(epsilon)) };
    },
    logDensity: (z) => densityOf(tf.mul(tf.square(tf.sub(z, mean)), tf.exp(tf.neg(clipped())))),
  };
}

/** The base's samples sent through a flow: log q(z) = log q0(z0) - log |det dz/dz0|. Rezende & Mohamed 2015, Eq. 13. */
export function flowing(base: Posterior, flow: Flow): Posterior {
  const draw = (noise: Noise) => {
    const start = base.draw(noise);
    const { z, logDeterminant } = flow.transform(start.z);
    return { z, logDensity: tf.sub(start.logDensity, logDeterminant) };
  };
  const mean = once(() => flow.transform(base.mean).z);
  return {
    // losses seldom ask for it, and a flow may be long
    get mean() {
      return mean();
    },
    logVariance: undefined,
    sample: (noise) => flow.transform(base.sample(noise)).z,
    draw,
    logDensity(z) {
      const start = flow.inverse(z);
      return tf.sub(base.logDensity(start.z), start.logDeterminant);
    },
  };
}
