/** The fused operations against the plain ones, and the plain ones' gradients against finite differences. */

import { createRandom } from '@alix/infer/io/random';
import type { Ops, Window } from '@alix/train/layers/ops';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const random = createRandom('ops');
const draw = (...shape: number[]) => tf.tensor(random.normal(shape.reduce((a, b) => a * b, 1)), shape);

interface Case {
  readonly inputs: readonly number[][];
  readonly run: (ops: Ops, inputs: Tensor[]) => Tensor;
  /** Sums of so many numbers that finite differences in float32 say nothing. */
  readonly isLarge?: true;
}

const window = (stride: number, top: number, bottom: number, left: number, right: number): Window => ({
  stride: [stride, stride],
  padding: [
    [top, bottom],
    [left, right],
  ],
});

const conv = (kernel: number, w: Window, size = 7): Case => ({
  inputs: [
    [2, size, size, 3],
    [kernel, kernel, 3, 5],
  ],
  run: (ops, [x, k]) => ops.conv(x as Tensor4D, k as Tensor4D, w),
});

const transposed = (kernel: number, w: Window, output: [number, number, number]): Case => ({
  inputs: [
    [2, 3, 3, 4],
    [kernel, kernel, 2, 4],
  ],
  run: (ops, [x, k]) => ops.transposedConv(x as Tensor4D, k as Tensor4D, w, output),
});

const cases: Record<string, Case> = {
  'conv, same by explicit numbers': conv(4, window(2, 1, 2, 1, 2)),
  'conv, valid': conv(3, window(1, 0, 0, 0, 0)),
  'conv, padding 1 where it is not same (7 -> 3)': conv(4, window(2, 1, 1, 1, 1)),
  'conv, four different sides': conv(3, window(2, 2, 0, 1, 3)),
  'conv, 1x1': conv(1, window(1, 0, 0, 0, 0)),
  'transposed, same': transposed(4, window(2, 1, 1, 1, 1), [6, 6, 2]),
  'transposed, valid': transposed(4, window(1, 0, 0, 0, 0), [6, 6, 2]),
  'transposed, cropped unevenly': transposed(5, window(2, 1, 2, 2, 1), [6, 6, 2]),
  'transposed, kernel smaller than stride': transposed(1, window(2, 0, 0, 0, 0), [6, 6, 2]),
  matmul: {
    inputs: [
      [4, 3],
      [3, 5],
    ],
    run: (ops, [x, w]) => ops.matmul(x as Tensor2D, w as Tensor2D),
  },
  'bias on images': { inputs: [[2, 3, 3, 4], [4]], run: (ops, [x, b]) => ops.bias(x!, b!) },
  'bias on vectors': { inputs: [[2, 4], [4]], run: (ops, [x, b]) => ops.bias(x!, b!) },
  'batch norm on images': {
    inputs: [[3, 4, 4, 2], [2], [2]],
    run: (ops, [x, s, b]) => ops.batchNorm(x!, s!, b!, 1e-5).y,
  },
  'batch norm of three parts': {
    inputs: [[6, 2, 3, 2], [2], [2]],
    run: (ops, [x, s, b]) => ops.batchNorm(x!, s!, b!, 1e-5, 3).y,
  },
  'batch norm of two parts on vectors': {
    inputs: [[8, 3], [3], [3]],
    run: (ops, [x, s, b]) => ops.batchNorm(x!, s!, b!, 1e-5, 2).y,
  },
  'batch norm on vectors': { inputs: [[6, 3], [3], [3]], run: (ops, [x, s, b]) => ops.batchNorm(x!, s!, b!, 1e-5).y },
  relu: { inputs: [[4, 5]], run: (ops, [x]) => ops.relu(x!) },
  'leaky relu': { inputs: [[4, 5]], run: (ops, [x]) => ops.leakyRelu(x!, 0.1) },
  sigmoid: { inputs: [[4, 5]], run: (ops, [x]) => ops.sigmoid(x!) },
  tanh: { inputs: [[4, 5]], run: (ops, [x]) => ops.tanh(x!) },
  softplus: { inputs: [[4, 5]], run: (ops, [x]) => ops.softplus(x!) },
  'untied bias on images': {
    inputs: [
      [2, 3, 3, 4],
      [3, 3, 4],
    ],
    run: (ops, [x, b]) => ops.bias(x!, b!),
  },
  'max pool, windows that meet': { inputs: [[2, 6, 7, 3]], run: (ops, [x]) => ops.maxPool(x as Tensor4D, 2, 2) },
  'max pool, windows that overlap': { inputs: [[2, 7, 6, 3]], run: (ops, [x]) => ops.maxPool(x as Tensor4D, 3, 2) },
  'max pool, windows apart': { inputs: [[2, 7, 8, 3]], run: (ops, [x]) => ops.maxPool(x as Tensor4D, 2, 3) },
  'resize, larger': { inputs: [[2, 3, 4, 2]], run: (ops, [x]) => ops.resizeNearest(x as Tensor4D, 7, 8) },
  'resize, smaller': { inputs: [[2, 7, 8, 2]], run: (ops, [x]) => ops.resizeNearest(x as Tensor4D, 3, 4) },
  rescale: { inputs: [[4, 5]], run: (ops, [x]) => ops.rescale(x!, 1.5, -0.5) },
  'conv of few channels': {
    inputs: [
      [2, 8, 8, 1],
      [4, 4, 1, 32],
    ],
    run: (ops, [x, k]) => ops.conv(x as Tensor4D, k as Tensor4D, window(2, 1, 1, 1, 1)),
  },
  'conv of one window, which is all of the input': {
    inputs: [
      [3, 4, 3, 5],
      [4, 3, 5, 6],
    ],
    run: (ops, [x, k]) => ops.conv(x as Tensor4D, k as Tensor4D, window(1, 0, 0, 0, 0)),
  },
  'conv of one window after padding': {
    inputs: [
      [3, 3, 2, 5],
      [4, 4, 5, 6],
    ],
    run: (ops, [x, k]) => ops.conv(x as Tensor4D, k as Tensor4D, window(2, 1, 0, 1, 1)),
  },
  'transposed from one pixel': {
    inputs: [
      [3, 1, 1, 5],
      [4, 4, 6, 5],
    ],
    run: (ops, [x, k]) => ops.transposedConv(x as Tensor4D, k as Tensor4D, window(1, 0, 0, 0, 0), [4, 4, 6]),
  },
  'conv of many weights, same': {
    inputs: [
      [2, 4, 6, 512],
      [4, 4, 512, 512],
    ],
    run: (ops, [x, k]) => ops.conv(x as Tensor4D, tf.mul(k!, 0.01) as Tensor4D, window(2, 1, 1, 1, 1)),
    isLarge: true,
  },
  'conv of many weights, uneven padding': {
    inputs: [
      [2, 5, 4, 512],
      [4, 4, 512, 512],
    ],
    run: (ops, [x, k]) => ops.conv(x as Tensor4D, tf.mul(k!, 0.01) as Tensor4D, window(2, 2, 0, 1, 0)),
    isLarge: true,
  },
  'transposed to few channels': {
    inputs: [
      [2, 4, 3, 16],
      [5, 5, 3, 16],
    ],
    run: (ops, [x, k]) => ops.transposedConv(x as Tensor4D, k as Tensor4D, window(2, 1, 2, 1, 2), [8, 6, 3]),
  },
  'matmul with a large weight': {
    inputs: [
      [3, 1024],
      [1024, 1024],
    ],
    run: (ops, [x, w]) => ops.matmul(x as Tensor2D, tf.mul(w!, 0.03) as Tensor2D),
  },
  'maxout of two on feature maps': { inputs: [[2, 3, 4, 6]], run: (ops, [x]) => ops.maxPieces(x!, 2) },
  'maxout of one': { inputs: [[4, 6]], run: (ops, [x]) => ops.maxPieces(x!, 1) },
  maxout: { inputs: [[4, 6]], run: (ops, [x]) => ops.maxPieces(x!, 3) },
};

const numbers = (t: Tensor) => Array.from(t.dataSync());
const worst = (a: number[], b: number[]) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] ?? Number.NaN))), 0);

describeWithTensorflow('operations', () => {
  for (const [name, { inputs: shapes, run, isLarge }] of Object.entries(cases)) {
    it(`${name}: fused equals plain, value and every gradient`, async () => {
      const { plain } = await import('@alix/train/tensorflow/ops/plain');
      const { fused } = await import('@alix/train/tensorflow/ops/fused');
      const { gradients } = await import('@alix/train/tensorflow/gradients');
      const inputs = shapes.map((shape) => draw(...shape));
      const probe = draw(...run(plain, inputs).shape);
      const loss = (ops: Ops) =>
        gradients(() => ({ loss: { value: tf.sum(tf.mul(run(ops, inputs), probe)), wrt: inputs } })).loss;
      const [a, b] = [loss(plain), loss(fused)];
      expect(worst(numbers(run(plain, inputs)), numbers(run(fused, inputs)))).toBeLessThan(1e-5);
      a.gradients.forEach((gradient, i) => {
        expect(worst(numbers(gradient!), numbers(b.gradients[i]!)), `gradient ${i}`).toBeLessThan(1e-4);
      });
    });

    if (isLarge) continue;
    it(`${name}: the gradients are those of finite differences`, async () => {
      const { plain } = await import('@alix/train/tensorflow/ops/plain');
      const { gradients } = await import('@alix/train/tensorflow/gradients');
      const inputs = shapes.map((shape) => draw(...shape));
      const probe = draw(...run(plain, inputs).shape);
      const value = (given: Tensor[]) => tf.sum(tf.mul(run(plain, given), probe));
      const { gradients: grads } = gradients(() => ({ loss: { value: value(inputs), wrt: inputs } })).loss;
      // along a random direction: one number per input that every entry of the gradient takes part in
      inputs.forEach((x, i) => {
        const direction = draw(...x.shape);
        const at = (h: number) =>
          numbers(value(inputs.map((other, k) => (k === i ? tf.add(x, tf.mul(direction, h)) : other))))[0] as number;
        const h = 2e-3;
        const difference = (at(h) - at(-h)) / (2 * h);
        const slope = numbers(tf.sum(tf.mul(grads[i]!, direction)))[0] as number;
        const scale = Math.sqrt((numbers(tf.sum(tf.square(grads[i]!)))[0] as number) * x.size) + 1;
        expect(Math.abs(difference - slope) / scale, `input ${i}`).toBeLessThan(5e-3);
      });
    });
  }

  it("batch norm's statistics: the mean, and the unbiased variance, in both", async () => {
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    const { fused } = await import('@alix/train/tensorflow/ops/fused');
    const x = tf.tensor2d([[1], [2], [6]]);
    for (const ops of [plain, fused]) {
      const { statistics } = ops.batchNorm(x, tf.tensor1d([1]), tf.tensor1d([0]), 1e-5);
      expect(statistics).toHaveLength(1);
      expect(numbers(statistics[0]!.mean)[0]).toBeCloseTo(3, 5);
      expect(numbers(statistics[0]!.variance)[0]).toBeCloseTo(7, 5);
    }
  });

  it('batch norm of parts: each has the rows and the statistics that it has by itself, in both', async () => {
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    const { fused } = await import('@alix/train/tensorflow/ops/fused');
    const parts = [1, 2, 3].map((k) => tf.reshape(tf.mul(tf.sin(tf.range(0, 48)), k), [4, 2, 3, 2]));
    const [scale, shift] = [tf.tensor1d([2, 3]), tf.tensor1d([0.5, -1])];
    for (const ops of [plain, fused]) {
      const { y, statistics } = ops.batchNorm(tf.concat(parts), scale, shift, 1e-5, 3);
      const alone = parts.map((part) => ops.batchNorm(part, scale, shift, 1e-5));
      expect(numbers(y)).toEqual(alone.flatMap((one) => numbers(one.y)));
      for (const [i, { mean, variance }] of statistics.entries()) {
        expect(numbers(mean)).toEqual(numbers(alone[i]!.statistics[0]!.mean));
        expect(numbers(variance)).toEqual(numbers(alone[i]!.statistics[0]!.variance));
      }
    }
  });

  it('several losses from one forward pass have the gradients of each alone, and nothing is left behind', async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const [a, b] = [tf.scalar(3), tf.scalar(5)];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const { first, second } = gradients(() => {
        const product = tf.mul(a, b);
        return {
          first: { value: tf.square(product), wrt: [a] },
          second: { value: tf.add(product, b), wrt: [b, a] },
        };
      });
      expect(numbers(first.gradients[0]!)[0]).toBeCloseTo(2 * 3 * 25, 3);
      expect(second.gradients.map((g) => numbers(g!)[0])).toEqual([4, 5]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a large array comes out of its variable in no time, and the tensors on the way are freed', async () => {
    const { Variable } = await import('@alix/train/tensorflow/variables');
    const before = tf.memory().numTensors;
    const values = Float32Array.from({ length: 3_000_000 }, (_, i) => i);
    const variable = new Variable([values.length], values);
    const start = process.cpuUsage();
    expect(Buffer.compare(Buffer.from(variable.data().buffer), Buffer.from(values.buffer))).toBe(0);
    const { user, system } = process.cpuUsage(start);
    // a few milliseconds, or several seconds where tfjs looks into the array for tensors; not by the clock, for others compute too
    expect((user + system) / 1000).toBeLessThan(1000);
    variable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a loss that does not depend on a tensor has no gradient for it', async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const [a, b] = [tf.scalar(3), tf.scalar(5)];
    const { loss } = gradients(() => ({ loss: { value: tf.square(a), wrt: [a, b] } }));
    expect(loss.gradients[1]).toBeNull();
  });
});
