import * as tf from '@tensorflow/tfjs-core';
import { asVaeOptions, asVaePresets, draws, firstHalf, secondHalf } from './as-vae-terms.js';
import { objective } from './objective.js';
import { add, believed, fake, real } from './terms.js';

/**
 * AS-VAE: encoder and decoder maximise L_x + L_z = E_q[log p(x|z) - f1(x,z)] + E_p[log q(z|x) - f2(x,z)]; Pu et al. 2017,
 * Eq. 10-12. as-vae-terms.ts has the derivation, the pairs that the critics see and what is approximated.
 */
export const asVae = objective({
  name: 'as-vae',
  title: 'AS-VAE',
  source: 'Pu et al. 2017 (NIPS; arXiv:1711.04915), Eq. 5, 6 and 11',
  networks: { E: 'x -> posterior', G: 'z -> likelihood', D1: 'x z -> logit', D2: 'x z -> logit' },
  sizes: () => ({ D1: 1, D2: 1 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D1'],
  options: asVaeOptions,
  choices: { likelihood: ['bernoulli', 'gaussian', 'discretised'] },
  presets: asVaePresets,
  terms({ E, G, D1, D2 }, batch, noise, options) {
    const shared = draws({ E, G }, batch, noise, options);
    return { ...firstHalf(D1, batch, noise, shared, options), ...secondHalf(E, D2, batch, shared, options) };
  },
  players: {
    // f1 and f2 share no parameter: their sum is both their games
    critics: {
      updates: ['D1', 'D2'],
      steps: ({ criticSteps }) => criticSteps,
      loss: (t) => add(real(t.encoded), fake(t.unrelatedModel), real(t.decoded), fake(t.unrelatedData)),
      monitor: (t) => ({ critic1_joint: believed(t.encoded), critic2_joint: believed(t.decoded) }),
    },
    actor: {
      updates: ['E', 'G'],
      loss: (t) => add(tf.neg(t.logLikelihood), tf.mean(t.encoded), tf.neg(t.logPosterior), tf.mean(t.decoded)),
      monitor: (t) => ({
        log_likelihood: t.logLikelihood,
        log_posterior: t.logPosterior,
        f1: tf.mean(t.encoded),
        f2: tf.mean(t.decoded),
      }),
    },
  },
});
