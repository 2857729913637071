import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { criticise, type Statistics } from './criticise.js';
import { type CycleCost, cycleGame } from './cycle.js';
import { instanceNoise } from './instance-noise.js';
import { fillOf, maskedOption, shownTo } from './masks.js';
import { objective, once } from './objective.js';
import { add, believed, fake, real, times } from './terms.js';

/**
 * ALICE: ALI's game, and a cost where x or z does not come back. Li et al. 2017: the cost bounds the conditional entropies that
 * ALI leaves free. With x^ = G(z^), z^ ~ q(z|x) and z_ ~ q(z|G(z)):
 * L_EG = ALI's + lambda_x c(x, x^) + lambda_z c(z, z_). c is the mean squared or absolute error (explicit), or what the pair
 * pays in the game of another critic, which tells (x, x) from (x, x^) (implicit): Dx for x, Dz for z.
 *
 * Masked, as a baseline of GALI's inpainting: z^ ~ q(z|M(x)) and z_ ~ q(z|M'(G(z))), while D and c see images whole. GALI writes no
 * formula for it: that the cost is the whole image's, inside the mask and outside, is our reading.
 */
export const alice = objective({
  name: 'alice',
  title: 'ALICE',
  source: 'Li et al. 2017 (arXiv:1709.01215), section 3; the toy and image experiments as their code has them',
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  optional: { Dx: 'x x2 -> logit', Dz: 'z z2 -> logit' },
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  maskFill: fillOf,
  options: {
    /** 'l2', 'l1' or 'adversarial'. */
    cost: 'l2' as CycleCost,
    /** What has to come back: 'x', 'z' or 'both'. */
    on: 'both' as 'x' | 'z' | 'both',
    lambdaX: 1,
    lambdaZ: 1,
    /** Updates in a step, each on a minibatch of its own; more than one with sequential updates alone. */
    criticSteps: 1,
    actorSteps: 1,
    /** True: the decoder's pair is the one called real. */
    swapped: false as boolean,
    /** True: E and G minimise the difference of the critic's probabilities, without logarithms. */
    probabilities: false as boolean,
    /** What the critics' batch norm averages over: 'apart' or 'joined'. */
    statistics: 'apart' as Statistics,
    /** Standard deviation, on the scale [-1,1], of the noise on every image that D sees; it falls linearly to 0 in the last epoch. */
    instanceNoise: 0,
    ...maskedOption,
  },
  choices: { cost: ['l2', 'l1', 'adversarial'], on: ['x', 'z', 'both'], statistics: ['apart', 'joined'] },
  presets: {
    paper: {
      update: 'sequential',
      options: { actorSteps: 5 },
      source:
        'the toy experiments with explicit cycles: mean squared errors of x and z, weight 1, one step of D to five of E and G',
    },
    adversarial: {
      update: 'sequential',
      options: { cost: 'adversarial', lambdaX: 0.1, lambdaZ: 0.1, actorSteps: 5 },
      source:
        "the toy experiments with implicit cycles, the authors' code: both terms of each game with their labels flipped, weight 0.1",
    },
    authors: {
      update: 'sequential',
      prior: 'shared',
      options: { cost: 'l1', swapped: true, probabilities: true },
      source:
        "the authors' code for CIFAR-10 (CelebA: two steps of D): mean absolute errors, labels swapped, probabilities in the loss of E and " +
        'G; their weights run from 0 over 1e-6 to 1e3',
    },
    gali: {
      update: 'sequential',
      options: { on: 'x', criticSteps: 5, instanceNoise: 0.1 },
      source:
        "ALICE in GALI's Table 1 (SVHN), its authors' code: mean squared error of x in [-1,1], weight 1, five steps of D, annealed noise",
    },
    'gali-celeba': {
      update: 'simultaneous',
      options: { on: 'x', lambdaX: 0.02, instanceNoise: 0.1 },
      source:
        "ALICE in GALI's Table 1 right and Table 3 top (CelebA), its authors' code: weight 0.02, one step of each from one pass, annealed noise",
    },
  },
  terms({ G, E, D, Dx, Dz }, batch, noise, options, { joining }) {
    const { cost, on, lambdaX, lambdaZ, statistics } = options;
    const { x, z } = batch;
    if (!['x', 'z', 'both'].includes(on))
      throw new AlixError('bad-config', `"${on}" is nothing that could come back`, { expected: 'x, z, both' });
    const seen = instanceNoise(batch, noise, options.instanceNoise);
    const shown = shownTo(options, batch, noise);
    const inferred = once(() => E(shown(x)).sample(noise));
    const generated = once(() => G(z));
    const cycles = [
      { lambda: on === 'z' ? 0 : lambdaX, original: x, back: once(() => G(inferred())), judge: Dx, name: 'Dx' },
      {
        lambda: on === 'x' ? 0 : lambdaZ,
        original: z,
        back: once(() => E(shown(generated())).sample(noise)),
        judge: Dz,
        name: 'Dz',
      },
    ]
      .filter(({ lambda }) => lambda !== 0)
      .map(({ lambda, ...cycle }) => ({ lambda, ...cycleGame(cycle, cost, statistics) }));
    const total = (terms: readonly tf.Tensor[]) => add(tf.scalar(0), ...terms);
    return {
      ...criticise(
        D,
        { data: once(() => [seen(x), inferred()]), model: once(() => [seen(generated()), z]) },
        statistics,
        joining(['D'], 2),
      ),
      cycle: () => total(cycles.map((game) => times(game.lambda, game.cost()))),
      judged: () => total(cycles.flatMap(({ judged }) => (judged ? [judged()] : []))),
    };
  },
  players: {
    critic: {
      updates: ['D', 'Dx', 'Dz'],
      loss(t, { swapped }) {
        const [right, wrong] = swapped ? [t.model, t.data] : [t.data, t.model];
        return add(real(right), fake(wrong), t.judged);
      },
      steps: ({ criticSteps }) => criticSteps,
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    actor: {
      updates: ['E', 'G'],
      loss(t, { swapped, probabilities }) {
        const [right, wrong] = swapped ? [t.model, t.data] : [t.data, t.model];
        const game = probabilities ? tf.sub(believed(right), believed(wrong)) : add(fake(right), real(wrong));
        return add(game, t.cycle);
      },
      steps: ({ actorSteps }) => actorSteps,
      monitor: (t) => ({ cycle: t.cycle }),
    },
  },
});
