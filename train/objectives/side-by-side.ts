/** Several inputs through the same networks: a pass for each, or one pass over all of them, whichever is the cheaper. */
import * as tf from '@tensorflow/tfjs-core';
import { once } from './objective.js';

/**
 * Runs `pass` on a batch of inputs one below the other; what averages over a batch averages over each input by itself.
 *
 * @param rows of each input
 */
export type Apart = <T>(rows: readonly number[], pass: () => T) => T;

/** The network of one pass: it reads the tensors of an input, in order. */
type Network = (...inputs: tf.Tensor[]) => tf.Tensor;

export interface SideBySide<K extends string> {
  /** The next network, on what the one before it gave for each input. */
  through(network: Network): SideBySide<K>;
  /** What the last network gave for this input. */
  of(name: K): tf.Tensor;
}

/**
 * The numbers are the same either way, save for the order of sums and of random draws.
 *
 * @param inputs by name, the tensors that the first network reads, each [N,...]; made when they are first asked for
 * @param apart joins all inputs to one batch, for networks that read their weights once then; undefined for a pass each.
 *   Joined, all are computed when one is asked for: for losses that read all of them
 */
export function sideBySide<K extends string>(
  inputs: Readonly<Record<K, () => readonly tf.Tensor[]>>,
  apart: Apart | undefined,
): SideBySide<K> {
  const names = Object.keys(inputs) as K[];
  return apart && names.length > 1 ? together(names, once(joined(names, inputs)), apart) : each(names, inputs);
}

/**
 * For a critic D on features F whose loss alone reads real images: one batch in an update of the critic by itself. Where the generator
 * is updated from the same pass its gradient would go through the real ones too (measured on DALI, MNIST: 5 % of a step).
 */
export const forCriticAlone = ({ updates, joining }: CriticTools): Apart | undefined =>
  updates('D') && !updates('G') ? joining(['F', 'D'], 2) : undefined;

interface CriticTools {
  updates(network: 'D' | 'G'): boolean;
  joining(networks: readonly ('F' | 'D')[], inputs: number): Apart | undefined;
}

interface Joined {
  readonly tensors: readonly tf.Tensor[];
  /** Rows of each input. */
  readonly rows: readonly number[];
}

/** The inputs one below the other. */
function joined<K extends string>(names: readonly K[], inputs: Readonly<Record<K, () => readonly tf.Tensor[]>>) {
  return (): Joined => {
    const all = names.map((name) => inputs[name]());
    return {
      tensors: all[0]?.map((_, slot) => tf.concat(all.map((tensors) => tensors[slot] as tf.Tensor))) ?? [],
      rows: all.map(([first]) => first?.shape[0] ?? 0),
    };
  };
}

function together<K extends string>(names: readonly K[], inputs: () => Joined, apart: Apart): SideBySide<K> {
  const parts = once(() => tf.split(inputs().tensors[0] as tf.Tensor, [...inputs().rows]));
  return {
    through: (network) =>
      together(
        names,
        once(() => {
          const { tensors, rows } = inputs();
          return { tensors: [apart(rows, () => network(...tensors))], rows };
        }),
        apart,
      ),
    of: (name) => parts()[names.indexOf(name)] as tf.Tensor,
  };
}

function each<K extends string>(
  names: readonly K[],
  inputs: Readonly<Record<K, () => readonly tf.Tensor[]>>,
): SideBySide<K> {
  return {
    through(network) {
      const outputs = names.map((name) => [name, once(() => [network(...inputs[name]())])] as const);
      return each(names, Object.fromEntries(outputs) as unknown as typeof inputs);
    },
    of: (name) => inputs[name]()[0] as tf.Tensor,
  };
}
