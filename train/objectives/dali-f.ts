import * as tf from '@tensorflow/tfjs-core';
import { objective, once } from './objective.js';
import { forCriticAlone, sideBySide } from './side-by-side.js';
import { add, gaussianNll, perDimension, times } from './terms.js';

/**
 * DALI-f: DALI whose game is f-GAN's for the Kullback-Leibler divergence; the critic's answer is a plain number, not a logit.
 * L_D = -E[D(x)] + E[exp(D(x~) - 1)], L_GE = -E[D(x~)] + lambda E[L(z, E(F(x~)))]. DALI Eq. 8-10 and the text below Eq. 8; AIM Eq. 6.
 * At the optimum D(x) - 1 is the log ratio of data's and model's densities. The authors also keep each number of the gradients in
 * [-1, 1] (grid and MNIST): a recipe's `optimiser.clipValue`.
 */
export const daliF = objective({
  name: 'dali-f',
  title: 'DALI-f',
  source: 'DALI Eq. 8-10 and the text below Eq. 8, Table 2; AIM (ICLR 2019 submission) Eq. 6',
  networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit', E: 'features -> posterior' },
  encoder: ['F', 'E'],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {
    /** Weight of the sum over the latent dimensions; 0 stands for 1/d. */
    lambda: 0,
    /** Epochs in which that weight rises to its full value: in epoch e it is min(1, e / warmUp) of it; 0 for all of it at once. */
    warmUp: 0,
    /** The generator minimises Eq. 8 itself, -E[exp(D(x~) - 1)], whose slope vanishes where the critic is sure. */
    saturating: false as boolean,
    /**
     * Beyond this exponent the tangent replaces exp: float32 overflows at 88, and squared in Adam's moments from 44. Unlike a clamped
     * exponent the tangent has a slope, so that a critic that has gone too far is still pulled back.
     */
    exponentLimit: 20,
  },
  presets: {
    paper: {
      update: 'simultaneous',
      source: 'DALI, Algorithm 1 as printed, lambda = 1/d (its section 4), generator -E[D(x~)] (below Eq. 8)',
    },
    authors: {
      update: 'sequential',
      options: { lambda: 1, warmUp: 32 },
      source:
        "the authors' code for MNIST: the sum over dimensions, its weight min(1, epoch / 32) with epochs from 1, fresh z",
    },
    'authors-grid': {
      update: 'sequential',
      prior: 'shared',
      source:
        'gaussian_example.py at the head of the code: the mean over dimensions, the same z for every player (its separate step of E is joined with G here)',
    },
    'authors-2018': {
      update: 'sequential',
      options: { lambda: 1, saturating: true },
      source: "the authors' file of 2018: generator -E[exp(D(x~) - 1)], summed over dimensions",
    },
    aim: {
      update: 'simultaneous',
      options: { lambda: 1 },
      source: 'AIM, below Eq. 9: with the game of Eq. 6 lambda is 1',
    },
  },
  terms({ G, F, D, E }, { x, z, moment }, _noise, { lambda, warmUp, exponentLimit }, tools) {
    const images = { data: () => [x], model: once(() => [G(z)]) };
    const features = sideBySide(images, forCriticAlone(tools)).through(F);
    const logits = features.through(D);
    const risen = warmUp > 0 ? Math.min(1, moment.epoch / warmUp) : 1;
    return {
      data: () => tf.mean(logits.of('data')),
      model: () => tf.mean(logits.of('model')),
      conjugate: () => tf.mean(boundedExp(tf.sub(logits.of('model'), 1), exponentLimit)),
      code: () => times(risen * perDimension(lambda, z), gaussianNll(z, E(features.of('model')))),
    };
  },
  players: {
    critic: {
      updates: ['F', 'D'],
      loss: (t) => tf.sub(t.conjugate, t.data),
      monitor: (t) => ({ critic_data: t.data, critic_model: t.model }),
    },
    actor: {
      updates: ['G', 'E'],
      loss: (t, { saturating }) => add(tf.neg(saturating ? t.conjugate : t.model), t.code),
      monitor: (t) => ({ code: t.code }),
    },
  },
});

/** exp(t) up to the limit, its tangent there beyond. */
function boundedExp(t: tf.Tensor, limit: number): tf.Tensor {
  return tf.mul(tf.exp(tf.minimum(t, limit)), tf.add(tf.relu(tf.sub(t, limit)), 1));
}
