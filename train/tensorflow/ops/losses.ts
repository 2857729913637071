/**
 * The losses that most systems are made of, as one operation each with its gradient written out: tfjs makes dozens of them, and for a
 * small network those are a part of a step. For first derivatives; see objectives/terms.ts for what they are.
 */
import * as tf from '@tensorflow/tfjs-core';
import { execute, fixed, kernel, number, sizes } from './kernel.js';

const drop = fixed({ keep_dims: false });

/** The mean of all numbers, a scalar. */
const mean = (x: tf.Tensor) => execute('Mean', [x, sizes(x.shape.map((_, axis) => axis))], drop);

/** The mean of 1 / (1 + exp(-l)); no gradient. */
export const meanSigmoid = (logit: tf.Tensor): tf.Tensor => mean(execute('Sigmoid', [logit]));

const sum = kernel<object>({
  name: 'Sum',
  inputs: ['a', 'b'],
  forward: ([a, b]) => execute('Add', [a!, b!]),
  gradient: (dy) => [() => tf.clone(dy), () => tf.clone(dy)],
});

/** a + b, of one shape. */
export const add = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => sum.one([a, b], {});

const scaled = kernel<{ readonly factor: number }>({
  name: 'Scaled',
  inputs: ['x'],
  forward: ([x], { factor }) => execute('Mul', [x!, number(factor)]),
  gradient: (dy, _, { factor }) => [() => execute('Mul', [dy, number(factor)])],
});

export const times = (factor: number, x: tf.Tensor): tf.Tensor => scaled.one([x], { factor });

const softplus = kernel<{ readonly sign: 1 | -1 }>({
  name: 'MeanSoftplus',
  inputs: ['logit'],
  saves: [1],
  forward([logit], { sign }) {
    if (sign === 1) return mean(execute('Softplus', [logit!]));
    const negative = execute('Neg', [logit!]);
    return [mean(execute('Softplus', [negative])), negative];
  },
  gradient: (dy, [logit, negative], { sign }) => [
    () => {
      const slope = execute('Mul', [dy, number(sign / logit!.size)]);
      return execute('Mul', [execute('Sigmoid', [negative ?? logit!]), slope]);
    },
  ],
});

/** The mean of log(1 + exp(sign l)) over all numbers of `logit`. */
export const meanSoftplus = (logit: tf.Tensor, sign: 1 | -1): tf.Tensor => softplus.one([logit], { sign });

const nll = kernel<{ readonly range: readonly [number, number] }>({
  name: 'GaussianNll',
  inputs: ['z', 'mean', 'logVariance'],
  saves: [1, 2, 3],
  forward([z, mu, logVariance], { range }) {
    const s = execute('ClipByValue', [logVariance!, ...range.map(number)]);
    const precision = execute('Exp', [execute('Neg', [s])]);
    const squares = execute('Mul', [execute('SquaredDifference', [z!, mu!]), precision]);
    const perNumber = execute('Add', [mean(execute('Add', [squares, s])), number(Math.log(2 * Math.PI))]);
    return [execute('Mul', [perNumber, number((mu!.shape.at(-1) ?? 1) / 2)]), s, precision, squares];
  },
  gradient(dy, [z, mu, logVariance, s, precision, squares]) {
    const share = (factor: number) => execute('Mul', [dy, number((factor * (mu!.shape.at(-1) ?? 1)) / mu!.size)]);
    const along = (a: tf.Tensor, b: tf.Tensor) =>
      execute('Mul', [execute('Mul', [execute('Sub', [a, b]), precision!]), share(1)]);
    return [
      () => along(z!, mu!),
      () => along(mu!, z!),
      () => {
        const slope = execute('Mul', [execute('Sub', [number(1), squares!]), share(0.5)]);
        // 0 where it was clipped
        return execute('SelectV2', [execute('Equal', [s!, logVariance!]), slope, number(0)]);
      },
    ];
  },
});

/**
 * -log N(z; mean, exp(logVariance)) of all [N,d], summed over d and averaged over N.
 *
 * @param range that logVariance is kept in
 */
export const gaussianNll = (
  z: tf.Tensor,
  mean: tf.Tensor,
  logVariance: tf.Tensor,
  range: readonly [number, number],
): tf.Tensor => nll.one([z, mean, logVariance], { range });
