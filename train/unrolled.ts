/** A network as it would be after further updates of its own Adam, with the updates in the graph. Metz et al. 2017, section 2. */
import * as tf from '@tensorflow/tfjs-core';
import { clipped } from './clip.js';
import type { ParameterTensors } from './forward.js';
import { type Binding, type Callable, callable } from './networks.js';
import type { Adam, AdamSettings } from './tensorflow/adam.js';

export interface Unrolling {
  readonly binding: Binding;
  readonly parameters: ParameterTensors;
  readonly adam: Pick<Adam, 'moments'>;
  readonly settings: (network: string) => AdamSettings & { readonly clipValue?: number; readonly l2?: number };
}

/**
 * The network after `steps` updates on `loss`, each as the optimiser does it: the gradient's clip and L2 share, moments from where
 * they stand, lr_t = lr sqrt(1 - beta2^t) / (1 - beta1^t) and theta -= lr_t m / (sqrt(v) + epsilon). Gradients of what it gives
 * go through all of them, to the parameters and to whatever else `loss` is made of. Batch statistics met on the way leave no trace:
 * these updates are imagined.
 *
 * Call inside `gradients`; every operation in `loss` must be differentiable twice, and tensors that `loss` shares with others are
 * made before.
 */
export function unrolled(
  { binding, parameters, adam, settings }: Unrolling,
  network: string,
  steps: number,
  loss: (network: Callable) => tf.Tensor,
): Callable {
  const specs = (binding.networks.get(network)?.parameters ?? []).filter((p) => p.trainable);
  const { learningRate, beta1, beta2, epsilon, clipValue = 0, l2 = 0 } = settings(network);
  const imagined: Binding = {
    ...binding,
    context: (name) => ({ ...binding.context(name), observe: () => undefined, remember: () => undefined }),
  };
  const at = (values: readonly tf.Tensor[]) => {
    const own = new Map(specs.map(({ name }, i) => [name, values[i]]));
    return callable(network, imagined, { get: (name) => own.get(name) ?? parameters.get(name) });
  };
  let values = specs.map(({ name }) => parameters.get(name) as tf.Tensor);
  let moments = specs.map(({ name }) => adam.moments(name));
  for (let k = 0; k < steps; k++) {
    const slopes = tf.grads((...current: tf.Tensor[]) => loss(at(current)))(values);
    const grads = specs.map(({ role }, i) =>
      clipped(slopes[i] as tf.Tensor, values[i] as tf.Tensor, role === 'weight', { clipValue, l2 }),
    );
    moments = moments.map(({ m, v, t }, i) => {
      const g = grads[i] as tf.Tensor;
      return {
        m: tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)),
        v: tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)),
        t: t + 1,
      };
    });
    values = values.map((value, i) => {
      const { m, v, t } = moments[i] as { m: tf.Tensor; v: tf.Tensor; t: number };
      const rate = (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
      // the root's slope is infinite where v is 0: a tiny floor keeps 0 * infinity from making a NaN of an unused weight
      return tf.sub(value, tf.div(tf.mul(m, rate), tf.add(tf.sqrt(tf.maximum(v, 1e-30)), epsilon)));
    });
  }
  return at(values);
}
