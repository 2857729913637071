/** Layer operations on TensorFlow's own fused kernels; see ops.ts for what each does and plain.ts for the reference. */
import * as tf from '@tensorflow/tfjs-core';
import type { Ops, Window } from '../../layers/ops.js';
import { forwardConv, inputGradient, weightGradient } from './convolution.js';
import { constant, execute, executeMany, fixed, kernel, reshaped } from './kernel.js';
import { maxPieces } from './max-pieces.js';
import { plain } from './plain.js';
import { product, productTransposed } from './products.js';
import { spectralNorm } from './spectral-norm.js';

const conv = kernel<Window>({
  name: 'Conv',
  inputs: ['x', 'weight'],
  forward: ([x, weight], window) => forwardConv(x!, weight!, window),
  gradient: (dy, [x, weight], window) => [
    () => inputGradient(x!.shape, weight!, dy, window),
    () => weightGradient(x!, weight!.shape, dy, window),
  ],
});

interface TransposedWindow extends Window {
  readonly output: readonly [number, number, number];
}

const transposedConv = kernel<TransposedWindow>({
  name: 'TransposedConv',
  inputs: ['x', 'weight'],
  forward: ([x, weight], { output, ...window }) => inputGradient([x!.shape[0] ?? 0, ...output], weight!, x!, window),
  gradient: (dy, [x, weight], { output: _, ...window }) => [
    () => forwardConv(dy, weight!, window),
    () => weightGradient(dy, weight!.shape, x!, window),
  ],
});

const matmul = kernel<object>({
  name: 'MatMul',
  inputs: ['x', 'weight'],
  forward: ([x, weight]) => product(x!, weight!),
  gradient: (dy, [x, weight]) => [() => productTransposed(dy, weight!), () => product(x!, dy, true, false)],
});

const channelsLast = fixed({ data_format: 'NHWC' });

const bias = kernel<object>({
  name: 'Bias',
  inputs: ['x', 'bias'],
  forward: ([x, b]) => execute('BiasAdd', [x!, b!], channelsLast),
  gradient: (dy) => [() => tf.clone(dy), () => execute('BiasAddGrad', [dy], channelsLast)],
});

/** FusedBatchNormV3 wants four axes. */
const asImage = (x: tf.Tensor) =>
  x.rank === 4 ? x : reshaped(x, [x.size / (x.shape.at(-1) ?? 1), 1, 1, x.shape.at(-1) ?? 1]);
/** The other way, for a result of `asImage`. */
const like = (y: tf.Tensor, x: tf.Tensor) => (x.rank === 4 ? y : reshaped(y, x.shape));

/** FusedBatchNormV3 has a type `U` for the statistics besides `T`, and takes its running ones empty while training. */
const normAttributes = (epsilon: number) => ({ epsilon, data_format: 'NHWC', is_training: true });

/** The running statistics of FusedBatchNormV3 while it trains. */
const nothing = constant(() => tf.tensor1d([]));
const axis0 = constant(() => tf.scalar(0, 'int32'));

interface Normalisation {
  readonly epsilon: number;
  readonly parts: number;
}

/** As many parts as a batch may have. */
export const MOST_PARTS = 32;

/** Equal parts of a batch; they share its memory. */
const cut = (x: tf.Tensor, parts: number) =>
  parts === 1 ? [x] : executeMany('Split', [axis0(), x], parts, { num_split: parts });

const joined = (parts: readonly tf.Tensor[]) =>
  parts.length === 1 ? (parts[0] as tf.Tensor) : execute('Concat', [axis0(), ...parts], { N: parts.length });

/** One kernel gives a part's normalised rows, its statistics, and three tensors for the gradient. */
const batchNorm = kernel<Normalisation>({
  name: 'BatchNorm',
  inputs: ['x', 'scale', 'shift'],
  saves: [1, ...Array.from({ length: MOST_PARTS }, (_, part) => [4, 5, 6].map((k) => 5 * part + k)).flat()],
  forward([x, scale, shift], { epsilon, parts }) {
    // a tensor of its own: what is an input cannot be an output too
    const image = x!.rank === 4 ? tf.clone(x!) : asImage(x!);
    const results = cut(image, parts).map((part) =>
      executeMany('FusedBatchNormV3', [part, scale!, shift!, nothing(), nothing()], 6, normAttributes(epsilon)),
    );
    const y = like(joined(results.map(([part]) => part as tf.Tensor)), x!);
    return [y, image, ...results.flatMap(([, ...rest]) => rest)];
  },
  gradient(dy, [x, scale, , image, ...reserved], { epsilon, parts }) {
    let results: tf.Tensor[] | undefined;
    const compute = () => {
      const dys = cut(asImage(dy), parts);
      const each = cut(image!, parts).map((part, i) => {
        const inputs = [dys[i] as tf.Tensor, part, scale!, ...reserved.slice(3 * i, 3 * i + 3)];
        return executeMany('FusedBatchNormGradV3', inputs, 5, normAttributes(epsilon));
      });
      const total = (k: number) => each.map((grads) => grads[k] as tf.Tensor).reduce((a, b) => execute('Add', [a, b]));
      return [like(joined(each.map(([dx]) => dx as tf.Tensor)), x!), total(1), total(2)];
    };
    // One kernel gives all three gradients: the first call computes them, the others take theirs if it is still there.
    const take = (index: number) => () => {
      if (!results || results[index]!.isDisposed) results = compute();
      return index === 0 ? results[0]! : tf.clone(results[index]!);
    };
    return [take(0), take(1), take(2)];
  },
});

const reshape = kernel<{ readonly shape: readonly number[] }>({
  name: 'Reshape',
  inputs: ['x'],
  forward: ([x], { shape }) => reshaped(x!, shape),
  gradient: (dy, [x]) => [() => reshaped(dy, x!.shape)],
});

interface Pooling {
  readonly size: number;
  readonly stride: number;
}

const poolAttributes = ({ size, stride }: Pooling) => ({
  ksize: [1, size, size, 1],
  strides: [1, stride, stride, 1],
  padding: 'VALID',
  explicit_paddings: [],
  data_format: 'NHWC',
});

const maxPool = kernel<Pooling>({
  name: 'MaxPool',
  inputs: ['x'],
  saves: [0],
  forward: ([x], pooling) => execute('MaxPool', [x!], poolAttributes(pooling)),
  gradient: (dy, [x, y], pooling) => [() => execute('MaxPoolGrad', [x!, y!, dy], poolAttributes(pooling))],
});

const relu = kernel<object>({
  name: 'Relu',
  inputs: ['x'],
  forward: ([x]) => execute('Relu', [x!]),
  gradient: (dy, [x]) => [() => execute('ReluGrad', [dy, x!])],
});

const leakyRelu = kernel<{ readonly alpha: number }>({
  name: 'LeakyRelu',
  inputs: ['x'],
  forward: ([x], { alpha }) => execute('LeakyRelu', [x!], { alpha }),
  gradient: (dy, [x], { alpha }) => [() => execute('LeakyReluGrad', [dy, x!], { alpha })],
});

/** An activation whose gradient TensorFlow computes from its output: XGrad(y, dy). */
const fromOutput = (name: 'Sigmoid' | 'Tanh') =>
  kernel<object>({
    name,
    inputs: ['x'],
    saves: [0],
    forward: ([x]) => execute(name, [x!]),
    gradient: (dy, [, y]) => [() => execute(`${name}Grad`, [y!, dy])],
  });
const sigmoid = fromOutput('Sigmoid');
const tanh = fromOutput('Tanh');

const softplus = kernel<object>({
  name: 'Softplus',
  inputs: ['x'],
  forward: ([x]) => execute('Softplus', [x!]),
  gradient: (dy, [x]) => [() => execute('SoftplusGrad', [dy, x!])],
});

export const fused: Ops = {
  ...plain,
  name: 'fused',
  conv: (x, weight, window) => conv.one([x, weight], window) as tf.Tensor4D,
  transposedConv: (x, weight, window, output) => transposedConv.one([x, weight], { ...window, output }) as tf.Tensor4D,
  matmul: (x, weight) => matmul.one([x, weight], {}) as tf.Tensor2D,
  bias: (x, b) => (b.rank === 1 ? bias.one([x, b], {}) : plain.bias(x, b)),
  maxPool: (x, size, stride) => maxPool.one([x], { size, stride }) as tf.Tensor4D,
  batchNorm(x, scale, shift, epsilon, parts = 1) {
    const [y, , ...rest] = batchNorm.many([x, scale, shift], { epsilon, parts }) as [tf.Tensor, ...tf.Tensor[]];
    const statistics = Array.from({ length: parts }, (_, i) => ({ mean: rest[5 * i]!, variance: rest[5 * i + 1]! }));
    return { y, statistics };
  },
  spectralNorm: (weight, u, iterate, epsilon) =>
    iterate ? spectralNorm(weight, u, epsilon) : plain.spectralNorm(weight, u, iterate, epsilon),
  maxPieces,
  reshape: (x, shape) => reshape.one([x], { shape }),
  sigmoid: (x) => sigmoid.one([x], {}),
  tanh: (x) => tanh.one([x], {}),
  softplus: (x) => softplus.one([x], {}),
  relu: (x) => relu.one([x], {}),
  leakyRelu: (x, alpha) => leakyRelu.one([x], { alpha }),
};
