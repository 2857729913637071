/** q(z|x) of what an encoder puts out: a point, a Gaussian, or a Gaussian through a flow. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Transformed } from './layers/layer.js';
import type { Noise, Posterior } from './objectives/objective.js';
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
    });
  };
  return { mean: z, logVariance: undefined, sample: () => z, draw: none, logDensity: none };
}

/** N(mean, exp(logVariance)); its spread is kept finite where an encoder runs away. */
export function gaussian(mean: tf.Tensor, logVariance: tf.Tensor): Posterior {
  const [low, high] = LOG_VARIANCE_RANGE;
  const clipped = () => tf.clipByValue(logVariance, low, high);
  const deviation = () => tf.exp(tf.mul(clipped(), 0.5));
  const logDensity = (z: tf.Tensor) => {
    const s = clipped();
    const squares = tf.mul(tf.square(tf.sub(z, mean)), tf.exp(tf.neg(s)));
    return tf.mul(tf.sum(tf.add(tf.add(squares, s), Math.log(2 * Math.PI)), -1), -0.5);
  };
  const sample = (noise: Noise) => tf.add(mean, tf.mul(deviation(), noise.normal(mean.shape)));
  return {
    mean,
    logVariance,
    sample,
    draw(noise) {
      const z = sample(noise);
      return { z, logDensity: logDensity(z) };
    },
    logDensity,
  };
}

/** The base's samples sent through a flow: log q(z) = log q0(z0) - log |det dz/dz0|. Rezende & Mohamed 2015, Eq. 13. */
export function flowing(base: Posterior, flow: Flow): Posterior {
  const draw = (noise: Noise) => {
    const start = base.draw(noise);
    const { z, logDeterminant } = flow.transform(start.z);
    return { z, logDensity: tf.sub(start.logDensity, logDeterminant) };
  };
  return {
    mean: flow.transform(base.mean).z,
    logVariance: undefined,
    sample: (noise) => flow.transform(base.sample(noise)).z,
    draw,
    logDensity(z) {
      const start = flow.inverse(z);
      return tf.sub(base.logDensity(start.z), start.logDeterminant);
    },
  };
}
