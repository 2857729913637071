import * as tf from '@tensorflow/tfjs-core';
import { asVaeOptions, asVaePresets, draws, firstHalf } from './as-vae-terms.js';
import { objective } from './objective.js';
import { add, believed, fake, real } from './terms.js';

/**
 * AS-VAE-r: the first half of AS-VAE alone, L_x = E_q[log p(x|z) - f1(x,z)]; Pu et al. 2017, Eq. 8 and section 5. Unlike adversarial
 * variational Bayes its critic's independent pairs have generated images. q needs samples only, so an encoder fed with noise will do.
 */
export const asVaeR = objective({
  name: 'as-vae-r',
  title: 'AS-VAE-r',
  source: 'Pu et al. 2017 (NIPS; arXiv:1711.04915), Eq. 5 and the first half of Eq. 11',
  networks: { E: 'x -> posterior', G: 'z -> likelihood', D1: 'x z -> logit' },
  sizes: () => ({ D1: 1 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D1'],
  options: asVaeOptions,
  choices: { likelihood: ['bernoulli', 'gaussian', 'discretised'] },
  presets: asVaePresets,
  terms: ({ E, G, D1 }, batch, noise, options) =>
    firstHalf(D1, batch, noise, draws({ E, G }, batch, noise, options), options),
  players: {
    critic: {
      updates: ['D1'],
      steps: ({ criticSteps }) => criticSteps,
      loss: (t) => add(real(t.encoded), fake(t.unrelatedModel)),
      monitor: (t) => ({ critic1_joint: believed(t.encoded) }),
    },
    actor: {
      updates: ['E', 'G'],
      loss: (t) => add(tf.neg(t.logLikelihood), tf.mean(t.encoded)),
      monitor: (t) => ({ log_likelihood: t.logLikelihood, f1: tf.mean(t.encoded) }),
    },
  },
});
