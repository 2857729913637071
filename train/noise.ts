/** Random tensors of a step, all from the run's generator. */
import type { Random } from '@alix/infer/io/random';
import * as tf from '@tensorflow/tfjs-core';
import type { Noise } from './objectives/objective.js';
import { nodeBackend } from './tensorflow/load.js';
import { sizes } from './tensorflow/ops/kernel.js';

/** From here on TensorFlow draws, with all threads: 2.5 million uniform numbers take it 6 ms instead of 17. */
const MANY = 2 ** 15;

const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/**
 * Normal and uniform tensors. Small ones are the generator's own numbers; large ones are those that TensorFlow's stateless kernels
 * (Philox; Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") make of two of its integers, the same ones with
 * any number of threads.
 */
export function noiseFrom(random: Random): Noise {
  return {
    normal: (shape) =>
      size(shape) < MANY
        ? tf.tensor(random.normal(size(shape)), [...shape], 'float32')
        : stateless('StatelessRandomNormal', shape, random),
    uniform: (shape) =>
      size(shape) < MANY
        ? tf.tensor(random.uniform(size(shape)), [...shape], 'float32')
        : stateless('StatelessRandomUniform', shape, random),
  };
}

function stateless(op: string, shape: readonly number[], random: Random): tf.Tensor {
  const backend = nodeBackend();
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const word = () => random.integer(-(2 ** 31), 2 ** 31 - 1);
  const types = { dtype: TF_FLOAT, T: TF_INT32, Tseed: TF_INT32 };
  const attributes = Object.entries(types).map(([name, value]) => ({ name, type: TF_ATTR_TYPE, value }));
  return tf.tidy(() => {
    const seed = tf.tensor1d([word(), word()], 'int32');
    return backend.executeSingleOutput(op, attributes, [sizes(shape), seed]);
  });
}
