/**
 * Values between layers. alix counts channels last, ONNX convolutions channels first; a value remembers which order its
 * numbers lie in, so that a transposition is made only where two layers truly disagree.
 */
import { type Shape, size } from '@alix/train/spec';
import type { GraphBuilder } from './builder.js';

export interface Value {
  /** Name of the tensor in the graph. */
  readonly name: string;
  /** Its shape as alix sees it: no batch axis, channels last. */
  readonly shape: Shape;
  /**
   * Set where the numbers lie in the order channels, height, width: the [height, width, channels] they make up.
   * A value of that shape is [N,C,H,W] in the graph; a flat one is [N, C*H*W] in that order.
   */
  readonly channelsFirst?: Shape;
}

/** True where both orders are the same: one channel, or one pixel. */
const oneOrder = ([height = 0, width = 0, channels = 0]: Shape): boolean => channels === 1 || height * width === 1;

const firstDims = ([height = 0, width = 0, channels = 0]: Shape): Shape => [channels, height, width];

/** The axes of the tensor in the graph, without the batch. */
export function dimsOf({ shape, channelsFirst }: Value): Shape {
  return channelsFirst && shape.length === 3 ? firstDims(shape) : shape;
}

/** A value as a caller outside sees it, channels last. */
export const plain = (name: string, shape: Shape): Value => ({ name, shape });

/** The same order and the same numbers of axes, after an operator that works number by number. */
export function mapped(
  graph: GraphBuilder,
  x: Value,
  op: string,
  name: string,
  {
    inputs = [],
    attributes = {},
  }: { inputs?: readonly string[]; attributes?: Parameters<GraphBuilder['node']>[4] } = {},
): Value {
  return { ...x, name: graph.node(op, [x.name, ...inputs], name, ['N', ...dimsOf(x)], attributes) };
}

/** Gives the tensor other axes and leaves its numbers where they are. */
function withDims(graph: GraphBuilder, x: Value, dims: Shape, name: string): string {
  if (dimsOf(x).join() === dims.join()) return x.name;
  // a 0 keeps the batch axis
  return graph.node('Reshape', [x.name, graph.integers([0, ...dims])], name, ['N', ...dims]);
}

/** An image as [N,C,H,W]. */
export function toChannelsFirst(graph: GraphBuilder, x: Value): Value {
  if (x.channelsFirst) return x;
  const name = `${x.name}.nchw`;
  const dims = firstDims(x.shape);
  return {
    shape: x.shape,
    channelsFirst: x.shape,
    name: oneOrder(x.shape)
      ? withDims(graph, x, dims, name)
      : graph.node('Transpose', [x.name], name, ['N', ...dims], { perm: { ints: [0, 3, 1, 2] } }),
  };
}

/** The numbers in alix's own order. */
export function toPlain(graph: GraphBuilder, x: Value): Value {
  if (!x.channelsFirst) return x;
  const image = withDims(graph, x, firstDims(x.channelsFirst), `${x.name}.nchw`);
  const name = `${x.name}.nhwc`;
  if (oneOrder(x.channelsFirst)) return plain(withDims(graph, x, x.shape, name), x.shape);
  const last = graph.node('Transpose', [image], name, ['N', ...x.channelsFirst], { perm: { ints: [0, 2, 3, 1] } });
  return plain(withDims(graph, plain(last, x.channelsFirst), x.shape, `${name}.flat`), x.shape);
}

/** One axis, in the order that the numbers lie in now; only the weights that read it have to know. */
export function toFlat(graph: GraphBuilder, x: Value): Value {
  const shape = [size(x.shape)];
  const name = withDims(graph, x, shape, `${x.name}.flat`);
  return x.channelsFirst && !oneOrder(x.channelsFirst)
    ? { name, shape, channelsFirst: x.channelsFirst }
    : plain(name, shape);
}

/** Another shape for the same numbers. */
export function toShape(graph: GraphBuilder, x: Value, shape: Shape, name = `${x.name}.reshaped`): Value {
  if (shape.length === 1) return toFlat(graph, x);
  if (x.channelsFirst && x.channelsFirst.join() === shape.join())
    return { name: withDims(graph, x, firstDims(shape), name), shape, channelsFirst: shape };
  return plain(withDims(graph, toPlain(graph, x), shape, name), shape);
}

/** For each number of a channels-first order, its place in alix's order. */
export function channelsFirstOrder([height = 0, width = 0, channels = 0]: Shape): Int32Array {
  const pixels = height * width;
  return Int32Array.from({ length: pixels * channels }, (_, i) => (i % pixels) * channels + Math.floor(i / pixels));
}

/** Joins values along the last axis, as a block with several inputs reads them. */
export function concat(graph: GraphBuilder, values: readonly Value[], name: string): Value {
  const [only] = values;
  if (only && values.length === 1) return only;
  const image = only?.shape.length === 3;
  const parts = values.map((value) => (image ? toChannelsFirst : toPlain)(graph, value));
  const features = parts.reduce((sum, { shape }) => sum + (shape.at(-1) ?? 0), 0);
  const shape = [...(only?.shape.slice(0, -1) ?? []), features];
  const joined: Value = image ? { name, shape, channelsFirst: shape } : plain(name, shape);
  const inputs = parts.map((part) => part.name);
  const axis = { int: image ? 1 : shape.length };
  return { ...joined, name: graph.node('Concat', inputs, name, ['N', ...dimsOf(joined)], { axis }) };
}
