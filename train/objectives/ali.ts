import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { criticise, type Statistics } from './criticise.js';
import { instanceNoise } from './instance-noise.js';
import { fillOf, maskedOption, shownTo } from './masks.js';
import { objective, once } from './objective.js';
import { add, believed, fake, real } from './terms.js';

/**
 * ALI: the critic tells (x, q(z|x)) from (p(x|z), z). Dumoulin et al. 2017, Eq. 1 and 3, Algorithm 1.
 * L_D = E[-log s(D(x, z^))] + E[-log(1 - s(D(x~, z)))], L_EG = E[-log(1 - s(D(x, z^)))] + E[-log s(D(x~, z))],
 * with z^ ~ q(z|x) reparametrised and x~ = G(z).
 *
 * Stacked (section 2.6, Eq. 6 and 7, where the paper's p(z_i|.) in Eq. 7 stands for q): with the networks E2 and G2 there are two
 * layers of codes, z1 ~ q(z1|x), z2 ~ q(z2|z1) against z2 ~ p(z2), z1 ~ p(z1|z2), x~ = G(z1), and the critic sees (x, [z1, z2]).
 * Each layer depends on its neighbour alone; the equations would let it depend on all before it.
 *
 * Masked, as a baseline of GALI's inpainting: z^ ~ q(z|M(x)), while D sees x whole. Only E's reading changes; no loss does.
 */
export const ali = objective({
  name: 'ali',
  title: 'ALI',
  source: 'Dumoulin et al. 2017 (arXiv:1606.00704), Eq. 1 and 3, Algorithm 1; stacked codes Eq. 6 and 7',
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  optional: { E2: 'z1 -> posterior', G2: 'z2 -> posterior' },
  encoder: ['E', 'E2'],
  decoder: ['G2', 'G'],
  critic: ['D'],
  maskFill: fillOf,
  options: {
    /** What the critic's batch norm averages over: 'apart' or 'joined'. */
    statistics: 'apart' as Statistics,
    /** Standard deviation, on the scale [-1,1], of the noise on every image that D sees; it falls linearly to 0 in the last epoch. */
    instanceNoise: 0,
    /** Updates of the critic in a step, each on a minibatch of its own; more than one with sequential updates alone. */
    criticSteps: 1,
    ...maskedOption,
  },
  choices: { statistics: ['apart', 'joined'] },
  presets: {
    paper: {
      update: 'simultaneous',
      source: "Algorithm 1; the authors' code takes both gradients from one forward pass",
    },
    authors: {
      update: 'simultaneous',
      options: { statistics: 'joined' },
      source: "the authors' code: as Algorithm 1, and D reads real and generated pairs as one batch",
    },
    sequential: {
      update: 'sequential',
      source: 'as many ports do it: the critic first, then the others with fresh noise',
    },
    gali: {
      update: 'sequential',
      options: { instanceNoise: 0.1, criticSteps: 5 },
      source:
        "ALI in GALI's Table 1 (SVHN), its authors' code: five steps of D, one of E and G, annealed instance noise",
    },
    'gali-celeba': {
      update: 'simultaneous',
      options: { instanceNoise: 0.1 },
      source:
        "ALI in GALI's Table 1 right and Table 3 top (CelebA), its authors' code: one step of each from one pass, annealed instance noise",
    },
  },
  terms({ G, E, D, E2, G2 }, batch, noise, options, { joining }) {
    const { x, z } = batch;
    if (!E2 !== !G2)
      throw new AlixError('mismatch', 'stacked codes need both E2 and G2', {
        found: E2 ? 'E2 alone' : 'G2 alone',
        remedy: 'choose an architecture with both networks, or with neither',
      });
    const seen = instanceNoise(batch, noise, options.instanceNoise);
    const shown = shownTo(options, batch, noise);
    const inferred = () => {
      const z1 = E(shown(x)).sample(noise);
      return E2 ? tf.concat([z1, E2(z1).sample(noise)], -1) : z1;
    };
    const generated = () => {
      if (!G2) return [seen(G(z)), z];
      const z1 = G2(z).sample(noise);
      return [seen(G(z1)), tf.concat([z1, z], -1)];
    };
    const tuples = { data: once(() => [seen(x), inferred()]), model: once(generated) };
    return criticise(D, tuples, options.statistics, joining(['D'], 2));
  },
  players: {
    critic: {
      updates: ['D'],
      loss: (t) => add(real(t.data), fake(t.model)),
      steps: ({ criticSteps }) => criticSteps,
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    actor: { updates: ['E', 'G', 'E2', 'G2'], loss: (t) => add(fake(t.data), real(t.model)) },
  },
});
