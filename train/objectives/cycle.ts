/** What it costs that something does not come back through encoder and decoder: ALICE's bounds of a conditional entropy. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { criticise, type Statistics } from './criticise.js';
import { add, fake, real } from './terms.js';

export type CycleCost = 'l2' | 'l1' | 'adversarial';

export interface Cycle {
  /** [N,...] */
  readonly original: tf.Tensor;
  /** What came back. */
  readonly back: () => tf.Tensor;
  /** Tells (original, original) from (original, back); the adversarial cost alone needs it. */
  readonly judge: ((...inputs: tf.Tensor[]) => tf.Tensor) | undefined;
  /** The judge's name. */
  readonly name: string;
}

export interface CycleGame {
  /** What encoder and decoder pay. */
  readonly cost: () => tf.Tensor;
  /** What the judge pays; undefined where there is none. */
  readonly judged: (() => tf.Tensor) | undefined;
}

/** Errors that need no judge, averaged over batch and elements. */
const errors: Readonly<Record<Exclude<CycleCost, 'adversarial'>, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  l2: (a, b) => tf.mean(tf.squaredDifference(a, b)),
  l1: (a, b) => tf.mean(tf.abs(tf.sub(a, b))),
};

/**
 * @throws AlixError 'mismatch' where the adversarial cost is asked for and the architecture has no judge, 'bad-config' for a
 *   cost that is none
 */
export function cycleGame({ original, back, judge, name }: Cycle, kind: CycleCost, statistics: Statistics): CycleGame {
  if (kind !== 'adversarial') {
    const error = Object.hasOwn(errors, kind) ? errors[kind] : undefined;
    if (!error)
      throw new AlixError('bad-config', `"${kind}" is no cost of a cycle`, { expected: 'l2, l1, adversarial' });
    return { cost: () => error(original, back()), judged: undefined };
  }
  if (!judge)
    throw new AlixError(
      'mismatch',
      `the adversarial cost needs the network ${name}, which the architecture does not have`,
      {
        remedy:
          'choose an architecture with it (small-28-joint has the option cycle), or --set objective.options.cost=l2',
      },
    );
  const { same, cycled } = criticise(
    judge,
    { same: () => [original, original], cycled: () => [original, back()] },
    statistics,
  );
  return { cost: () => add(fake(same()), real(cycled())), judged: () => add(real(same()), fake(cycled())) };
}
