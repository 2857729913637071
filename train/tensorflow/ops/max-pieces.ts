/**
 * Maxout's maximum of neighbouring pieces; first of two on feature maps. TensorFlow's reductions, comparisons and joins along an axis of two go number by
 * number; these kernels go through memory in blocks (measured on 200x28x28x32: 2.5 ms instead of 4.8, with the gradient of its sum 22
 * instead of 29).
 */
import * as tf from '@tensorflow/tfjs-core';
import { constant, execute, executeMany, fixed, kernel, number, reshaped } from './kernel.js';
import { isRecording } from './record.js';

/** Beyond it the product that puts the pieces side by side costs more than it saves. */
const MOST_GROUPS = 64;

const pairAxis = constant(() => tf.scalar(2, 'int32'));
const columnAxis = constant(() => tf.scalar(1, 'int32'));
const permutations = new Map<number, () => tf.Tensor>();

/** [2 groups, 2 groups], a product with it takes column i to 2 i and column groups + i to 2 i + 1. */
function interleaving(groups: number): tf.Tensor {
  const made =
    permutations.get(groups) ??
    constant(() => {
      const side = 2 * groups;
      const data = new Float32Array(side * side);
      for (let i = 0; i < groups; i++) {
        data[i * side + 2 * i] = 1;
        data[(groups + i) * side + 2 * i + 1] = 1;
      }
      return tf.tensor2d(data, [side, side]);
    });
  permutations.set(groups, made);
  return made();
}

const groupsOf = (x: tf.Tensor) => (x.shape.at(-1) ?? 0) / 2;

/** Both pieces of all groups: [rows, groups, 1] each. */
function pieces(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const groups = groupsOf(x);
  const pairs = reshaped(x, [x.size / (2 * groups), groups, 2]);
  return executeMany('Split', [pairAxis(), pairs], 2, { num_split: 2 }) as [tf.Tensor, tf.Tensor];
}

const ofTwo = kernel<object>({
  name: 'MaxOfTwo',
  inputs: ['x'],
  forward: ([x]) => reshaped(execute('Maximum', pieces(x!)), [...x!.shape.slice(0, -1), groupsOf(x!)]),
  gradient: (dy, [x]) => [
    () => {
      const groups = groupsOf(x!);
      const [first, second] = pieces(x!);
      // ReluGrad passes on what has a number above 0 beside it
      const given = reshaped(dy, first.shape);
      const toFirst = execute('ReluGrad', [given, execute('Sub', [first, second])]);
      const parts = [toFirst, execute('Sub', [given, toFirst])].map((part) => reshaped(part, [-1, groups]));
      const factors = [execute('Concat', [columnAxis(), ...parts], { N: 2 }), interleaving(groups)];
      return reshaped(execute('MatMul', factors, { transpose_a: false, transpose_b: false }), x!.shape);
    },
  ],
});

const lastAxis = constant(() => tf.tensor1d([1], 'int32'));
const keepDims = fixed({ keep_dims: true });

/**
 * The largest of any number of pieces, in rows of a piece each. Which ones they are is found by a difference: TensorFlow compares
 * rows with a column more slowly than it subtracts (measured on 20,000 rows of 5: 150 microseconds instead of 66).
 */
const ofMany = kernel<{ readonly pieces: number; readonly isRecorded: boolean }>({
  name: 'MaxOfMany',
  inputs: ['x'],
  saves: [1],
  forward([x], { pieces, isRecorded }) {
    const rows = reshaped(x!, [x!.size / pieces, pieces]);
    const largest = execute('Max', [rows, lastAxis()], keepDims);
    const y = reshaped(largest, [...x!.shape.slice(0, -1), (x!.shape.at(-1) ?? 0) / pieces]);
    if (!isRecorded) return [y];
    // here, not in the gradient: a critic's loss and its generator's go back through the same pass
    return [y, tf.cast(execute('Equal', [execute('Sub', [rows, largest]), number(0)]), 'float32')];
  },
  gradient: (dy, [x, isLargest]) => [
    () => reshaped(execute('Mul', [reshaped(dy, [dy.size, 1]), isLargest!]), x!.shape),
  ],
});

/** The largest of each `count` neighbours along the last axis; of two equal ones on feature maps the second takes the gradient. */
export const maxPieces = (x: tf.Tensor, count: number): tf.Tensor =>
  count === 2 && x.rank === 4 && groupsOf(x) <= MOST_GROUPS
    ? ofTwo.one([x], {})
    : ofMany.one([x], { pieces: count, isRecorded: isRecording() });
