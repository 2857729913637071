import * as tf from '@tensorflow/tfjs-core';
import { asVaeOptions, asVaePresets, draws, secondHalf } from './as-vae-terms.js';
import { objective } from './objective.js';
import { add, believed, fake, real } from './terms.js';

/**
 * AS-VAE-g: the second half of AS-VAE alone, L_z = E_p[log q(z|x) - f2(x,z)]; Pu et al. 2017, Eq. 9 and section 5. It asks for
 * log q(z|x~) at the z that x~ was made from: a Gaussian encoder has it, and a flow of affine couplings; a planar flow has not.
 */
export const asVaeG = objective({
  name: 'as-vae-g',
  title: 'AS-VAE-g',
  source: 'Pu et al. 2017 (NIPS; arXiv:1711.04915), Eq. 6 and the second half of Eq. 11',
  networks: { E: 'x -> posterior', G: 'z -> likelihood', D2: 'x z -> logit' },
  sizes: () => ({ D2: 1 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D2'],
  options: asVaeOptions,
  choices: { likelihood: ['bernoulli', 'gaussian', 'discretised'] },
  presets: asVaePresets,
  terms: ({ E, G, D2 }, batch, noise, options) =>
    secondHalf(E, D2, batch, draws({ E, G }, batch, noise, options), options),
  players: {
    critic: {
      updates: ['D2'],
      steps: ({ criticSteps }) => criticSteps,
      loss: (t) => add(real(t.decoded), fake(t.unrelatedData)),
      monitor: (t) => ({ critic2_joint: believed(t.decoded) }),
    },
    actor: {
      updates: ['E', 'G'],
      loss: (t) => add(tf.neg(t.logPosterior), tf.mean(t.decoded)),
      monitor: (t) => ({ log_posterior: t.logPosterior, f2: tf.mean(t.decoded) }),
    },
  },
});
