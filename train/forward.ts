/** Runs a planned network on tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { layerKinds } from './layers/index.js';
import type { ForwardContext } from './layers/layer.js';
import type { PlannedBlock, PlannedLayer, PlannedNetwork } from './spec.js';

/** Parameters by their full names. */
export type ParameterTensors = Pick<ReadonlyMap<string, Tensor>, 'get'>;

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
  return layers.reduce((value, layer) => runLayer(layer, value, parameters, context), x);
}

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
