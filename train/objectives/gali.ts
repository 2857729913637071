/** What the GALI systems share: the game of n classes of tuples. Dandi et al. 2021 (AAAI 2021), Eq. 2-4. */
import * as tf from '@tensorflow/tfjs-core';
import { once, type Player } from './objective.js';
import { type Apart, sideBySide } from './side-by-side.js';
import { times } from './terms.js';

export const galiOptions = {
  /** Standard deviation, on the scale [-1,1], of the noise on every image that D sees; it falls linearly to 0 in the last epoch. */
  instanceNoise: 0,
  /** Updates of the critic in a step, each on a minibatch of its own; more than one with sequential updates alone. */
  criticSteps: 1,
  /** 2/n and 2/(n(n-1)) before the sums, so that two classes are ALI; without them the plain sums of Eq. 3 and 4. */
  normalised: true,
};

type Options = typeof galiOptions;
type Networks = Readonly<Record<'E' | 'G' | 'D', unknown>>;
type Terms = { readonly logits: tf.Tensor };

export const galiSource = 'Dandi et al. 2021 (AAAI 2021)';

/** The settings of GALI-4, GALI-PT and GALI-mix. */
export const galiPresets = {
  paper: {
    update: 'simultaneous',
    source:
      'Eq. 3 and 4, with normalisers that make two classes ALI; of instance noise and step ratios the paper is silent',
  },
  authors: {
    update: 'simultaneous',
    options: { instanceNoise: 0.1 },
    source: "the authors' code: one D and one G step from one forward pass, annealed instance noise",
  },
  sequential: {
    update: 'sequential',
    options: { instanceNoise: 0.1, criticSteps: 5 },
    source: "the schedule of the authors' ALI, ALICE and GALI-8 on SVHN, for comparisons of equal budgets",
  },
} as const;

/**
 * D's logits of one tuple of each class, in order: [n,N,n]. Gradients flow through whatever the tuples are made of.
 *
 * @param apart of a D that is the cheaper for reading all tuples in one pass
 */
export function classified(
  D: (...inputs: tf.Tensor[]) => tf.Tensor,
  tuples: readonly (() => readonly tf.Tensor[])[],
  apart: Apart | undefined,
) {
  const answers = sideBySide(Object.fromEntries(tuples.entries()), apart).through(D);
  return { logits: once(() => tf.stack(tuples.map((_, i) => answers.of(`${i}`)))) };
}

/** E log D_j(t_i) over the batch: [n,n], row i of tuples of class i. */
export const logLikelihoods = (logits: tf.Tensor): tf.Tensor => tf.mean(tf.logSoftmax(logits), 1);

/** L_D = -(2/n) sum_i E log D_i(t_i), Eq. 3. */
export function criticLoss({ logits }: Terms, { normalised }: Options): tf.Tensor {
  const n = logits.shape[0] as number;
  return times(normalised ? -2 / n : -1, tf.sum(tf.mul(logLikelihoods(logits), tf.eye(n))));
}

/** L_EG = -(2/(n(n-1))) sum_i sum_{j != i} E log D_j(t_i), the product of terms, Eq. 4. */
export function actorLoss({ logits }: Terms, { normalised }: Options): tf.Tensor {
  const n = logits.shape[0] as number;
  const others = tf.sub(1, tf.eye(n));
  return times(normalised ? -2 / (n * (n - 1)) : -1, tf.sum(tf.mul(logLikelihoods(logits), others)));
}

/** The mean probability that D gives to the right class; 1/n where it cannot tell. */
export function rightness(logits: tf.Tensor): tf.Tensor {
  const n = logits.shape[0] as number;
  return tf.div(tf.sum(tf.mul(tf.mean(tf.softmax(logits), 1), tf.eye(n))), n);
}

/** The two players of every GALI: the critic tells the classes apart, encoder and generator make each look like all others. */
export const galiPlayers: Readonly<Record<'critic' | 'actor', Player<Networks, { logits(): tf.Tensor }, Options>>> = {
  critic: {
    updates: ['D'],
    steps: ({ criticSteps }) => criticSteps,
    loss: criticLoss,
    monitor: (t) => ({ critic_right: rightness(t.logits) }),
  },
  actor: { updates: ['E', 'G'], loss: actorLoss },
};
