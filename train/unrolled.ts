/** A network as it would be after further updates of its own Adam, with the updates in the graph. Metz et al. 2017, section 2.3. */
import * as tf from '@tensorflow/tfjs-core';
import { type Binding, type Callable, callable } from './networks.js';
import type { Adam, AdamSettings } from './tensorflow/adam.js';

export interface Unrolling {
  readonly binding: Binding;
  readonly parameters: ReadonlyMap<string, tf.Tensor>;
  readonly adam: Adam;
  readonly settings: (network: string) => AdamSettings;
}

/**
 * The network after `steps` updates on `loss`. Every operation in `loss` must be differentiable twice. Call inside `gradients`.
 * lr_t = lr sqrt(1 - beta2^t) / (1 - beta1^t) and theta -= lr_t m / (sqrt(v) + epsilon), as the optimiser does it.
 */
export function unrolled(
  { binding, parameters, adam, settings }: Unrolling,
  network: string,
  steps: number,
  loss: (network: Callable) => tf.Tensor,
): Callable {
  const names = (binding.networks.get(network)?.parameters ?? []).filter((p) => p.trainable).map((p) => p.name);
  const { learningRate, beta1, beta2, epsilon } = settings(network);
  const at = (values: readonly tf.Tensor[]) =>
    callable(
      network,
      binding,
      new Map([...parameters, ...names.map((name, i) => [name, values[i] as tf.Tensor] as const)]),
    );
  let values = names.map((name) => parameters.get(name) as tf.Tensor);
  let moments = names.map((name) => adam.moments(name));
  for (let k = 0; k < steps; k++) {
    const grads = tf.grads((...current: tf.Tensor[]) => loss(at(current)))(values);
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
