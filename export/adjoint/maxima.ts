/** ReduceMax and MaxPool: the largest takes the gradient. Equal largest ones share it, one of the subgradients there. */
import { elementCode } from '../onnx.js';
import {
  type Adjoint,
  type AdjointRule,
  attributeInts,
  back,
  inputDims,
  inputOf,
  integersOf,
  padded,
  reshaped,
  sizes,
} from './rule.js';

export const reduceMax: AdjointRule = (at) => {
  const reduced = integersOf(at, 1);
  const axes = sizes(inputDims(at));
  const kept = axes.map((size, axis) => (reduced.includes(axis + 1) ? 1 : size));
  const [largest, gradient] = [at.node.output.name, at.gradient].map((value) => reshaped(at, value, kept));
  return shared(at, inputOf(at), largest as string, gradient as string, reduced);
};

/**
 * Windows may overlap, so each tap becomes a channel: a convolution with one-hot kernels takes the windows apart, and its
 * transpose puts what they got together again.
 */
export const maxPool: AdjointRule = (at) => {
  const [channels = 0, ...size] = sizes(inputDims(at));
  const [, ...out] = sizes(at.node.output.shape);
  const kernel = attributeInts(at, 'kernel_shape');
  const strides = attributeInts(at, 'strides');
  const [rows = 1, columns = 1] = kernel;
  const taps = rows * columns;
  const oneHot = new Float32Array(channels * taps * taps).map((_, i) =>
    (((i / taps) % taps) | 0) === i % taps ? 1 : 0,
  );
  const weight = at.graph.floats(`taps ${channels}x${kernel.join('x')}`, oneHot, [channels * taps, 1, ...kernel]);
  const attributes = { kernel_shape: { ints: kernel }, strides: { ints: strides }, group: { int: channels } };

  const image = ['N', channels * taps, ...out] as const;
  const windows = reshaped(at, back(at, 'Conv', [inputOf(at), weight], { dims: image, attributes }), [
    channels,
    taps,
    ...out,
  ]);
  const [largest, gradient] = [at.node.output.name, at.gradient].map((value) =>
    reshaped(at, value, [channels, 1, ...out]),
  );
  const parts = shared(at, windows, largest as string, gradient as string, [2]);
  const covered = out.map((n, axis) => (n - 1) * (strides[axis] ?? 1) + (kernel[axis] ?? 0));
  const dims = ['N', channels, ...covered] as const;
  const together = [reshaped(at, parts, [channels * taps, ...out]), weight];
  return padded(at, back(at, 'ConvTranspose', together, { dims, attributes }), [channels, ...size]);
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
