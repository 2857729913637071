/**
 * An objective of one's own, outside alix: `alix train my-objective.ts` trains it, `alix export` makes a model of it.
 * Copy this file to wherever you work. It is ALI with the squared errors of LSGAN in the place of the logarithms, so that
 * a critic that is sure of itself still gives its opponents a gradient; and the recipe that `alix train` then takes.
 */
import { objective, once } from '@alix/train/objectives/objective';
import { add, times } from '@alix/train/objectives/terms';
import type { Recipe } from '@alix/train/recipes/recipe';
import * as tf from '@tensorflow/tfjs-core';

/** E[(l - target)^2] over the batch. */
const squared = (logit: tf.Tensor, target: number): tf.Tensor => tf.mean(tf.square(tf.sub(logit, target)));

/**
 * The critic's answers D(x, z) are drawn to 1 on data and to 0 on samples of the model; encoder and generator draw them the
 * other way. z^ ~ q(z|x), x~ = G(z). `weight` is that of the encoder's and generator's loss.
 */
export const lsAli = objective({
  name: 'ls-ali',
  title: 'ALI with least squares',
  source:
    'Dumoulin et al. 2017 (arXiv:1606.00704), Algorithm 1, with the losses of Mao et al. 2017 (arXiv:1611.04076), Eq. 9',
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  options: { weight: 1 },
  presets: { paper: { update: 'simultaneous', source: 'Algorithm 1 of ALI' } },
  terms({ G, E, D }, { x, z }, noise) {
    const zHat = once(() => E(x).sample(noise));
    return { data: () => D(x, zHat()), model: () => D(G(z), z) };
  },
  players: {
    critic: { updates: ['D'], loss: (t) => add(squared(t.data, 1), squared(t.model, 0)) },
    actor: {
      updates: ['E', 'G'],
      loss: (t, { weight }) => times(weight, add(squared(t.data, 0), squared(t.model, 1))),
    },
  },
});

export const lsAliStrokes: Recipe = {
  name: 'ls-ali-strokes',
  title: 'ALI with least squares, on strokes',
  source: 'an example',
  config: {
    objective: { name: 'ls-ali' },
    architecture: { name: 'small-28-joint' },
    data: { source: 'strokes', options: { train: 20000 } },
    batch: 100,
    length: { epochs: 30 },
    optimiser: { learningRate: 5e-4, beta1: 0.5 },
    initialiser: { weights: 'he' },
  },
};
