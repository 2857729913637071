/** Runs a planned network on tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { layerKinds } from './layers/index.js';
import type { ForwardContext } from './layers/layer.js';
import type { PlannedBlock, PlannedLayer, PlannedNetwork } from './spec.js';

/** Parameters by their full names. */
export interface ParameterTensors extends Pick<ReadonlyMap<string, Tensor>, 'get'> {
  /** Whether one is known to be 0 throughout. */
  isZero?(name: string): boolean;
}

/** Joins tensors along their last axis. */
export type Join = (tensors: readonly Tensor[]) => Tensor;

/**
 * One forward pass.
 *
 * @param inputs one tensor [N, ...shape] per input of the network
 * @param parameters by full name
 * @returns one tensor per output
 */
export function forward(
  network: PlannedNetwork,
  inputs: Readonly<Record<string, Tensor>>,
  parameters: ParameterTensors,
  context: ForwardContext,
  join: Join,
): Record<string, Tensor> {
  const values = new Map<string, Tensor>(Object.entries(inputs));
  for (const block of network.blocks) values.set(block.name, runBlock(block, values, parameters, context, join));
  return Object.fromEntries(Object.keys(network.outputs).map((name) => [name, tensorOf(values, name)]));
}

/**
 * The layers of a block on one tensor.
 *
 * @param layers all of the block's unless given: a likelihood leaves the last activation off
 */
export function runLayers(
  block: PlannedBlock,
  x: Tensor,
  parameters: ParameterTensors,
  context: ForwardContext,
  layers: readonly PlannedLayer[] = block.layers,
): Tensor {
  return layers.reduce((value, layer, i) => {
    const before = layers[i - 1];
    const kept = before && idleBias(before, layer, context);
    const idle = idleBias(layer, layers[i + 1], context);
    const run = idle ? { ...layer, parameters: layer.parameters.filter((p) => p !== idle) } : layer;
    const name = kept && `${before.path}.${kept.name}`;
    const bias = name && !parameters.isZero?.(name) && tensorOf(parameters, name);
    return runLayer(run, value, parameters, bias ? shifted(context, bias) : context);
  }, x);
}

/**
 * The bias of a layer that batch norm takes away again: the batch's mean has it in it, so that it changes no output and its
 * gradient is 0. It is then left out of the sum, which saves two passes over the activations, and stays as it is; the mean
 * that batch norm hands over has it, for evaluation adds it. Only where the fused operations run: with the plain ones
 * every parameter is part of the graph.
 */
function idleBias(layer: PlannedLayer, next: PlannedLayer | undefined, { training, ops }: ForwardContext) {
  if (!training || ops.name !== 'fused' || next?.kind !== 'batch-norm') return undefined;
  // by its name too: a flow's biases are inside its bends
  return layer.parameters.find(({ name, role, shape }) => name === 'bias' && role === 'bias' && shape.length === 1);
}

const shifted = (context: ForwardContext, bias: Tensor): ForwardContext => ({
  ...context,
  observe: (path, mean, variance) => context.observe(path, context.ops.add(mean, bias), variance),
});

function runBlock(
  block: PlannedBlock,
  values: ParameterTensors,
  parameters: ParameterTensors,
  context: ForwardContext,
  join: Join,
): Tensor {
  const sources = block.from.map((name) => tensorOf(values, name));
  const input = sources.length === 1 ? tensorOf(values, block.from[0] ?? '') : join(sources);
  return runLayers(block, input, parameters, context);
}

function runLayer(layer: PlannedLayer, x: Tensor, parameters: ParameterTensors, context: ForwardContext) {
  return layerKinds[layer.kind].forward(x, layer.args as never, ownOf(layer, parameters), context, layer.path);
}

/** A layer's parameters under their short names, each read when the layer asks for it: training wants no running statistics. */
export function ownOf(layer: PlannedLayer, parameters: ParameterTensors): Record<string, Tensor> {
  const own = {};
  for (const { name } of layer.parameters)
    Object.defineProperty(own, name, { get: () => tensorOf(parameters, `${layer.path}.${name}`), enumerable: true });
  return own;
}

function tensorOf(values: ParameterTensors, name: string): Tensor {
  const value = values.get(name);
  if (!value) throw new Error(`there is no tensor called ${name}`);
  return value;
}
