import { objective, once } from './objective.js';
import { forCriticAlone, sideBySide } from './side-by-side.js';
import { add, believed, fake, halfSquares, perDimension, real, times } from './terms.js';

/**
 * DALI-l2, called AIM- in its first version: DALI with q(z|x) = N(mu(x), I), so that the code's loss is 1/2 |z - mu|^2. Its constant
 * d/2 log 2 pi is dropped: the loss of a perfect encoder is 0. An encoder with an output for the variance never trains it.
 * AIM and DALI section 5.1 and 4.1, Table 1. The encoder reads F, as DALI's does; the only file of the authors' with this loss
 * (AIM_MNIST_CYCLE) has an encoder of its own on pixels, which is not the paper's reduced version.
 */
export const daliL2 = objective({
  name: 'dali-l2',
  title: 'DALI-l2 (AIM-)',
  source:
    'AIM (ICLR 2019 submission) section 5.1, Table 1: "a Gaussian with identity covariance matrix"; DALI section 4.1',
  networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit', E: 'features -> posterior' },
  encoder: ['F', 'E'],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {
    /** Weight of the sum over the latent dimensions; 0 stands for 1/d. */
    lambda: 0,
  },
  presets: {
    authors: {
      update: 'sequential',
      source: "as the authors' code of DALI: the critic first, then G and E with fresh z",
    },
    paper: { update: 'simultaneous', source: 'Algorithm 1 as printed: one z, all losses before both updates' },
  },
  terms({ G, F, D, E }, { x, z }, _noise, { lambda }, tools) {
    const images = { data: () => [x], model: once(() => [G(z)]) };
    const features = sideBySide(images, forCriticAlone(tools)).through(F);
    const logits = features.through(D);
    return {
      data: () => logits.of('data'),
      model: () => logits.of('model'),
      code: () => times(perDimension(lambda, z), halfSquares(z, E(features.of('model')).mean)),
    };
  },
  players: {
    critic: {
      updates: ['F', 'D'],
      loss: (t) => add(real(t.data), fake(t.model)),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    actor: { updates: ['G', 'E'], loss: (t) => add(real(t.model), t.code), monitor: (t) => ({ code: t.code }) },
  },
});
