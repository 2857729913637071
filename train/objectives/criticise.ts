/** A critic's answers to several tuples of its inputs: a pass for each, or one pass over all of them. */
import { AlixError } from '@alix/infer/io/errors';
import type * as tf from '@tensorflow/tfjs-core';
import { type Apart, sideBySide } from './side-by-side.js';

/**
 * What batch norm in the critic averages over: 'apart', each tuple by itself, or 'joined', real and generated ones
 * together, as ALI's authors run it.
 */
export type Statistics = 'apart' | 'joined';

/**
 * @param tuples the critic's inputs in order, [N,...] each, by a name; made when an answer is first asked for
 * @param apart of a critic that is the cheaper for reading all tuples in one pass, whatever its statistics
 * @returns the logits [N,k] of each tuple, by its name
 * @throws AlixError 'bad-config' for statistics of another name
 */
export function criticise<K extends string>(
  D: (...inputs: tf.Tensor[]) => tf.Tensor,
  tuples: Readonly<Record<K, () => readonly tf.Tensor[]>>,
  statistics: Statistics,
  apart?: Apart,
): { readonly [P in K]: () => tf.Tensor } {
  if (!['apart', 'joined'].includes(statistics))
    throw new AlixError('bad-config', `"${statistics}" are no statistics of a critic`, { expected: 'apart, joined' });
  const answers = sideBySide(tuples, statistics === 'joined' ? (_, pass) => pass() : apart).through(D);
  const names = Object.keys(tuples) as K[];
  return Object.fromEntries(names.map((name) => [name, () => answers.of(name)])) as { [P in K]: () => tf.Tensor };
}
