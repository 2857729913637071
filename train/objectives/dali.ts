import { objective, once } from './objective.js';
import { forCriticAlone, sideBySide } from './side-by-side.js';
import { add, believed, fake, gaussianNll, perDimension, real, times } from './terms.js';

/**
 * DALI, called AIM in its first version: a GAN, and an encoder that maximises log q(z|G(z)).
 * AIM (ICLR 2019 submission) Eq. 7-9 and Algorithm 1; DALI Eq. 8-10.
 * The encoder reads the critic's features F. It never updates them, but its loss reaches G through them: F is frozen in the
 * actor's step, not detached (notes of section 5 of the paper and of the authors' code).
 */
export const dali = objective({
  name: 'dali',
  title: 'DALI (AIM)',
  source: 'AIM (ICLR 2019 submission) Eq. 7-9, Algorithm 1; DALI Eq. 8-10',
  networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit', E: 'features -> posterior' },
  encoder: ['F', 'E'],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {
    /** Weight of the sum over the latent dimensions; 0 stands for 1/d, the paper's choice (its section 5). */
    lambda: 0,
  },
  presets: {
    authors: {
      update: 'sequential',
      source:
        "the authors' code for MNIST, CIFAR-10, CelebA and the grid (LAI_mix_gaussian_cl.py): the critic first, then G and E with fresh z",
    },
    paper: {
      update: 'simultaneous',
      source: 'Algorithm 1 as printed: one z, all losses before both updates',
    },
    shared: {
      update: 'sequential',
      prior: 'shared',
      source:
        'the updates of gaussian_example.py at the head of the code, whose game is DALI-f: in turns, with the same z for critic, generator ' +
        'and encoder (its separate step of E is joined with G here)',
    },
  },
  terms({ G, F, D, E }, { x, z }, _noise, { lambda }, tools) {
    const images = { data: () => [x], model: once(() => [G(z)]) };
    const features = sideBySide(images, forCriticAlone(tools)).through(F);
    const logits = features.through(D);
    return {
      data: () => logits.of('data'),
      model: () => logits.of('model'),
      code: () => times(perDimension(lambda, z), gaussianNll(z, E(features.of('model')))),
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
