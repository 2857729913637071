/** The networks of a run as functions on tensors: what objectives call. */
import * as tf from '@tensorflow/tfjs-core';
import { forward } from './forward.js';
import type { ForwardContext } from './layers/layer.js';
import type { Noise, Posterior } from './objectives/objective.js';
import { LOG_VARIANCE_RANGE } from './objectives/terms.js';
import type { PlannedNetwork } from './spec.js';

/** A network called with its inputs in order (noise is filled in); gives its tensor, or a posterior. */
export type Callable = (...inputs: tf.Tensor[]) => tf.Tensor & Posterior;

const join = (tensors: readonly tf.Tensor[]) => tf.concat([...tensors], -1);

/** Binds planned networks to parameters, statistics and noise. */
export function callables(
  networks: ReadonlyMap<string, PlannedNetwork>,
  parameters: ReadonlyMap<string, tf.Tensor>,
  context: ForwardContext,
  noise: Noise,
): Record<string, Callable> {
  return Object.fromEntries(
    [...networks].map(([name, network]) => [
      name,
      (...inputs: tf.Tensor[]) => {
        const outputs = forward(network, named(network, inputs, noise), parameters, context, join);
        return result(outputs) as tf.Tensor & Posterior;
      },
    ]),
  );
}

function named(network: PlannedNetwork, inputs: readonly tf.Tensor[], noise: Noise): Record<string, tf.Tensor> {
  const [first] = inputs;
  const names = Object.keys(network.inputs).filter((name) => name !== 'noise');
  if (!first || inputs.length !== names.length)
    throw new Error(`${network.name} takes ${names.join(', ')}, not ${inputs.length} tensors`);
  const all = Object.fromEntries(names.map((name, i) => [name, inputs[i] as tf.Tensor]));
  const shape = network.inputs.noise;
  return shape ? { ...all, noise: noise.normal([first.shape[0] ?? 0, ...shape]) } : all;
}

function result(outputs: Record<string, tf.Tensor>): tf.Tensor | Posterior {
  const { mean, log_variance, log_sigma, sample } = outputs;
  if (mean) return posterior(mean, log_variance ?? (log_sigma && tf.mul(log_sigma, 2)));
  if (sample) return posterior(sample, undefined);
  return Object.values(outputs)[0] as tf.Tensor;
}

function posterior(mean: tf.Tensor, logVariance: tf.Tensor | undefined): Posterior {
  return {
    mean,
    logVariance,
    sample: (noise) => (logVariance ? tf.add(mean, tf.mul(deviation(logVariance), noise.normal(mean.shape))) : mean),
  };
}

/** sigma, kept finite where an encoder runs away. */
function deviation(logVariance: tf.Tensor): tf.Tensor {
  const [low, high] = LOG_VARIANCE_RANGE;
  return tf.exp(tf.mul(tf.clipByValue(logVariance, low, high), 0.5));
}
