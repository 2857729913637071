/**
 * The forward pass of an architecture in plain loops and float64, from the definitions alone: no tensor library, no folding,
 * no layout but channels last, its own paddings. Evaluation mode. It reads rows through plan() for names and order only.
 */

import type { Weights } from '@alix/export/weights';
import { type NetworkSpec, type PlannedLayer, plan, type Shape } from '@alix/train/spec';

/** One example: numbers with a shape, channels last. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

type Forward = (x: Tensor, layer: PlannedLayer, parameter: (name: string) => Float32Array | undefined) => Tensor;

interface WindowArgs {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly features: number;
  readonly padding: 'same' | 'valid' | number | readonly [readonly [number, number], readonly [number, number]];
}

const each = (f: (x: number, args: Record<string, number>) => number): Forward => {
  return (x, layer) => ({ shape: x.shape, data: x.data.map((v) => f(v, layer.args as Record<string, number>)) });
};

const reshaped = (x: Tensor, shape: Shape): Tensor => ({ shape, data: x.data });

/** Pixels before the first input pixel, and the size of the result, along one axis of a convolution. */
function convAxis(n: number, axis: 0 | 1, { kernel, stride, padding }: WindowArgs): [before: number, out: number] {
  const k = kernel[axis];
  const s = stride[axis];
  if (padding === 'same') {
    const out = Math.ceil(n / s);
    return [Math.floor(Math.max((out - 1) * s + k - n, 0) / 2), out];
  }
  const [before, after] =
    padding === 'valid' ? [0, 0] : typeof padding === 'number' ? [padding, padding] : padding[axis];
  return [before, Math.floor((n + before + after - k) / s) + 1];
}

/** Pixels cropped before, and the size of the result, along one axis of a transposed convolution. */
function transposedAxis(
  n: number,
  axis: 0 | 1,
  { kernel, stride, padding }: WindowArgs,
): [before: number, out: number] {
  const k = kernel[axis];
  const s = stride[axis];
  if (padding === 'same') return [Math.floor(Math.max(k - s, 0) / 2), n * s];
  const [before, after] =
    padding === 'valid' ? [0, 0] : typeof padding === 'number' ? [padding, padding] : padding[axis];
  return [before, (n - 1) * s + k - before - after];
}

const conv: Forward = (x, layer, parameter) => {
  const args = layer.args as unknown as WindowArgs;
  const [height = 0, width = 0, channels = 0] = x.shape;
  const [top, rows] = convAxis(height, 0, args);
  const [left, columns] = convAxis(width, 1, args);
  const weight = parameter('weight')!;
  const bias = parameter('bias');
  const { kernel, stride, features } = args;
  const data = new Float64Array(rows * columns * features);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let f = 0; f < features; f++) {
        let sum = bias?.[f] ?? 0;
        for (let a = 0; a < kernel[0]; a++)
          for (let b = 0; b < kernel[1]; b++) {
            const row = i * stride[0] + a - top;
            const column = j * stride[1] + b - left;
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            for (let c = 0; c < channels; c++)
              sum +=
                x.data[(row * width + column) * channels + c]! *
                weight[((a * kernel[1] + b) * channels + c) * features + f]!;
          }
        data[(i * columns + j) * features + f] = sum;
      }
  return { shape: [rows, columns, features], data };
};

const transposedConv: Forward = (x, layer, parameter) => {
  const args = layer.args as unknown as WindowArgs;
  const [height = 0, width = 0, channels = 0] = x.shape;
  const [top, rows] = transposedAxis(height, 0, args);
  const [left, columns] = transposedAxis(width, 1, args);
  const weight = parameter('weight')!;
  const bias = parameter('bias');
  const { kernel, stride, features } = args;
  const data = new Float64Array(rows * columns * features).map((_, i) => bias?.[i % features] ?? 0);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let a = 0; a < kernel[0]; a++)
        for (let b = 0; b < kernel[1]; b++) {
          const row = i * stride[0] + a - top;
          const column = j * stride[1] + b - left;
          if (row < 0 || column < 0 || row >= rows || column >= columns) continue;
          for (let f = 0; f < features; f++)
            for (let c = 0; c < channels; c++)
              data[(row * columns + column) * features + f]! +=
                x.data[(i * width + j) * channels + c]! * weight[((a * kernel[1] + b) * features + f) * channels + c]!;
        }
  return { shape: [rows, columns, features], data };
};

const fullyConnected: Forward = (x, layer, parameter) => {
  const { features } = layer.args as { features: number };
  const weight = parameter('weight')!;
  const bias = parameter('bias');
  const data = Float64Array.from({ length: features }, (_, f) => bias?.[f] ?? 0);
  x.data.forEach((v, i) => {
    for (let f = 0; f < features; f++) data[f]! += v * weight[i * features + f]!;
  });
  return { shape: [features], data };
};

const batchNorm: Forward = (x, _layer, parameter) => {
  const features = x.shape.at(-1) ?? 0;
  const [scale, shift, mean, variance] = ['scale', 'shift', 'running_mean', 'running_variance'].map(
    (p) => parameter(p)!,
  );
  const normal = (v: number, f: number) =>
    ((v - mean![f]!) / Math.sqrt(variance![f]! + 1e-5)) * scale![f]! + shift![f]!;
  return { shape: x.shape, data: x.data.map((v, i) => normal(v, i % features)) };
};

const maxout: Forward = (x, layer) => {
  const { pieces } = layer.args as { pieces: number };
  const data = Float64Array.from({ length: x.data.length / pieces }, (_, i) =>
    Math.max(...x.data.subarray(i * pieces, (i + 1) * pieces)),
  );
  return { shape: [...x.shape.slice(0, -1), (x.shape.at(-1) ?? 0) / pieces], data };
};

const kinds: Readonly<Record<string, Forward>> = {
  conv,
  'transposed-conv': transposedConv,
  'fully-connected': fullyConnected,
  'batch-norm': batchNorm,
  relu: each((x) => Math.max(x, 0)),
  'leaky-relu': each((x, { slope }) => (x > 0 ? x : slope! * x)),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  tanh: each(Math.tanh),
  softplus: each((x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)),
  dropout: (x) => x,
  maxout,
  reshape: (x, layer) => reshaped(x, (layer.args as { shape: Shape }).shape),
  flatten: (x) => reshaped(x, [x.data.length]),
};

/** All outputs of a network for one example. */
export function reference(
  name: string,
  spec: NetworkSpec,
  weights: Weights,
  inputs: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const values = new Map(Object.entries(inputs));
  for (const block of plan(name, spec).blocks) {
    let x = joined(block.from.map((from) => values.get(from)!));
    for (const layer of block.layers)
      x = kinds[layer.kind]!(x, layer, (parameter) => weights.get(`${layer.path}.${parameter}`)?.data);
    values.set(block.name, x);
  }
  return Object.fromEntries(spec.outputs.map((output) => [output, values.get(output)!]));
}

/** Along the last axis: pixel by pixel, the features of each in turn. */
function joined(parts: readonly Tensor[]): Tensor {
  const first = parts[0]!;
  const pixels = first.shape.slice(0, -1).reduce((product, n) => product * n, 1);
  const data: number[] = [];
  for (let pixel = 0; pixel < pixels; pixel++)
    for (const { shape, data: values } of parts) {
      const features = shape.at(-1) ?? 0;
      data.push(...values.subarray(pixel * features, (pixel + 1) * features));
    }
  return { shape: [...first.shape.slice(0, -1), data.length / pixels], data: Float64Array.from(data) };
}
