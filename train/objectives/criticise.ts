/** A critic's answers to several tuples of its inputs: a pass for each, or one pass over all of them. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { once } from './objective.js';

/**
 * What batch norm in the critic averages over: 'apart', each tuple by itself, or 'joined', real and generated ones
 * together, as ALI's authors run it.
 */
export type Statistics = 'apart' | 'joined';

/**
 * @param tuples the critic's inputs in order, [N,...] each, by a name; made when an answer is first asked for
 * @returns the logits [N,k] of each tuple, by its name
 * @throws AlixError 'bad-config' for statistics of another name
 */
export function criticise<K extends string>(
  D: (...inputs: tf.Tensor[]) => tf.Tensor,
  tuples: Readonly<Record<K, () => readonly tf.Tensor[]>>,
  statistics: Statistics,
): { readonly [P in K]: () => tf.Tensor } {
  const names = Object.keys(tuples) as K[];
  const each = (answer: (name: K) => tf.Tensor) =>
    Object.fromEntries(names.map((name) => [name, once(() => answer(name))])) as { [P in K]: () => tf.Tensor };
  if (statistics === 'apart') return each((name) => D(...tuples[name]()));
  if (statistics !== 'joined')
    throw new AlixError('bad-config', `"${statistics}" are no statistics of a critic`, { expected: 'apart, joined' });
  const all = once(() => {
    const inputs = names.map((name) => tuples[name]());
    const slots = inputs[0]?.map((_, slot) => tf.concat(inputs.map((tuple) => tuple[slot] as tf.Tensor))) ?? [];
    return { logits: D(...slots), rows: inputs.map((tuple) => tuple[0]?.shape[0] ?? 0) };
  });
  return each((name) => {
    const { logits, rows } = all();
    const i = names.indexOf(name);
    const before = rows.slice(0, i).reduce((sum, n) => sum + n, 0);
    return tf.slice(logits, before, rows[i]);
  });
}
