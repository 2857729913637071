/** Writes planned networks into a graph, one after another, batch norm folded on the way. */
import { AlixError } from '@alix/infer/io/errors';
import {
  type ArchitectureSpec,
  type NetworkSpec,
  type PlannedBlock,
  type PlannedLayer,
  type PlannedNetwork,
  plan,
  type Shape,
  size,
} from '@alix/train/spec';
import type { GraphBuilder } from './builder.js';
import { batchNormAffine } from './fold.js';
import { layerExports } from './layers/index.js';
import { concat, toPlain, toShape, type Value } from './value.js';
import { checkWeights, parametersOf, type Weights } from './weights.js';

/** Values by the names of inputs, blocks and outputs. */
export type Values = ReadonlyMap<string, Value>;

/** Writes a network and returns its outputs, as they lie; the caller asks for the order that it needs. */
export function emitNetwork(graph: GraphBuilder, network: PlannedNetwork, inputs: Values, weights: Weights): Values {
  checkWeights(network, weights);
  const values = new Map(inputs);
  for (const block of network.blocks) {
    const sources = block.from.map((from) => values.get(from)!);
    const x = concat(graph, sources, `${network.name}.${block.name}.input`);
    values.set(block.name, emitBlock(graph, block, x, weights));
  }
  return new Map(Object.keys(network.outputs).map((name) => [name, values.get(name)!]));
}

function emitBlock(graph: GraphBuilder, block: PlannedBlock, input: Value, weights: Weights): Value {
  // dropout does nothing here, and must not stand between a layer and the batch norm that folds into it
  const layers = block.layers.filter((layer) => layer.kind !== 'dropout');
  let x = input;
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i]!;
    const kind = layerExports[layer.kind];
    const next = layers[i + 1];
    const folded = kind.linear && next?.kind === 'batch-norm' ? next : undefined;
    if (folded) i++;
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

/**
 * Writes a chain of networks: each reads, by name, what came in or an earlier network put out; a network with a single
 * input also reads what the one before it put out, under whatever name.
 *
 * @param entry what comes in, and the names under which networks may read it
 * @returns the outputs of all networks of the chain, later ones over earlier ones of the same name
 * @throws AlixError 'bad-architecture' for a network that is not there or does not fit; 'not-exportable' for one that draws noise
 */
export function emitChain(
  graph: GraphBuilder,
  architecture: ArchitectureSpec,
  chain: readonly string[],
  entry: { readonly names: readonly string[]; readonly value: Value },
  weights: Weights,
): { readonly outputs: Values; readonly last: Value } {
  const values = new Map(entry.names.map((name) => [name, entry.value]));
  const outputs = new Map<string, Value>();
  let last: Value | undefined = entry.value;
  for (const name of chain) {
    const network = plan(name, networkOf(architecture, name));
    const inputs = Object.entries(network.inputs);
    const read = inputs.map(([input, shape]): [string, Value] => {
      const value = values.get(input) ?? (inputs.length === 1 ? last : undefined);
      return [input, fitted(graph, value, shape, `${name}.${input}`, [...values.keys()])];
    });
    const made = emitNetwork(graph, network, new Map(read), weights);
    for (const [output, value] of made) {
      values.set(output, value);
      outputs.set(output, value);
    }
    last = made.size === 1 ? [...made.values()][0] : undefined;
  }
  return { outputs, last: last ?? entry.value };
}

/** The spec of a network of a chain. */
export function networkOf(architecture: ArchitectureSpec, name: string): NetworkSpec {
  const spec = architecture.networks[name];
  if (!spec)
    throw new AlixError('bad-architecture', `the architecture has no network "${name}"`, {
      expected: Object.keys(architecture.networks).join(', '),
    });
  if ('noise' in spec.inputs)
    throw new AlixError('not-exportable', 'a network that reads noise gives another answer each time', {
      where: name,
      remedy: 'export a system whose encoder gives a mean',
    });
  return spec;
}

function fitted(
  graph: GraphBuilder,
  value: Value | undefined,
  shape: Shape,
  where: string,
  known: readonly string[],
): Value {
  if (!value)
    throw new AlixError('bad-architecture', 'nothing in the chain feeds this input', {
      where,
      expected: known.join(', '),
    });
  if (value.shape.join() === shape.join()) return value;
  if (size(value.shape) !== size(shape))
    throw new AlixError('bad-architecture', 'the network before puts out another shape', {
      where,
      expected: shape.join('x'),
      found: value.shape.join('x'),
    });
  return toShape(graph, toPlain(graph, value), shape);
}
