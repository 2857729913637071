/** Spectral norm against PyTorch's: the normed weight, its gradient, the vector that moves, and evaluation. */
import { type LayerName, layerKinds } from '@alix/train/layers/index';
import type { ForwardContext } from '@alix/train/layers/layer';
import { chain, conv, fullyConnected, plan, size, transposedConv } from '@alix/train/spec';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';
import pinned from './spectral-norm.json' with { type: 'json' };

const sines = (shape: readonly number[], order: number) =>
  tf.tensor(
    Array.from({ length: size(shape) }, (_, i) => 0.7 * Math.sin(0.9 * (i + 1) + 1.3 * order)),
    [...shape],
  );
const unit = (t: Tensor) => tf.div(t, tf.norm(t));
const worst = (found: Tensor, wanted: readonly number[]) =>
  Math.max(...Array.from(found.dataSync(), (v, i) => Math.abs(v - (wanted[i] ?? Number.NaN))));

describe('the row of a spectral layer', () => {
  it('adds the vector, which nothing trains', () => {
    const { parameters, parameterCount } = plan(
      'D',
      chain('x', [4, 4, 2], 'y', [
        conv(3, 1, 5, '', { spectral: true, bias: false }),
        fullyConnected(2, '', { spectral: true }),
      ]),
    );
    expect(parameters.filter((p) => p.role === 'singular-vector')).toMatchObject([
      { name: 'D.y.0.conv.u', shape: [5], trainable: false },
      { name: 'D.y.1.fully-connected.u', shape: [2], trainable: false },
    ]);
    expect(parameterCount).toBe(3 * 3 * 2 * 5 + 80 * 2 + 2);
  });

  it('is refused for transposed convolutions', () => {
    expect(() => plan('G', chain('z', [4, 4, 2], 'x', [transposedConv(4, 2, 3, '', { spectral: true })]))).toThrow(
      /G\.x\.0\.transposed-conv: spectral norm is for/,
    );
  });
});

describeWithTensorflow('spectral norm', () => {
  for (const name of ['plain', 'fused'] as const)
    it.each(pinned.cases)(
      `$kind, ${name}: PyTorch's numbers`,
      async ({ kind, shape, passes, gradient, evaluation }) => {
        const ops = (await import(`@alix/train/tensorflow/ops/${name}`))[name] as ForwardContext['ops'];
        const { gradients } = await import('@alix/train/tensorflow/gradients');
        const weight = sines(shape, 0);
        const image = kind === 'conv';
        const args = { features: 4, bias: false, spectral: true, kernel: [3, 3], stride: [1, 1], padding: 'valid' };
        // examples that show the weight itself: one for each of its inputs
        const inputs = weight.size / 4;
        const examples = tf.reshape(tf.eye(inputs), image ? [inputs, 3, 3, 2] : [inputs, inputs]);
        let u = unit(sines([4], 5));
        const pass = (training: boolean) => {
          const next: [string, Tensor][] = [];
          const context: ForwardContext = {
            ops,
            training,
            uniform: tf.ones,
            observe: () => {},
            remember: (parameter, value) => next.push([parameter, tf.keep(value)]),
          };
          const layer = layerKinds[kind as LayerName];
          const forward = () => layer.forward(examples, args as never, { weight, u }, context, 'D.y.0');
          const probe = tf.reshape(sines(shape, 3), [inputs, 4]);
          const { loss } = gradients(() => {
            const y = tf.reshape(forward(), [inputs, 4]);
            return { loss: { value: tf.sum(tf.mul(y, probe)), wrt: [weight, u], extra: { y } } };
          });
          return { y: loss.extra.y!, gradient: loss.gradients[0]!, byVector: loss.gradients[1], next };
        };
        for (const [i, wanted] of passes.entries()) {
          const found = pass(true);
          expect(worst(found.y, wanted.weight), `weight ${i}`).toBeLessThan(1e-5);
          if (i === 0) expect(worst(found.gradient, gradient)).toBeLessThan(1e-5);
          // the vector is a constant to every gradient
          expect(found.byVector).toBeNull();
          expect(found.next.map(([parameter]) => parameter)).toEqual(['D.y.0.u']);
          u = found.next[0]![1];
          expect(worst(u, wanted.u), `u ${i}`).toBeLessThan(1e-5);
        }
        const evaluated = pass(false);
        expect(evaluated.next).toEqual([]);
        expect(worst(evaluated.y, evaluation)).toBeLessThan(1e-5);
      },
    );

  it('comes, pass by pass, to the largest singular value', async () => {
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    // a diagonal has its singular values on it
    const weight = tf.tensor2d([
      [3, 0, 0],
      [0, -5, 0],
      [0, 0, 1],
    ]);
    let u: Tensor = unit(tf.tensor1d([1, 1, 1]));
    for (let i = 0; i < 40; i++) u = plain.spectralNorm(weight, u, true, 1e-12).u;
    const normed = plain.spectralNorm(weight, u, false, 1e-12);
    expect(worst(normed.weight, [0.6, 0, 0, 0, -1, 0, 0, 0, 0.2])).toBeLessThan(1e-5);
  });
});
