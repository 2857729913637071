import * as tf from '@tensorflow/tfjs-core';
import { coded } from './kl.js';
import { objective, once } from './objective.js';
import { add, believed, fake, real, times } from './terms.js';

/**
 * VAE/GAN: a variational autoencoder whose pictures are compared in the critic's features F, which a GAN on the same decoder learns.
 * Larsen et al. 2016, section 2 and Algorithm 1. z^ ~ q(z|x), x^ = G(z^), x~ = G(z) with z from the prior:
 * L_E = KL(q(z|x) || p(z)) + |F(x) - F(x^)|^2, L_G = gamma |F(x) - F(x^)|^2 + E[-log s(D(x^))] + E[-log s(D(x~))],
 * L_D = E[-log s(D(x))] + E[-log(1 - s(D(x^)))] + E[-log(1 - s(D(x~)))]. The comparison never changes F or D. Squares are summed over
 * the features (their mean would be a smaller weight), and the Gaussian's 1/2 is in neither term.
 */
export const vaeGan = objective({
  name: 'vae-gan',
  title: 'VAE/GAN',
  source: 'Larsen et al. 2016 (arXiv:1512.09300), section 2 and Algorithm 1',
  networks: { E: 'x -> posterior', G: 'z -> x', F: 'x -> features', D: 'features -> logit' },
  encoder: ['E'],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {
    /** Weight of the comparison in the decoder's loss, against the game. */
    gamma: 1,
    /** Weight of the comparison in the encoder's loss, against the divergence. */
    likeness: 1,
  },
  presets: {
    paper: { update: 'simultaneous', source: 'Algorithm 1: all losses from one forward pass, then the three updates' },
    sequential: {
      update: 'sequential',
      source: 'ours: the critic first, then encoder and decoder, each with fresh noise',
    },
  },
  terms({ E, G, F, D }, { x, z, prior }, noise) {
    const code = once(() => coded(E(x), prior, noise));
    const data = once(() => F(x));
    const copy = once(() => F(G(code().z)));
    return {
      divergence: () => tf.mean(code().kl),
      difference: () => tf.div(tf.sum(tf.square(tf.sub(data(), copy()))), x.shape[0] ?? 1),
      data: () => D(data()),
      copy: () => D(copy()),
      model: () => D(F(G(z))),
    };
  },
  players: {
    critic: {
      updates: ['F', 'D'],
      loss: (t) => add(real(t.data), fake(t.copy), fake(t.model)),
      monitor: (t) => ({
        critic_data: believed(t.data),
        critic_copy: believed(t.copy),
        critic_model: believed(t.model),
      }),
    },
    encoder: {
      updates: ['E'],
      loss: (t, { likeness }) => add(t.divergence, times(likeness, t.difference)),
      monitor: (t) => ({ divergence: t.divergence, difference: t.difference }),
    },
    decoder: {
      updates: ['G'],
      loss: (t, { gamma }) => add(times(gamma, t.difference), real(t.copy), real(t.model)),
    },
  },
});
