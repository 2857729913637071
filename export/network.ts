/** Writes planned networks into a graph, one after another, batch norm folded on the way. */
import {
  hiddenActivations,
  type PlannedBlock,
  type PlannedLayer,
  type PlannedNetwork,
  type Shape,
} from '@alix/train/spec';
import type { GraphBuilder } from './builder.js';
import { batchNormAffine } from './fold.js';
import { layerExports } from './layers/index.js';
import { concat, toPlain, type Value } from './value.js';
import { checkWeights, parametersOf, type Weights } from './weights.js';

/** Values by the names of inputs, blocks and outputs. */
export type Values = ReadonlyMap<string, Value>;

/**
 * Writes a network and returns its outputs, as they lie; the caller asks for the order that it needs. Of a network with a
 * flow, the mean is where the flow takes the Gaussian's, and there are no variances.
 *
 * @param hidden takes what goes into the activations of the hidden layers, in order
 */
export function emitNetwork(
  graph: GraphBuilder,
  network: PlannedNetwork,
  inputs: Values,
  weights: Weights,
  hidden?: Value[],
): Values {
  checkWeights(network, weights);
  const wanted = new Set(hidden ? hiddenActivations(network) : []);
  const before = (layer: PlannedLayer, x: Value) => {
    if (wanted.has(layer)) hidden?.push(x);
  };
  const values = new Map(inputs);
  for (const block of network.blocks) {
    const sources = block.from.map((from) => values.get(from)!);
    const x = concat(graph, sources, `${network.name}.${block.name}.input`);
    values.set(block.name, emitBlock(graph, block, x, weights, before));
  }
  const outputs = new Map(Object.keys(network.outputs).map((name) => [name, values.get(name)!]));
  const mean = network.flow && outputs.get('mean');
  return network.flow && mean
    ? new Map([['mean', emitBlock(graph, network.flow, toPlain(graph, mean), weights)]])
    : outputs;
}

function emitBlock(
  graph: GraphBuilder,
  block: PlannedBlock,
  input: Value,
  weights: Weights,
  before?: (layer: PlannedLayer, x: Value) => void,
): Value {
  // dropout does nothing here, and must not stand between a layer and the batch norm that folds into it
  const layers = block.layers.filter((layer) => layer.kind !== 'dropout');
  let x = input;
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i]!;
    const kind = layerExports[layer.kind];
    const next = layers[i + 1];
    const folded = kind.linear && next?.kind === 'batch-norm' ? next : undefined;
    if (folded) i++;
    before?.(layer, x);
    const reshapedTo = kind.linear ? nextImage(layers.slice(i + 1)) : undefined;
    x = kind.emit(x, layer as never, {
      graph,
      parameters: parametersOf(layer, weights),
      name: (folded ?? layer).path,
      ...(folded ? { affine: batchNormAffine(parametersOf(folded, weights)) } : {}),
      ...(reshapedTo ? { reshapedTo } : {}),
    });
  }
  return x;
}

/** The image shape that these layers reshape to before any of them minds the order of the numbers. */
function nextImage(layers: readonly PlannedLayer[]): Shape | undefined {
  const first = layers.find(({ kind }) => !layerExports[kind].elementwise && kind !== 'batch-norm');
  return first?.kind === 'reshape' && first.output.length === 3 ? first.output : undefined;
}
