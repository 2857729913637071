/**
 * The two halves of AS-VAE (Pu et al. 2017, Eq. 11), each with its critic. The formulas are lost from the text that we have and
 * were derived again; p is the decoder's joint p(z) p(x|z), q the encoder's q(x) q(z|x), and f a critic's logit.
 *
 * Eq. 5: f1 tells (x, z^) ~ q(x,z) from independent x~ ~ p(x), z' ~ p(z); best, f1 = log q(x,z) - log p(x) p(z). Then
 * L_x = E_q[log p(x)] - KL(q(x,z) || p(x,z)) = E_q[log p(x|z) - f1(x,z)]   (Eq. 8).
 * Eq. 6: f2 tells (x~, z) ~ p(x,z) from independent x ~ q(x), z^ ~ q(z); best, f2 = log p(x,z) - log q(x) q(z). Then
 * L_z = E_p[log q(z)] - KL(p(x,z) || q(x,z)) = E_p[log q(z|x) - f2(x,z)]   (Eq. 9).
 * log p(z) is in f1 and log q(x) in f2: no prior density is written out, and a uniform prior serves as well as a normal one.
 *
 * Encoder and decoder maximise L_x + L_z with f1 and f2 frozen, through z^ = z(x, eps) and x~ = x(z, xi). That f1 itself would
 * change with the decoder (log p(x) is in it), and f2 with the encoder (log q(z)), is left out, as in the paper: an approximation.
 */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { type Conditional, conditional, type LikelihoodOptions } from './likelihoods.js';
import { type Batch, type Likelihood, type Noise, once, type Posterior, type Preset } from './objective.js';

export interface AsVaeOptions extends LikelihoodOptions {
  readonly criticSteps: number;
  readonly bound: number;
}

export const asVaeOptions = {
  /** 'bernoulli', 'gaussian' or 'discretised'. With a Bernoulli x(z, xi) is the mean image: pixels that are on or off have no gradient. */
  likelihood: 'bernoulli',
  /** Of a Gaussian or discretised likelihood whose decoder has no output log_scale, in units of the architecture's range. */
  scale: 0.1,
  /** Updates of the critics for one of encoder and decoder. */
  criticSteps: 1,
  /** Critics answer bound * tanh(f / bound), so that a log ratio stays within it; 0 for no bound. */
  bound: 0,
};

export const asVaePresets = {
  paper: {
    update: 'sequential',
    source:
      'Eq. 5, 6 and 11. The paper does not say how often the critics are updated (here once for each update of the others, before it), ' +
      "its dropout's rate, its latent sizes or its networks",
  },
  bounded: {
    update: 'sequential',
    options: { criticSteps: 3, bound: 20 },
    source:
      "alix's own, not the paper's: pairs that are easily told apart let -f grow without end, so the critics lead and their log ratios " +
      'stay within 20 nats, beyond which the logistic loss is flat in float32',
  },
} as const satisfies Record<string, Preset<AsVaeOptions & Record<string, string | number>>>;

type Critic = (x: tf.Tensor, z: tf.Tensor) => tf.Tensor;

/** What an update draws once for both halves. */
export interface Draws {
  /** p(x|z^) */
  readonly reconstruction: () => Conditional;
  /** z^ = z(x, eps) [N,d] */
  readonly code: () => tf.Tensor;
  /** x~ = x(z, xi) [N,...] */
  readonly generated: () => tf.Tensor;
}

/** The codes of the data, the data of the codes. */
export function draws(
  { E, G }: { readonly E: (x: tf.Tensor) => Posterior; readonly G: (z: tf.Tensor) => Likelihood },
  { x, z, range }: Batch,
  noise: Noise,
  options: LikelihoodOptions,
): Draws {
  const code = once(() => E(x).sample(noise));
  return {
    code,
    reconstruction: () => conditional(G(code()), range, options),
    generated: once(() => conditional(G(z), range, options).sample(noise)),
  };
}

/** Of L_x: f1 on pairs from q and on independent pairs from the decoder's marginals, and E_q[log p(x|z)]. */
export function firstHalf(
  D1: Critic,
  { x, z, prior }: Batch,
  noise: Noise,
  { code, generated, reconstruction }: Draws,
  { bound }: AsVaeOptions,
) {
  const f1 = bounded(D1, bound);
  return {
    encoded: () => f1(x, code()),
    // not the z that the picture was made from: the two must be independent
    unrelatedModel: () => f1(generated(), fresh(prior, z.shape, noise)),
    logLikelihood: () => tf.mean(reconstruction().logDensity(x)),
  };
}

/** Of L_z: f2 on pairs from p and on independent pairs from the encoder's marginals, and E_p[log q(z|x)]. */
export function secondHalf(
  E: (x: tf.Tensor) => Posterior,
  D2: Critic,
  { x, z }: Batch,
  { code, generated }: Draws,
  { bound }: AsVaeOptions,
) {
  const f2 = bounded(D2, bound);
  return {
    decoded: () => f2(generated(), z),
    unrelatedData: () => f2(x, rolled(code())),
    logPosterior: () => tf.mean(E(generated()).logDensity(z)),
  };
}

const bounded =
  (D: Critic, bound: number): Critic =>
  (x, z) =>
    bound > 0 ? tf.mul(tf.tanh(tf.div(D(x, z), bound)), bound) : D(x, z);

const fresh = (prior: Batch['prior'], shape: readonly number[], noise: Noise) =>
  prior === 'normal' ? noise.normal(shape) : tf.sub(tf.mul(noise.uniform(shape), 2), 1);

/** Row i becomes row i + 1, the last the first: each example gets the code of another. */
export function rolled(z: tf.Tensor): tf.Tensor {
  const rows = z.shape[0] ?? 0;
  if (rows < 2)
    throw new AlixError('bad-config', 'AS-VAE pairs each example with the code of another', {
      expected: 'a batch of at least 2',
      found: `${rows}`,
    });
  return tf.concat([tf.slice(z, [1], [rows - 1]), tf.slice(z, [0], [1])], 0);
}
