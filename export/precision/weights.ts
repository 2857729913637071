/** Which constants of a graph are weights, and a graph whose weights are stored in other numbers. */
import { size } from '@alix/train/spec';
import type { Constant, Graph, GraphNode } from '../onnx.js';

/** A weight, its float32 numbers, and the axis that counts what the operator puts out: one channel, one unit. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly axis: number;
}

/** A weight stored otherwise: constants, and the operators that make float32 of them, the last under the weight's own name. */
export interface Stored {
  readonly constants: readonly (readonly [name: string, constant: Constant])[];
  readonly nodes: readonly GraphNode[];
}

/** An operator on constants that puts out float32 of a weight's shape. */
export const restoring = (
  op: string,
  inputs: readonly string[],
  name: string,
  { shape }: Weight,
  attributes: GraphNode['attributes'] = {},
): GraphNode => ({ op, inputs, output: { name, type: 'float32', shape }, attributes });

/** A weight of fewer numbers costs less than the node that would restore it. */
export const FEWEST = 256;

/** The axis of the outputs in a weight [..], by the operator that reads it as its second input. */
const outputAxis: Readonly<Record<string, (node: GraphNode, rank: number) => number>> = {
  Conv: () => 0,
  ConvTranspose: () => 1,
  Gemm: ({ attributes: { transB } }) => (transB && 'int' in transB && transB.int !== 0 ? 0 : 1),
  MatMul: (_node, rank) => rank - 1,
};

/**
 * The weights of a graph: float32 constants of at least two axes and 256 numbers that are the second input of a Conv,
 * ConvTranspose, Gemm or MatMul. Biases, factors, offsets and small weights are none. One that several operators read has the
 * axis of the first.
 */
export function weightsOf({ nodes, constants }: Graph): readonly Weight[] {
  const found = new Map<string, Weight>();
  for (const node of nodes) {
    const [, name = ''] = node.inputs;
    const constant = constants.get(name);
    const axisOf = outputAxis[node.op];
    if (!axisOf || found.has(name) || !(constant?.data instanceof Float32Array)) continue;
    const { shape, data } = constant;
    if (shape.length >= 2 && size(shape) >= FEWEST)
      found.set(name, { name, shape, data, axis: axisOf(node, shape.length) });
  }
  return [...found.values()];
}

/**
 * A graph of the same inputs and outputs whose weights are stored as `store` says. What restores a weight bears its name, so
 * that whoever reads it reads float32 as before.
 *
 * @param store undefined leaves a weight as it is
 */
export function withStored(graph: Graph, store: (weight: Weight) => Stored | undefined): Graph {
  const constants = new Map(graph.constants);
  const nodes: GraphNode[] = [];
  for (const weight of weightsOf(graph)) {
    const stored = store(weight);
    if (!stored) continue;
    constants.delete(weight.name);
    for (const [name, constant] of stored.constants) {
      if (graph.constants.has(name)) throw new Error(`${name} is taken`);
      constants.set(name, constant);
    }
    nodes.push(...stored.nodes);
  }
  return { ...graph, nodes: [...nodes, ...graph.nodes], constants };
}
