import type { Callable } from '@alix/train/networks';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const signatures = { G: 'z -> x', D: 'x -> logit', E: 'x -> posterior' };

async function setUp(updated: readonly string[]) {
  const [{ offTape }, { gradients }, { fused }] = await Promise.all([
    import('@alix/train/off-tape'),
    import('@alix/train/tensorflow/gradients'),
    import('@alix/train/tensorflow/ops/fused'),
  ]);
  const z = tf.tensor2d([[1, 2]]);
  const weights = {
    G: tf.tensor2d([
      [1, -1],
      [2, 3],
    ]),
    D: tf.tensor2d([[2], [5]]),
  };
  const made: Tensor[] = [];
  const networks = {
    G: (input: Tensor) => {
      made.push(fused.matmul(input as never, weights.G));
      return fused.tanh(made.at(-1) as Tensor);
    },
    D: (input: Tensor) => fused.matmul(input as never, weights.D),
    E: (input: Tensor) => ({ mean: fused.tanh(input), sample: () => input }),
  } as unknown as Record<string, Callable>;
  const called = offTape(networks, signatures, (name) => updated.includes(name), [z]) as typeof networks;
  return { called, gradients, z, weights, made };
}

describeWithTensorflow('passes that no gradient goes through', () => {
  it('run off the tape: what they keep is freed, and those that learn from them have their gradients', async () => {
    const { called, gradients, z, weights, made } = await setUp(['D']);
    let freed: boolean | undefined;
    const { loss } = gradients(() => {
      const x = called.G!(z);
      freed = made[0]?.isDisposed;
      return { loss: { value: tf.sum(called.D!(x)), wrt: [weights.D, weights.G] } };
    });
    expect(freed).toBe(true);
    const x = [Math.tanh(5), Math.tanh(5)];
    [...loss.gradients[0]!.dataSync()].forEach((slope, i) => {
      expect(slope).toBeCloseTo(x[i] as number, 6);
    });
    expect(loss.gradients[1]).toBeNull();
  });

  it('are no others: networks that learn, inputs that something learned made, slopes by the data, posteriors', async () => {
    const learning = await setUp(['G']);
    const { loss } = learning.gradients(() => {
      const { called, z, weights } = learning;
      return { loss: { value: tf.sum(called.D!(called.G!(z))), wrt: [weights.G] } };
    });
    expect(loss.gradients[0]).not.toBeNull();
    const { called, gradients, z } = await setUp([]);
    const { slope, mean } = gradients(() => {
      const slope = tf.grad((at: Tensor) => tf.sum(called.G!(at)))(z);
      const { mean } = called.E!(z) as unknown as { mean: Tensor };
      return { slope: { value: tf.sum(slope), wrt: [] }, mean: { value: tf.sum(mean), wrt: [z] } };
    });
    const bend = 1 - Math.tanh(5) ** 2;
    expect(slope.value.dataSync()[0]).toBeCloseTo((1 - 1 + 2 + 3) * bend, 6);
    expect(mean.gradients[0]).not.toBeNull();
  });
});
