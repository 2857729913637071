/**
 * Negative log-likelihoods of models with latent variables, as the bounds that they are: by the evidence lower bound, and by
 * importance weights (Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, Eq. 8). A decoder without a density has none: the
 * log-weights have to be given, and none is assumed.
 */

import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { checkEnough } from './features.js';

/** A bound on the negative log-likelihood, over images. */
export interface NegativeLogLikelihood {
  /** Nats for each image, the mean over images. */
  readonly mean: number;
  /** Of the mean: the spread over images, ddof 1, by the root of n. 0 for one image. */
  readonly standardError: number;
  /** [n] */
  readonly values: Float64Array;
  readonly n: number;
  /** Weights of each image. */
  readonly samples: number;
  /** 'upper bound' in expectation, whatever the number of samples; 'exact' for flows. */
  readonly kind: 'upper bound' | 'exact';
}

/**
 * The log-weights log p(x|z) + log p(z) - log q(z|x) of samples z of q(z|x).
 *
 * @param logLikelihood [n·k] @param logPrior [n·k] @param logPosterior [n·k]; an image's k samples one after another
 */
export function logWeights(
  logLikelihood: Float64Array,
  logPrior: Float64Array,
  logPosterior: Float64Array,
): Float64Array {
  if (logPrior.length !== logLikelihood.length || logPosterior.length !== logLikelihood.length)
    throw new AlixError('bad-shape', 'as many of each logarithm are needed', {
      found: [logLikelihood, logPrior, logPosterior].map(({ length }) => length).join(', '),
    });
  return logLikelihood.map((value, i) => value + logPrior[i]! - logPosterior[i]!);
}

/** -ELBO of each image: minus the mean of its log-weights. @param weights [n,k] @throws AlixError 'bad-shape', 'not-finite', 'too-few' */
export function elbo(weights: Float64Array, k: number): NegativeLogLikelihood {
  return bound(weights, k, (row) => -row.reduce((sum, value) => sum + value, 0) / k);
}

/** -log of the mean weight of each image: tighter the larger k is. @param weights [n,k] @throws as `elbo` */
export function importanceWeighted(weights: Float64Array, k: number): NegativeLogLikelihood {
  return bound(weights, k, (row) => {
    const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (top === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return Math.log(k) - top - Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
  });
}

/**
 * Of a flow: -(log p(z) + log |det dz/dx|), no bound.
 *
 * @param logPrior [n] of the images' codes @param logDeterminant [n] of the Jacobian dz/dx
 */
export function flow(logPrior: Float64Array, logDeterminant: Float64Array): NegativeLogLikelihood {
  const sums = logWeights(logPrior, logDeterminant, new Float64Array(logPrior.length));
  return { ...bound(sums, 1, (row) => -row[0]!), kind: 'exact' };
}

function bound(weights: Float64Array, k: number, of: (row: Float64Array) => number): NegativeLogLikelihood {
  const n = weights.length / k;
  if (!Number.isInteger(n) || !(k > 0))
    throw new AlixError('bad-shape', `the weights are no rows of ${k}`, { found: `${weights.length} numbers` });
  checkEnough(n, 'image', 1);
  const values = Float64Array.from({ length: n }, (_, i) => of(weights.subarray(i * k, (i + 1) * k)));
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0)
    throw new AlixError('not-finite', 'a likelihood that is no number', {
      found: `${values[broken]} of image ${broken}`,
      remedy: 'a weight of 0 has no logarithm: check the decoder density and its range',
    });
  const { mean, std } = meanAndStd(values);
  const standardError = n > 1 ? std / Math.sqrt(n - 1) : 0;
  return { mean, standardError, values, n, samples: k, kind: 'upper bound' };
}

/** What the nats are of. */
export type Measured =
  /** A probability of discrete pixels: no offset. */
  | { readonly kind: 'probability' }
  /** A density of pixels dequantised from `levels` levels and scaled to an interval of this width: 1 for [0,1], 2 for [-1,1]. */
  | { readonly kind: 'density'; readonly levels: number; readonly width: number };

/**
 * Nats of an image as bits for each of its d numbers. A density on a width w gives each of L levels the volume w/L, hence
 * + log2(L/w): 8 for 256 levels on [0,1].
 */
export function bitsPerDimension(nats: number, d: number, measured: Measured): number {
  const offset = measured.kind === 'density' ? Math.log2(measured.levels / measured.width) : 0;
  return nats / (d * Math.LN2) + offset;
}
