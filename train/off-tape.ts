/** Passes that no gradient of an update can go through. */
import * as tf from '@tensorflow/tfjs-core';
import type { Callable } from './networks.js';
import { isInsideGradient, unrecorded } from './tensorflow/ops/record.js';

/**
 * The networks, of which those that the update does not change are run off the tape on data, and on what other such passes gave: as
 * the generator is while the critic learns. What a pass keeps for a gradient is then freed at its end.
 *
 * @param signatures what the networks give: a posterior or a likelihood, whose parts are made later, stays on the tape
 * @param data tensors that depend on no parameter
 */
export function offTape(
  networks: Readonly<Record<string, Callable>>,
  signatures: Readonly<Record<string, string>>,
  updates: (network: string) => boolean,
  data: readonly tf.Tensor[],
): Record<string, Callable> {
  const constants = new WeakSet<tf.Tensor>(data);
  const isSuited = (name: string) => !updates(name) && !/(posterior|likelihood)$/.test(signatures[name] ?? 'posterior');
  const wrapped = (network: Callable): Callable =>
    ((...inputs: tf.Tensor[]) => {
      // a slope by the data themselves, as of a penalty, goes through
      if (isInsideGradient() || !inputs.every((input) => constants.has(input))) return network(...inputs);
      const output = unrecorded(() => tf.tidy(() => network(...inputs) as tf.Tensor));
      constants.add(output);
      return output;
    }) as Callable;
  return Object.fromEntries(
    Object.entries(networks).map(([name, network]) => [name, isSuited(name) ? wrapped(network) : network]),
  );
}
