/** A graph with a weight of every operator that has some, weights with the axis of their outputs at every place. */
import { GraphBuilder } from '@alix/export/builder';
import type { Graph } from '@alix/export/onnx';
import { size } from '@alix/train/spec';
import { floats, numbers } from '../support.js';

const N = 3;

/**
 * x [N,4,5,5] -> Conv to 16 channels (with bias) -> `conv`; ConvTranspose of that to 6 -> `up`; y [N,24] -> Gemm to 20 -> `dense`
 * -> Gemm with its weight turned to 18 -> `turned` -> MatMul to 15 -> `product`; and what must stay: a weight of 30 numbers, an offset.
 */
export function small(): Graph {
  const graph = new GraphBuilder();
  const next = numbers(11);
  const weight = (name: string, shape: number[]) =>
    graph.floats(
      name,
      Float64Array.from({ length: size(shape) }, () => 2 * next() - 1),
      shape,
    );
  const x = graph.input('x', 'float32', ['N', 4, 5, 5], '');
  const y = graph.input('y', 'float32', ['N', 24], '');
  const one = { kernel_shape: { ints: [3, 3] } };
  const conv = graph.node(
    'Conv',
    [x, weight('conv.weight', [16, 4, 3, 3]), weight('conv.bias', [16])],
    'a',
    ['N', 16, 3, 3],
    one,
  );
  const up = graph.node('ConvTranspose', [conv, weight('up.weight', [16, 6, 3, 3])], 'b', ['N', 6, 5, 5], one);
  const dense = graph.node('Gemm', [y, weight('dense.weight', [24, 20])], 'c', ['N', 20]);
  const turned = graph.node('Gemm', [dense, weight('turned.weight', [18, 20])], 'd', ['N', 18], { transB: { int: 1 } });
  const product = graph.node('MatMul', [turned, weight('product.weight', [18, 15])], 'e', ['N', 15]);
  const few = graph.node('MatMul', [product, weight('few.weight', [15, 2])], 'f', ['N', 2]);
  const moved = graph.node('Add', [product, weight('offset', [15])], 'g', ['N', 15]);
  const outputs = { conv, up, dense, turned, product, few, moved };
  const named = Object.entries(outputs).map(([name, value]) => ({ name, value, doc: '' }));
  return graph.finish('small', '', named);
}

/** What is to be stored otherwise, in the order it is read. */
export const weights = ['conv', 'up', 'dense', 'turned', 'product'].map((name) => `${name}.weight`);

/** Inputs for it. */
export const feeds = (next: () => number) => {
  const tensor = (...shape: number[]) =>
    floats(
      Float32Array.from({ length: size(shape) }, () => 2 * next() - 1),
      shape,
    );
  return { x: tensor(N, 4, 5, 5), y: tensor(N, 24) };
};

export const constantOf = ({ constants }: Graph, name: string): Float32Array => {
  const data = constants.get(name)?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`no float32 ${name}`);
};

/** The graph with other float32 constants. */
export const roundTrip = (graph: Graph, change: (name: string, data: Float32Array) => Float32Array): Graph => ({
  ...graph,
  constants: new Map(
    [...graph.constants].map(([name, constant]) => [
      name,
      constant.data instanceof Float32Array ? { ...constant, data: change(name, constant.data) } : constant,
    ]),
  ),
});
