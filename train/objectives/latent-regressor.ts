import * as tf from '@tensorflow/tfjs-core';
import { objective, once } from './objective.js';
import { forCriticAlone, sideBySide } from './side-by-side.js';
import { add, believed, fake, real, times } from './terms.js';

/**
 * The latent regressor, BiGAN's baseline: a GAN, and an encoder that learns the codes of what G makes. Donahue et al. 2017,
 * section 4. L_E = E |z - E(G(z))|^2 / d. By itself it moves E alone; jointly, G's loss has it too, times `jointWeight`.
 * E sees generated images only.
 */
export const latentRegressor = objective({
  name: 'latent-regressor',
  title: 'latent regressor',
  source: 'Donahue et al. 2017 (arXiv:1605.09782), the baselines of section 4',
  networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit', E: 'x -> posterior' },
  encoder: ['E'],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {
    /** Weight of the code's error in G's loss; 0 leaves G to the game. */
    jointWeight: 0,
  },
  presets: {
    authors: {
      update: 'simultaneous',
      source:
        "the authors' code, latent regressor: G's loss without the code's error, which is averaged over dimensions. For uniform codes " +
        'that code takes a cross-entropy of squashed codes instead of the squared error here',
    },
    joint: {
      update: 'simultaneous',
      options: { jointWeight: 0.25 },
      source: "the authors' code, joint latent regressor: weight 0.25; of 1 they say that it degenerates",
    },
    sequential: { update: 'sequential', source: 'critic, generator and encoder in turns, each with fresh codes' },
  },
  terms({ G, F, D, E }, { x, z }, _noise, _options, tools) {
    const generated = once(() => G(z));
    const logits = sideBySide({ data: () => [x], model: () => [generated()] }, forCriticAlone(tools))
      .through(F)
      .through(D);
    return {
      data: () => logits.of('data'),
      model: () => logits.of('model'),
      code: () => tf.mean(tf.squaredDifference(z, E(generated()).mean)),
    };
  },
  players: {
    critic: {
      updates: ['F', 'D'],
      loss: (t) => add(real(t.data), fake(t.model)),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    generator: {
      updates: ['G'],
      loss: (t, { jointWeight }) => (jointWeight ? add(real(t.model), times(jointWeight, t.code)) : real(t.model)),
    },
    encoder: { updates: ['E'], loss: (t) => t.code },
  },
});
