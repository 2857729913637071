/** ReduceMax and MaxPool: the largest takes the gradient. Equal largest ones share it, one of the subgradients there. */

import { elementCode } from '../onnx.js';
import { returned, taken } from './places.js';
import {
  type Adjoint,
  type AdjointRule,
  attributeInts,
  back,
  inputDims,
  inputOf,
  integersOf,
  reshaped,
  sizes,
} from './rule.js';

export const reduceMax: AdjointRule = (at) => {
  const reduced = integersOf(at, 1);
  const axes = sizes(inputDims(at));
  const kept = axes.map((size, axis) => (reduced.includes(axis + 1) ? 1 : size));
  const own = (value: string) => reshaped(at, value, kept);
  return shared(at, inputOf(at), own(at.node.output.name), own(at.gradient), reduced);
};

/** Windows may overlap, so the rows and columns of each are first laid out side by side. */
export const maxPool: AdjointRule = (at) => {
  const [channels = 0, height = 0, width = 0] = sizes(inputDims(at));
  const [, rows = 0, columns = 0] = sizes(at.node.output.shape);
  const kernel = attributeInts(at, 'kernel_shape');
  const strides = attributeInts(at, 'strides');
  const [tall = 1, wide = 1] = kernel;
  const inWindows = (axis: 0 | 1, windows: number) =>
    Array.from({ length: windows * (kernel[axis] ?? 1) }, (_, i) => {
      const tap = i % (kernel[axis] ?? 1);
      return ((i - tap) / (kernel[axis] ?? 1)) * (strides[axis] ?? 1) + tap;
    });
  const [down, across] = [inWindows(0, rows), inWindows(1, columns)];

  const laidOut = taken(at, taken(at, inputOf(at), 2, down), 3, across);
  const windows = reshaped(at, laidOut, [channels, rows, tall, columns, wide]);
  const own = (value: string) => reshaped(at, value, [channels, rows, 1, columns, 1]);
  const parts = shared(at, windows, own(at.node.output.name), own(at.gradient), [3, 5]);
  const image = reshaped(at, parts, [channels, rows * tall, columns * wide]);
  return returned(at, returned(at, image, 3, across, width), 2, down, height);
};

/** Of the values along some axes, those that equal the largest share its gradient in equal parts. */
function shared(at: Adjoint, values: string, largest: string, gradient: string, along: readonly number[]): string {
  const dims = at.graph.dims(values);
  const to = { to: { int: elementCode('float32') } };
  const equal = back(at, 'Equal', [values, largest], { dims, type: 'bool' });
  const isLargest = back(at, 'Cast', [equal], { dims, attributes: to });
  const few = at.graph.dims(gradient);
  const attributes = { keepdims: { int: 1 } };
  const count = back(at, 'ReduceSum', [isLargest, at.graph.integers(along)], { dims: few, attributes });
  return back(at, 'Mul', [isLargest, back(at, 'Div', [gradient, count], { dims: few })], { dims });
}
