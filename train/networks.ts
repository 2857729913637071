/** The networks of a run as functions on tensors: what objectives call. */
import * as tf from '@tensorflow/tfjs-core';
import { flowOf } from './flow.js';
import { forward, type ParameterTensors, runLayers } from './forward.js';
import { layerKinds } from './layers/index.js';
import type { ForwardContext } from './layers/layer.js';
import type { Likelihood, Noise, Posterior, Signature } from './objectives/objective.js';
import { flowing, gaussian, point } from './posterior.js';
import type { PlannedBlock, PlannedLayer, PlannedNetwork } from './spec.js';

/** A network called with its inputs in order (noise is filled in); gives its tensor, a posterior or a likelihood. */
export type Callable = (...inputs: tf.Tensor[]) => tf.Tensor & Posterior & Likelihood;

const join = (tensors: readonly tf.Tensor[]) => tf.concat([...tensors], -1);

export interface Binding {
  readonly networks: ReadonlyMap<string, PlannedNetwork>;
  /** What each gives, by its name: a network that is not among them gives its tensor, or its posterior. */
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly context: (network: string) => ForwardContext;
  readonly noise: Noise;
}

/** Binds planned networks to parameters, statistics and noise. */
export function callables(binding: Binding, parameters: ParameterTensors): Record<string, Callable> {
  return Object.fromEntries([...binding.networks.keys()].map((name) => [name, callable(name, binding, parameters)]));
}

/** One of the networks, bound. */
export function callable(name: string, binding: Binding, parameters: ParameterTensors): Callable {
  const network = binding.networks.get(name);
  if (!network) throw new Error(`there is no network ${name}`);
  const context = binding.context(name);
  const isLikelihood = binding.signatures[name]?.endsWith('-> likelihood') ?? false;
  return ((...inputs: tf.Tensor[]) => {
    const given = named(network, inputs, binding.noise);
    if (isLikelihood) return likelihood(network, given, parameters, context);
    return result(network, forward(network, given, parameters, context, join), parameters, context);
  }) as Callable;
}

/** The one tensor that a chain of networks passes on: a posterior's mean, a likelihood's image. */
export function centre(value: tf.Tensor | Posterior | Likelihood): tf.Tensor {
  if ('mean' in value && 'sample' in value) return value.mean;
  return 'preactivation' in value ? value.x : (value as tf.Tensor);
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

function result(
  network: PlannedNetwork,
  outputs: Record<string, tf.Tensor>,
  parameters: ParameterTensors,
  context: ForwardContext,
): tf.Tensor | Posterior {
  const { mean, log_variance, log_sigma, sample } = outputs;
  if (sample) return point(sample);
  if (!mean) return Object.values(outputs)[0] as tf.Tensor;
  const logVariance = log_variance ?? (log_sigma && tf.mul(log_sigma, 2));
  const base = logVariance ? gaussian(mean, logVariance) : point(mean);
  return network.flow ? flowing(base, flowOf(network.flow, parameters, context)) : base;
}

/** The activation that a decoder's image ends in, changes of shape aside; undefined where it ends in another layer. */
export function lastActivation({ blocks, outputs }: PlannedNetwork): PlannedLayer | undefined {
  const last = blocks.find(({ name }) => name === Object.keys(outputs)[0]);
  const end = last?.layers.findLast(({ kind }) => kind !== 'reshape' && kind !== 'flatten');
  return end && layerKinds[end.kind].isActivation ? end : undefined;
}

/** The decoder's outputs, its image both before and after the last activation. */
function likelihood(
  network: PlannedNetwork,
  inputs: Record<string, tf.Tensor>,
  parameters: ParameterTensors,
  context: ForwardContext,
): Likelihood {
  const [imageName = 'x'] = Object.keys(network.outputs);
  const end = lastActivation(network);
  if (!end) {
    const outputs = forward(network, inputs, parameters, context, join);
    const x = outputs[imageName] as tf.Tensor;
    return { x, preactivation: x, activation: undefined, logScale: outputs.log_scale };
  }
  const last = network.blocks.find(({ name }) => name === imageName) as PlannedBlock;
  const without = { ...last, layers: last.layers.filter((layer) => layer !== end) };
  const bare = { ...network, blocks: network.blocks.map((block) => (block === last ? without : block)) };
  const outputs = forward(bare, inputs, parameters, context, join);
  const preactivation = outputs[imageName] as tf.Tensor;
  const x = runLayers(last, preactivation, parameters, context, [end]);
  return { x, preactivation, activation: end.kind, logScale: outputs.log_scale };
}
