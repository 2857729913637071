/** Gradient penalties of whole networks on the plain operations, differentiated by their parameters, against PyTorch and finite differences. */
import { runLayers } from '@alix/train/forward';
import { chain, conv, fullyConnected, plan, size } from '@alix/train/spec';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';
import pinned from './double-backward.json' with { type: 'json' };

const sines = (shape: readonly number[], order: number, scale = 0.7) =>
  tf.tensor(
    Array.from({ length: size(shape) }, (_, i) => scale * Math.sin(0.9 * (i + 1) + 1.3 * order)),
    [...shape],
  );
const number = (t: Tensor) => t.dataSync()[0] as number;

/** The network of test/oracles/double_backward.py, and mean (|d sum f / dx| - 1)^2 as a function of its trainable parameters. */
async function penalised({ words, norm, bias }: { words: string; norm: string; bias: string }) {
  const { plain } = await import('@alix/train/tensorflow/ops/plain');
  const spectral = norm === 'spectral';
  const rows = [
    conv(3, 2, 4, `${norm === 'bn' ? 'bn ' : ''}${words}`, {
      padding: 'valid',
      spectral,
      bias: bias === 'untied' ? 'untied' : true,
    }),
    fullyConnected(1, '', { spectral }),
  ];
  const network = plan('f', chain('x', [5, 5, 2], 'y', rows));
  const trained = network.parameters.filter((p) => p.trainable);
  const fixed = network.parameters
    .filter((p) => !p.trainable)
    .map(({ name, shape }) => {
      const value = sines(shape, 20);
      return [name, tf.div(value, tf.norm(value))] as const;
    });
  const context = { ops: plain, training: true, uniform: tf.ones, observe: () => {}, remember: () => {} };
  const x = sines([3, 5, 5, 2], 9, 1);
  return {
    shapes: trained.map((p) => p.shape),
    penalty(values: readonly Tensor[]) {
      const parameters = new Map([...fixed, ...trained.map(({ name }, i) => [name, values[i]!] as const)]);
      const f = (at: Tensor) => tf.sum(runLayers(network.blocks[0]!, at, parameters, context));
      const [slope] = tf.grads((at: Tensor) => f(at))([x]);
      const length = tf.sqrt(tf.sum(tf.square(tf.reshape(slope!, [3, -1])), 1));
      return tf.mean(tf.square(tf.sub(length, 1)));
    },
  };
}

describeWithTensorflow('gradient penalties', () => {
  for (const wanted of pinned.cases) {
    const title = [wanted.words, wanted.norm, wanted.bias].filter(Boolean).join(', ');
    it(`${title}: PyTorch's double backward`, async () => {
      const { gradients } = await import('@alix/train/tensorflow/gradients');
      const { shapes, penalty } = await penalised(wanted);
      const values = shapes.map((shape, order) => sines(shape, order));
      const { loss } = gradients(() => ({ loss: { value: penalty(values), wrt: values } }));
      expect(number(loss.value) / wanted.penalty).toBeCloseTo(1, 4);
      wanted.gradients.forEach((gradient, i) => {
        const found = loss.gradients[i]?.dataSync() ?? gradient.map(() => 0);
        // the scale of the whole gradient: a bias before a batch norm has a slope of 0, and rounding errors
        const scale = Math.max(...gradient.map(Math.abs), 1e-3 * Math.max(...wanted.gradients.flat().map(Math.abs)));
        const worst = Math.max(...gradient.map((g, k) => Math.abs(g - (found[k] ?? Number.NaN)) / scale));
        expect(worst, `parameter ${i}`).toBeLessThan(2e-4);
      });
    });
  }

  it('conv, leaky ReLU, fully connected: finite differences of the penalty', async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const { shapes, penalty } = await penalised({ words: 'lrelu(0.2)', norm: '', bias: 'tied' });
    const values = shapes.map((shape, order) => sines(shape, order));
    const { loss } = gradients(() => ({ loss: { value: penalty(values), wrt: values } }));
    for (const i of [0, 2]) {
      const direction = sines(shapes[i]!, 31, 1);
      const at = (h: number) =>
        number(tf.tidy(() => penalty(values.map((v, k) => (k === i ? tf.add(v, tf.mul(direction, h)) : v)))));
      const h = 1e-3;
      const slope = number(tf.sum(tf.mul(loss.gradients[i]!, direction)));
      expect(Math.abs(slope)).toBeGreaterThan(1);
      expect((at(h) - at(-h)) / (2 * h) / slope).toBeCloseTo(1, 2);
    }
  });

  it('leave nothing behind', async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const { shapes, penalty } = await penalised({ words: 'tanh', norm: 'spectral', bias: 'tied' });
    const values = shapes.map((shape, order) => sines(shape, order));
    const once = () => {
      const { loss } = gradients(() => ({ loss: { value: penalty(values), wrt: values } }));
      loss.value.dispose();
      for (const gradient of loss.gradients) gradient?.dispose();
    };
    once();
    const before = tf.memory().numTensors;
    once();
    expect(tf.memory().numTensors).toBe(before);
  });
});
