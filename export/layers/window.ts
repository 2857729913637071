/** What Conv and ConvTranspose share: attributes, and weights in another order or with a larger window. */
import type { ExplicitPadding, Shape } from '@alix/train/spec';
import type { Attribute } from '../onnx.js';
import { mapped, type Value } from '../value.js';
import type { LayerContext } from './layer.js';

type Pair = readonly [number, number];

/** ONNX lists the pads as top, left, bottom, right. */
export function windowAttributes(
  kernel: Pair,
  stride: Pair,
  [[top, bottom], [left, right]]: ExplicitPadding,
): Record<string, Attribute> {
  return { kernel_shape: { ints: kernel }, strides: { ints: stride }, pads: { ints: [top, left, bottom, right] } };
}

/** A row-major tensor with its axes in another order, as numpy.transpose does; with its new shape. */
export function permuted(
  data: Float64Array,
  shape: readonly number[],
  order: readonly number[],
): [Float64Array, number[]] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const result = new Float64Array(data.length);
  const newShape = order.map((axis) => shape[axis] ?? 0);
  const index = newShape.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = data[order.reduce((sum, axis, k) => sum + (strides[axis] ?? 0) * (index[k] ?? 0), 0)] ?? 0;
    for (let k = index.length - 1; k >= 0; k--) {
      index[k] = (index[k] ?? 0) + 1;
      if ((index[k] ?? 0) < (newShape[k] ?? 0)) break;
      index[k] = 0;
    }
  }
  return [result, newShape];
}

/** A weight [kh,kw,a,b] with zeros after, up to a larger window. */
export function widened(
  data: Float64Array,
  [rows = 0, columns = 0, a = 0, b = 0]: readonly number[],
  to: Pair,
): Float64Array {
  if (to[0] === rows && to[1] === columns) return data;
  const tap = a * b;
  const result = new Float64Array(to[0] * to[1] * tap);
  for (let row = 0; row < rows; row++)
    result.set(data.subarray(row * columns * tap, (row + 1) * columns * tap), row * to[1] * tap);
  return result;
}

/**
 * Writes a Conv or ConvTranspose and its bias: as the operator's own where there is one per feature, else as an Add behind it.
 *
 * @param operands the image, channels first, and the weight
 * @param offsets per feature, or per pixel and feature of the output (channels last)
 */
export function windowNodes(
  op: 'Conv' | 'ConvTranspose',
  operands: readonly string[],
  output: Shape,
  offsets: Float64Array | undefined,
  attributes: Readonly<Record<string, Attribute>>,
  { graph, name }: LayerContext,
): Value {
  const [height = 0, width = 0, features = 0] = output;
  const untied = offsets && offsets.length > features;
  const own = offsets && !untied ? [graph.floats(`${name}.bias`, offsets, [features])] : [];
  const result: Value = {
    name: graph.node(
      op,
      [...operands, ...own],
      untied ? `${name}.unbiased` : name,
      ['N', features, height, width],
      attributes,
    ),
    shape: output,
    channelsFirst: output,
  };
  if (!untied) return result;
  const [image, shape] = permuted(offsets, output, [2, 0, 1]);
  return mapped(graph, result, 'Add', name, { inputs: [graph.floats(`${name}.bias`, image, shape)] });
}
