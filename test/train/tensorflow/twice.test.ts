/** The plain operations differentiated twice, as penalties and unrolled critics need it, against finite differences of the first gradient. */
import { createRandom } from '@alix/infer/io/random';
import type { Ops, Window } from '@alix/train/layers/ops';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

const random = createRandom('twice');
const draw = (...shape: number[]) => tf.tensor(random.normal(shape.reduce((a, b) => a * b, 1)), shape);
const number = (t: Tensor) => t.dataSync()[0] as number;

const window = (stride: number, before: number, after: number): Window => ({
  stride: [stride, stride],
  padding: [
    [before, after],
    [before, after],
  ],
});

/** Each with a curve behind it: what is linear has no second derivative of its own. */
const cases: Record<string, [number[][], (ops: Ops, inputs: Tensor[]) => Tensor]> = {
  conv: [
    [
      [2, 5, 5, 2],
      [3, 3, 2, 3],
    ],
    (ops, [x, w]) => ops.tanh(ops.conv(x as Tensor4D, w as Tensor4D, window(2, 1, 1))),
  ],
  'transposed conv': [
    [
      [2, 3, 3, 2],
      [4, 4, 3, 2],
    ],
    (ops, [x, w]) => ops.tanh(ops.transposedConv(x as Tensor4D, w as Tensor4D, window(2, 1, 1), [6, 6, 3])),
  ],
  matmul: [
    [
      [4, 3],
      [3, 5],
    ],
    (ops, [x, w]) => ops.tanh(ops.matmul(x as Tensor2D, w as Tensor2D)),
  ],
  bias: [[[2, 4], [4]], (ops, [x, b]) => ops.tanh(ops.bias(x!, b!))],
  'batch norm': [[[6, 3], [3], [3]], (ops, [x, s, b]) => ops.tanh(ops.batchNorm(x!, s!, b!, 1e-5).y)],
  relu: [[[4, 5]], (ops, [x]) => tf.square(ops.relu(x!))],
  'leaky relu': [[[4, 5]], (ops, [x]) => tf.square(ops.leakyRelu(x!, 0.1))],
  maxout: [[[4, 6]], (ops, [x]) => tf.square(ops.maxPieces(x!, 3))],
  sigmoid: [[[4, 5]], (ops, [x]) => ops.sigmoid(x!)],
  tanh: [[[4, 5]], (ops, [x]) => ops.tanh(x!)],
  softplus: [[[4, 5]], (ops, [x]) => ops.softplus(x!)],
  dropout: [[[4, 5]], (ops, [x]) => tf.square(ops.dropout(x!, tf.fill([4, 5], 0.5), 0.2))],
};

describeWithTensorflow('second derivatives', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const [shapes, run] = cases[name]!;
    const inputs = shapes.map((shape) => draw(...shape));
    const probe = draw(...run(plain, inputs).shape);
    // half the squared length of the gradient by all inputs: its own gradient is made of second derivatives alone
    const length = (given: Tensor[]) => {
      const first = tf.grads((...at: Tensor[]) => tf.sum(tf.mul(run(plain, at), probe)))(given);
      return first.map((g) => tf.mul(tf.sum(tf.square(g)), 0.5)).reduce((a, b) => tf.add(a, b));
    };
    const { gradients: grads } = gradients(() => ({ loss: { value: length(inputs), wrt: inputs } })).loss;
    inputs.forEach((x, i) => {
      const direction = draw(...x.shape);
      const at = (h: number) => number(length(inputs.map((o, k) => (k === i ? tf.add(x, tf.mul(direction, h)) : o))));
      const h = 2e-3;
      const slope = number(tf.sum(tf.mul(grads[i]!, direction)));
      const scale = Math.sqrt(number(tf.sum(tf.square(grads[i]!))) * x.size);
      expect(scale, `input ${i}`).toBeGreaterThan(1e-2);
      expect(Math.abs((at(h) - at(-h)) / (2 * h) - slope) / scale, `input ${i}`).toBeLessThan(5e-3);
    });
  });
});
