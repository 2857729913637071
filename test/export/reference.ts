/**
 * The forward pass of an architecture in plain loops and float64, from the definitions alone: no tensor library, no folding,
 * no layout but channels last, its own paddings. Evaluation mode. It reads rows through plan() for names and order only.
 */

import type { Weights } from '@alix/export/weights';
import { type NetworkSpec, type PlannedLayer, plan, type Shape } from '@alix/train/spec';

/** A weight [..., features] as the layer uses it: divided by |W u| where its row says spectral. */
function effective(layer: PlannedLayer, parameter: (name: string) => Float32Array | undefined): Float64Array {
  const weight = Float64Array.from(parameter('weight')!);
  const { spectral, features } = layer.args as { spectral?: true; features: number };
  if (!spectral) return weight;
  const rows = Array.from({ length: weight.length / features }, (_, k) =>
    weight.subarray(k * features, (k + 1) * features).reduce((sum, w, f) => sum + w * parameter('u')![f]!, 0),
  );
  const length = Math.hypot(...rows);
  // v'W u with v = W u / |W u|
  const sigma = rows.reduce((sum, r) => sum + (r / length) * r, 0);
  return weight.map((w) => w / sigma);
}

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
  const weight = effective(layer, parameter);
  const bias = parameter('bias');
  const { kernel, stride, features } = args;
  const data = new Float64Array(rows * columns * features);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let f = 0; f < features; f++) {
        let sum = bias?.[bias.length === features ? f : (i * columns + j) * features + f] ?? 0;
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
  const data = new Float64Array(rows * columns * features).map((_, i) => bias?.[i % bias.length] ?? 0);
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
  const weight = effective(layer, parameter);
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

const maxPool: Forward = (x, layer) => {
  const { size, stride } = layer.args as { size: number; stride: number };
  const [height = 0, width = 0, channels = 0] = x.shape;
  const out = [height, width].map((n) => {
    let count = 0;
    while (count * stride + size <= n) count++;
    return count;
  });
  const [rows = 0, columns = 0] = out;
  const data = Float64Array.from({ length: rows * columns * channels }, () => Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let a = 0; a < size; a++)
        for (let b = 0; b < size; b++)
          for (let c = 0; c < channels; c++) {
            const at = (i * columns + j) * channels + c;
            data[at] = Math.max(data[at]!, x.data[((i * stride + a) * width + j * stride + b) * channels + c]!);
          }
  return { shape: [rows, columns, channels], data };
};

const resizeNearest: Forward = (x, layer) => {
  const { height, width } = layer.args as { height: number; width: number };
  const [oldHeight = 0, oldWidth = 0, channels = 0] = x.shape;
  const data: number[] = [];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let c = 0; c < channels; c++) {
        // the largest whole pixel that is not past the point
        let [row, column] = [0, 0];
        while ((row + 1) * height <= i * oldHeight) row++;
        while ((column + 1) * width <= j * oldWidth) column++;
        data.push(x.data[(row * oldWidth + column) * channels + c]!);
      }
  return { shape: [height, width, channels], data: Float64Array.from(data) };
};

/** z + u^ tanh(w.z + b) with w.u^ = log(1 + (e - 1) e^(w.u)) - 1: what the paper's A.1 gives for u + log(e - 1) w / |w|^2. */
const planarFlow: Forward = (x, _layer, parameter) => {
  const [w, u, b] = ['w', 'u', 'b'].map((name) => parameter(name)!) as [Float32Array, Float32Array, Float32Array];
  const dot = (p: ArrayLike<number>, q: ArrayLike<number>) => Array.from(p).reduce((sum, v, i) => sum + v * q[i]!, 0);
  const shift = Math.log(Math.E - 1) / dot(w, w);
  const paper = Float64Array.from(u, (v, i) => v + shift * w[i]!);
  const m = Math.log(1 + Math.exp(dot(w, paper))) - 1;
  const uHat = paper.map((v, i) => v + ((m - dot(w, paper)) * w[i]!) / dot(w, w));
  const t = Math.tanh(dot(w, x.data) + b[0]!);
  return { shape: x.shape, data: x.data.map((z, i) => z + uHat[i]! * t) };
};

const affineCoupling: Forward = (x, layer, parameter) => {
  const { hidden, flip } = layer.args as { hidden: number; flip: boolean };
  const d = x.data.length;
  const half = Math.floor(d / 2);
  const indices = Array.from({ length: d }, (_, i) => i);
  const first = indices.slice(0, half);
  const second = indices.slice(half);
  const [stays, moves] = flip ? [second, first] : [first, second];
  const units = Array.from({ length: hidden }, (_, h) =>
    Math.tanh(
      stays.reduce(
        (sum, from, k) => sum + x.data[from]! * parameter('hidden_weight')![k * hidden + h]!,
        parameter('hidden_bias')![h]!,
      ),
    ),
  );
  const out = (o: number) =>
    units.reduce(
      (sum, v, h) => sum + v * parameter('out_weight')![h * 2 * moves.length + o]!,
      parameter('out_bias')![o]!,
    );
  const data = x.data.slice();
  moves.forEach((to, k) => {
    data[to] = x.data[to]! * Math.exp(Math.tanh(out(k))) + out(moves.length + k);
  });
  return { shape: x.shape, data };
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
  'max-pool': maxPool,
  'resize-nearest': resizeNearest,
  rescale: each((x, { factor, offset }) => x * factor! + offset!),
  'planar-flow': planarFlow,
  'affine-coupling': affineCoupling,
};

/** All outputs of a network for one example. */
export function reference(
  name: string,
  spec: NetworkSpec,
  weights: Weights,
  inputs: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const values = new Map(Object.entries(inputs));
  const through = (x: Tensor, layers: readonly PlannedLayer[]) =>
    layers.reduce(
      (value, layer) => kinds[layer.kind]!(value, layer, (p) => weights.get(`${layer.path}.${p}`)?.data),
      x,
    );
  const { blocks, flow } = plan(name, spec);
  for (const block of blocks)
    values.set(block.name, through(joined(block.from.map((from) => values.get(from)!)), block.layers));
  // of a flow there is the place where it takes the mean, and no variances
  if (flow) return { mean: through(values.get('mean')!, flow.layers) };
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
