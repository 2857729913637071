import { createRandom } from '@alix/infer/io/random';
import type { Window } from '@alix/train/layers/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

const random = createRandom('few channels');
const draw = (...shape: number[]) => tf.tensor(random.normal(shape.reduce((a, b) => a * b, 1)), shape);

interface Case {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly channels: number;
  readonly features: number;
  readonly size: readonly [number, number];
}

const suited: readonly Case[] = [
  { kernel: [4, 4], stride: 2, before: 1, after: 1, channels: 1, features: 64, size: [28, 28] },
  { kernel: [4, 4], stride: 2, before: 1, after: 1, channels: 3, features: 64, size: [8, 12] },
  { kernel: [5, 5], stride: 2, before: 1, after: 2, channels: 2, features: 16, size: [6, 10] },
  { kernel: [5, 3], stride: 2, before: 1, after: 1, channels: 4, features: 16, size: [8, 8] },
  { kernel: [2, 2], stride: 2, before: 0, after: 0, channels: 3, features: 24, size: [6, 6] },
  { kernel: [1, 1], stride: 2, before: 0, after: 0, channels: 1, features: 16, size: [6, 6] },
  { kernel: [7, 7], stride: 3, before: 2, after: 2, channels: 1, features: 120, size: [9, 12] },
];

describeWithTensorflow('convolution on images of few channels', () => {
  it.each(suited)('$kernel, stride $stride, $channels of $features: the gradient is that of tfjs', async (given) => {
    const { phasesOf } = await import('@alix/train/tensorflow/ops/few-channels');
    const { forwardConv } = await import('@alix/train/tensorflow/ops/convolution');
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    const { kernel, stride, before, after, channels, features, size } = given;
    const sides = [before, after] as const;
    const window: Window = { stride: [stride, stride], padding: [sides, sides] };
    const x = draw(2, ...size, channels) as Tensor4D;
    const weight = draw(...kernel, channels, features) as Tensor4D;
    const dy = draw(...plain.conv(x, weight, window).shape);
    const [wanted] = tf.grads((a) => plain.conv(a as Tensor4D, weight, window))([x], dy) as [Tensor4D];
    const found = phasesOf(x.shape, weight, dy, window, forwardConv);
    expect(found?.shape).toEqual(x.shape);
    const worst = tf.max(tf.abs(tf.sub(found as Tensor4D, wanted))).dataSync()[0] as number;
    expect(worst).toBeLessThan(1e-5 * (tf.max(tf.abs(wanted)).dataSync()[0] as number));
  });

  it('is left to the usual kernel where it does not fit or does not pay', async () => {
    const { phasesOf } = await import('@alix/train/tensorflow/ops/few-channels');
    const ask = (shape: number[], weight: number[], dy: number[], stride: number) =>
      phasesOf(
        shape,
        draw(...weight),
        draw(...dy),
        {
          stride: [stride, stride],
          padding: [
            [1, 1],
            [1, 1],
          ],
        },
        () => {
          throw new Error('asked');
        },
      );
    expect(ask([2, 7, 7, 1], [4, 4, 1, 64], [2, 3, 3, 64], 2)).toBeUndefined();
    expect(ask([2, 8, 8, 64], [4, 4, 64, 64], [2, 4, 4, 64], 2)).toBeUndefined();
    expect(ask([2, 8, 8, 1], [3, 3, 1, 64], [2, 8, 8, 64], 1)).toBeUndefined();
    expect(ask([2, 8, 8, 1], [4, 4, 1, 8], [2, 4, 4, 8], 2)).toBeUndefined();
  });
});
