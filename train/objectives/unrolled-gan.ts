import * as tf from '@tensorflow/tfjs-core';
import { objective, once } from './objective.js';
import { add, believed, fake, real } from './terms.js';

/**
 * Unrolled GAN: the generator plays against the critic as it would be after K more of its own updates. Metz et al. 2017, section 2.
 * f(G, D) = E[-log s(D(x))] + E[-log(1 - s(D(x~)))]; D takes one step on f, and G maximises f(G, D_K), the saturating loss. D_K
 * depends on G too: the K updates, moments of Adam included, are differentiated through. All on one minibatch and one z.
 */
export const unrolledGan = objective({
  name: 'unrolled-gan',
  title: 'Unrolled GAN',
  source: 'Metz et al. 2017 (arXiv:1611.02163), section 2',
  networks: { G: 'z -> x', D: 'x -> logit' },
  differentiatedTwice: ['D'],
  encoder: [],
  decoder: ['G'],
  critic: ['D'],
  options: {
    /** K; with 0 this is the saturating GAN. */
    unrolling: 5,
  },
  presets: {
    paper: {
      update: 'simultaneous',
      source:
        "section 2.3: both gradients at the same parameters; the authors' code (poolio/unrolled_gan) runs both updates at once",
    },
    sequential: {
      update: 'sequential',
      source: 'ours: the critic first, then G against what comes after it, with fresh z',
    },
  },
  terms({ G, D }, { x, z }, _noise, { unrolling }, { unrolled }) {
    const xTilde = once(() => G(z));
    return {
      data: () => D(x),
      model: () => D(xTilde()),
      unrolled() {
        // outside the inner gradients, which free what is made within them
        const generated = xTilde();
        const value = (critic: typeof D) => add(real(critic(x)), fake(critic(generated)));
        return value(unrolled('D', unrolling, value));
      },
    };
  },
  players: {
    critic: {
      updates: ['D'],
      loss: (t) => add(real(t.data), fake(t.model)),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    generator: { updates: ['G'], loss: (t) => tf.neg(t.unrolled) },
  },
});
