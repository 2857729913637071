/**
 * Spectral norm while it trains, with its gradient written out. TensorFlow has no kernel for it, and for a small critic the calls
 * of its parts are most of a step: these are 11 there and 7 back where tfjs takes some 40.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, execute, kernel, reshaped } from './kernel.js';
import { product } from './products.js';

interface Iteration {
  /** [F]; no input, for it is a constant to every gradient. */
  readonly u: tf.Tensor;
  readonly epsilon: number;
}

const axis0 = constant(() => tf.tensor1d([0], 'int32'));
const bothAxes = constant(() => tf.tensor1d([0, 1], 'int32'));

/** The weight as a matrix [K,F]. */
const matrixOf = (weight: tf.Tensor) =>
  weight.rank === 2 ? weight : reshaped(weight, [weight.size / (weight.shape.at(-1) ?? 1), weight.shape.at(-1) ?? 1]);

/** A column as a unit vector, and how long it was. */
function unit(column: tf.Tensor, epsilon: number) {
  // [1], against each row of the column and each of the weight
  const length = execute('EuclideanNorm', [column, axis0()]);
  return { direction: execute('RealDiv', [column, execute('Maximum', [length, tf.scalar(epsilon)])]), length };
}

/**
 * v = Wu / |Wu| and u' = W'v / |W'v|, so that sigma = v'Wu' is |W'v|. With W^ = W / sigma the gradient is
 * (dy - <dy, W^> v u'') / sigma: Miyato et al. 2018 (arXiv:1802.05957), Eq. 12, for sigma of given vectors.
 */
const iteration = kernel<Iteration>({
  name: 'SpectralNorm',
  inputs: ['weight'],
  saves: [0, 1, 2, 3],
  forward([weight], { u, epsilon }) {
    const matrix = matrixOf(weight!);
    const { direction: v } = unit(product(matrix, reshaped(u, [u.size, 1])), epsilon);
    const { direction: next, length: sigma } = unit(product(matrix, v, true), epsilon);
    return [execute('RealDiv', [weight!, sigma]), reshaped(next, [u.size]), v, sigma];
  },
  gradient: (dy, [, normed, u, v, sigma]) => [
    () => {
      const [slope, matrix] = [matrixOf(dy), matrixOf(normed!)];
      const along = execute('Sum', [execute('Mul', [slope, matrix]), bothAxes()]);
      const turned = product(v!, reshaped(u!, [u!.size, 1]), false, true);
      const dw = execute('RealDiv', [execute('Sub', [slope, execute('Mul', [turned, along])]), sigma!]);
      return dy.rank === 2 ? dw : reshaped(dw, dy.shape);
    },
  ],
});

/** One power iteration from `u`, and the weight divided by what it says; see `Ops.spectralNorm`. */
export function spectralNorm(weight: tf.Tensor, u: tf.Tensor, epsilon: number): { weight: tf.Tensor; u: tf.Tensor } {
  const [normed, next] = iteration.many([weight], { u, epsilon }) as [tf.Tensor, tf.Tensor];
  return { weight: normed, u: next };
}
