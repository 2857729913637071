import * as tf from '@tensorflow/tfjs-core';
import { objective, once } from './objective.js';
import { add, believed, fake, gaussianNll, real } from './terms.js';

/**
 * VEEGAN: the critic tells (z, G(z)), here its 1, from (E(x), x), and an encoder, the paper's reconstructor F, recovers z from G(z).
 * Srivastava et al. 2017, section 3 and Algorithm 1.
 * L_D = E[-log s(D(G(z), z))] + E[-log(1 - s(D(x, E(x))))], L_GE = E[D(G(z), z)] + E[d(z, E(G(z)))]: the plain logit, the critic's
 * estimate of the log ratio, and d = -log N(z; E(G(z)), I), summed over dimensions. E has gradients from d alone.
 */
export const veegan = objective({
  name: 'veegan',
  title: 'VEEGAN',
  source: 'Srivastava et al. 2017 (arXiv:1705.07761), section 3 and Algorithm 1',
  networks: { E: 'x -> posterior', G: 'z -> x', D: 'x z -> logit' },
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  options: {
    /** The generator pays E[-log(1 - s(D(x~, z)))], a GAN's loss, in place of the logit. */
    crossEntropy: false as boolean,
    /** Weight of d. */
    lambda: 1,
  },
  presets: {
    paper: {
      update: 'simultaneous',
      source: 'Algorithm 1: all gradients from one draw, then all updates; the logit itself',
    },
    bce: {
      update: 'sequential',
      options: { crossEntropy: true },
      source: "the comparison in AIM's repository puts binary cross-entropy in the logit's place; the players in turns",
    },
  },
  terms({ E, G, D }, { x, z }, noise) {
    const xTilde = once(() => G(z));
    return {
      data: () => D(x, E(x).sample(noise)),
      model: () => D(xTilde(), z),
      code: () => gaussianNll(z, { mean: E(xTilde()).mean, logVariance: undefined }),
    };
  },
  players: {
    critic: {
      updates: ['D'],
      loss: (t) => add(real(t.model), fake(t.data)),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    actor: {
      updates: ['G', 'E'],
      loss: (t, { crossEntropy, lambda }) =>
        add(crossEntropy ? fake(t.model) : tf.mean(t.model), tf.mul(t.code, lambda)),
      monitor: (t) => ({ code: t.code }),
    },
  },
});
