/** That what is planned runs: every network of every small form, as in training, on random numbers. */
import { createRandom } from '@alix/infer/io/random';
import { architectures } from '@alix/train/architectures/index';
import { forward } from '@alix/train/forward';
import { initialValue } from '@alix/train/initialise';
import type { ForwardContext } from '@alix/train/layers/layer';
import { size } from '@alix/train/spec';
import { fused } from '@alix/train/tensorflow/ops/fused';
import { concat, randomUniform, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow } from '../../tensorflow.js';
import { networksOf, small } from './support.js';

const N = 3;
const settings = {
  weights: 'he',
  deviation: 1,
  scaleDeviation: 0,
  biases: 'lecun-uniform',
  outputBias: 'zero',
} as const;

describeWithTensorflow('the small form runs and puts out what its plan says', () => {
  const forms = [
    ...Object.keys(architectures).map((name) => [name, {}] as const),
    ...['gali-svhn', 'gali-celeba', 'small-28-gali'].flatMap((name) =>
      ['8', 'pt'].map((critic) => [name, { critic }] as const),
    ),
    ['ali-grid', { critic: 'xz-xz', classes: 8, cycle: 'both', encoder: 'gaussian' }] as const,
    ['small-28-joint', { cycle: 'both' }] as const,
    ['aim-celeba', { convention: 'code' }] as const,
    ['ali-cifar10', { maxout: 'post', convention: 'table' }] as const,
    ['small-28', { normalisation: 'spectral' }] as const,
  ];

  it.each(forms)('%s %j', (name, options) => {
    const random = createRandom(7);
    for (const network of Object.values(networksOf(name, { ...small[name], ...options }))) {
      const batch = (label: string, shape: readonly number[]) =>
        tensor(random.split(label).normal(N * size(shape)), [N, ...shape]);
      let remembered = 0;
      const context: ForwardContext = {
        ops: fused,
        training: true,
        uniform: (shape) => randomUniform([...shape]),
        observe: () => undefined,
        remember: () => {
          remembered += 1;
        },
      };
      const outputs = tidy(() => {
        const parameters = new Map<string, Tensor>(
          network.parameters.map((spec) => [spec.name, tensor(initialValue(spec, settings, random), [...spec.shape])]),
        );
        const inputs = Object.entries(network.inputs).map(([key, shape]) => [key, batch(key, shape)] as const);
        const join = (tensors: readonly Tensor[]) => concat([...tensors], -1);
        const result = forward(network, Object.fromEntries(inputs), parameters, context, join);
        return Object.entries(result).map(
          ([key, value]) => [key, value.shape, value.dataSync().every(Number.isFinite)] as const,
        );
      });
      expect(outputs).toEqual(Object.entries(network.outputs).map(([key, shape]) => [key, [N, ...shape], true]));
      const vectors = network.parameters.filter(({ role }) => role === 'singular-vector').length;
      expect(remembered > 0).toBe(vectors > 0);
    }
  });
});
