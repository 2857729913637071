/**
 * p(x|z) of what a decoder puts out: log p(x|z) in nats per example, summed over pixels, and x ~ p(x|z) with its gradient.
 * An objective takes the one that its option `likelihood` names.
 */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Likelihood, Noise } from './objective.js';
import { LOG_VARIANCE_RANGE } from './terms.js';

export interface Conditional {
  /** log p(x|z) [N] in nats of x [N,...] in the architecture's range. */
  logDensity(x: tf.Tensor): tf.Tensor;
  /** x(z, xi) [N,...] in the architecture's range, differentiable in the decoder's outputs. */
  sample(noise: Noise): tf.Tensor;
}

/** The options of every objective that has a likelihood. */
export interface LikelihoodOptions {
  /** One of the names of `likelihoods`. */
  readonly likelihood: string;
  /**
   * Where the decoder has no output log_scale: the Gaussian's standard deviation or the logistic's scale, in units of the
   * architecture's range. A Bernoulli has none.
   */
  readonly scale: number;
}

type Range = Batch['range'];
type Maker = (decoded: Likelihood, range: Range, scale: number) => Conditional;

/** log of a scale is kept in the range that log variances are kept in. */
const [LOWEST, HIGHEST] = [LOG_VARIANCE_RANGE[0] / 2, LOG_VARIANCE_RANGE[1] / 2];

const LEVELS = 256;

const perExample = (values: tf.Tensor): tf.Tensor => tf.sum(tf.reshape(values, [values.shape[0] ?? 0, -1]), 1);

/**
 * Pixels are on with probability sigma(l), l the decoder's logits; a grey pixel counts as the probability that it is on, so that
 * log p(x|z) = sum x log sigma(l) + (1 - x) log sigma(-l). Kingma & Welling 2014, appendix C.1.
 * A pixel that is on or off has no reparametrised sample: `sample` gives the mean image, grey as the data are.
 */
const bernoulli: Maker = ({ x: mean, preactivation: logits, activation }, range) => {
  if (range[0] !== 0 || range[1] !== 1 || activation !== 'sigmoid')
    throw new AlixError('mismatch', 'a Bernoulli likelihood needs images in [0,1] and a decoder that ends in sigmoid', {
      found: `images in [${range.join()}] and a decoder that ends in ${activation ?? 'no activation'}`,
      remedy: 'choose another architecture, or --set objective.options.likelihood=gaussian',
    });
  return {
    logDensity: (x) =>
      tf.neg(perExample(tf.add(tf.mul(x, tf.softplus(tf.neg(logits))), tf.mul(tf.sub(1, x), tf.softplus(logits))))),
    sample: () => mean,
  };
};

/**
 * Independent normal pixels: a density over the architecture's range, so that nats on [-1,1] are log 2 a pixel fewer than on
 * [0,1]. Kingma & Welling 2014, appendix C.2.
 */
const gaussian: Maker = (decoded, _range, scale) => {
  const { x: mean } = decoded;
  const logScale = logScaleOf(decoded, scale);
  return {
    logDensity(x) {
      const squares = tf.mul(tf.square(tf.sub(x, mean)), tf.exp(tf.mul(logScale, -2)));
      const perPixel = tf.add(tf.add(squares, tf.mul(logScale, 2)), Math.log(2 * Math.PI));
      return tf.mul(perExample(perPixel), -0.5);
    },
    sample: (noise) => tf.add(mean, tf.mul(tf.exp(logScale), noise.normal(mean.shape))),
  };
};

/**
 * P(x in [i/256, (i+1)/256] | z) of a logistic, for pixels of 256 levels: the discretised logistic of Kingma et al. 2016
 * (arXiv:1606.04934), with the tails in the outermost levels as in Salimans et al. 2017 (arXiv:1701.05517), Eq. 2.
 * With a and b the level's edges in units of the scale, s(b) - s(a) = s(b) s(-a) (1 - exp(a - b)), where nothing cancels.
 * `sample` is a continuous logistic; what falls outside the range is put on its end, where the outermost level has it.
 */
const discretised: Maker = (decoded, [low, high], scale) => {
  const { x: mean } = decoded;
  if (mean.rank !== 4)
    throw new AlixError('mismatch', 'a discretised likelihood is one of images with 256 levels', {
      found: `data of the shape ${mean.shape.slice(1).join('x')}`,
      remedy: '--set objective.options.likelihood=gaussian',
    });
  const logScale = logScaleOf(decoded, scale);
  return {
    logDensity(x) {
      const perUnit = tf.mul(tf.exp(tf.neg(logScale)), high - low);
      const level = tf.clipByValue(tf.floor(tf.mul(tf.div(tf.sub(x, low), high - low), LEVELS)), 0, LEVELS - 1);
      const centre = tf.div(tf.sub(mean, low), high - low);
      const above = tf.mul(tf.sub(tf.div(level, LEVELS), centre), perUnit);
      const width = tf.div(perUnit, LEVELS);
      const isNotFirst = tf.cast(tf.greater(level, 0), 'float32');
      const isNotLast = tf.cast(tf.less(level, LEVELS - 1), 'float32');
      const below = tf.add(above, width);
      const upper = tf.mul(isNotLast, tf.softplus(tf.neg(below)));
      const lower = tf.mul(isNotFirst, tf.softplus(above));
      const inside = tf.mul(tf.mul(isNotFirst, isNotLast), tf.log(tf.neg(tf.expm1(tf.neg(width)))));
      return perExample(tf.sub(inside, tf.add(upper, lower)));
    },
    sample(noise) {
      const u = tf.clipByValue(noise.uniform(mean.shape), 1e-6, 1 - 1e-6);
      const logistic = tf.sub(tf.log(u), tf.log(tf.sub(1, u)));
      return tf.clipByValue(tf.add(mean, tf.mul(tf.exp(logScale), logistic)), low, high);
    },
  };
};

const likelihoods: Readonly<Record<string, Maker>> = { bernoulli, gaussian, discretised };

/**
 * The p(x|z) that the options name.
 *
 * @throws AlixError 'bad-config' for an unknown likelihood or a scale that is not positive, 'mismatch' where the decoder or the
 *   range of the images does not fit it
 */
export function conditional(
  decoded: Likelihood,
  range: Range,
  { likelihood: name, scale }: LikelihoodOptions,
): Conditional {
  const make = Object.hasOwn(likelihoods, name) ? likelihoods[name] : undefined;
  if (!make)
    throw new AlixError('bad-config', `"${name}" is no likelihood`, { expected: Object.keys(likelihoods).join(', ') });
  return make(decoded, range, scale);
}

/** log of the scale: the decoder's, per pixel and kept finite, or else the option's. */
function logScaleOf({ x, logScale }: Likelihood, scale: number): tf.Tensor {
  if (!logScale) {
    if (scale > 0) return tf.scalar(Math.log(scale));
    throw new AlixError('bad-config', 'the scale of a likelihood is a number above 0', { found: `scale ${scale}` });
  }
  if (logScale.shape.join() === x.shape.join()) return tf.clipByValue(logScale, LOWEST, HIGHEST);
  throw new AlixError('mismatch', "the decoder's log_scale has another shape than its x", {
    expected: x.shape.slice(1).join('x'),
    found: logScale.shape.slice(1).join('x'),
  });
}
