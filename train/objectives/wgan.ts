import * as tf from '@tensorflow/tfjs-core';
import { objective, once } from './objective.js';
import { add, gaussianNll, perDimension, times } from './terms.js';

/**
 * DALI with the Wasserstein game, ours: DALI's text says that it was tried, and no more. The game is Gulrajani et al.'s (2017, Eq. 3):
 * L_D = -E[D(x)] + E[D(x~)] + 10 E[(|grad_x^ D(x^)| - 1)^2] with x^ = u x + (1 - u) x~, u uniform in [0,1) for each example, and
 * L_GE = -E[D(x~)] + lambda E[L(z, E(F(x~)))]. The penalty's gradient is made of real second derivatives. A penalty on single
 * examples does not go with batch norm, which ties them together: the critic F, D has none.
 */
export const wgan = objective({
  name: 'wgan',
  title: 'DALI with the Wasserstein game',
  source: 'the variant that DALI section 3.4 mentions; Gulrajani et al. 2017 (arXiv:1704.00028), Eq. 3 and Algorithm 1',
  networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit', E: 'features -> posterior' },
  differentiatedTwice: ['F', 'D'],
  encoder: ['F', 'E'],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {
    /** Weight of the sum over the latent dimensions; 0 stands for 1/d, as in DALI. */
    lambda: 0,
    penalty: 10,
    criticSteps: 5,
  },
  presets: {
    paper: {
      update: 'sequential',
      source:
        'Gulrajani et al. 2017, Algorithm 1: five updates of the critic on minibatches of their own, then one of the others',
    },
    single: {
      update: 'sequential',
      options: { criticSteps: 1 },
      source: "ours: one update each, DALI's budget",
    },
  },
  terms({ G, F, D, E }, { x, z }, noise, { lambda }) {
    const xTilde = once(() => G(z));
    const generated = once(() => F(xTilde()));
    return {
      data: () => tf.mean(D(F(x))),
      model: () => tf.mean(D(generated())),
      penalty() {
        const u = noise.uniform([x.shape[0] ?? 0, ...x.shape.slice(1).map(() => 1)]);
        const xHat = tf.add(tf.mul(u, x), tf.mul(tf.sub(1, u), xTilde()));
        return tf.mean(
          tf.square(
            tf.sub(
              slope((at) => D(F(at)), xHat),
              1,
            ),
          ),
        );
      },
      code: () => times(perDimension(lambda, z), gaussianNll(z, E(generated()))),
    };
  },
  players: {
    critic: {
      updates: ['F', 'D'],
      steps: ({ criticSteps }) => criticSteps,
      loss: (t, { penalty }) => add(tf.sub(t.model, t.data), times(penalty, t.penalty)),
      monitor: (t) => ({ distance: tf.sub(t.data, t.model), penalty: t.penalty }),
    },
    actor: {
      updates: ['G', 'E'],
      loss: (t) => tf.sub(t.code, t.model),
      monitor: (t) => ({ code: t.code }),
    },
  },
});

/** |df/dx| [N] at each example of x [N,...]. */
function slope(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  const gradient = tf.reshape(tf.grad(f)(x), [x.shape[0] ?? 0, -1]);
  // the root's slope at 0 is infinite: where a critic is flat its penalty has none
  return tf.sqrt(tf.maximum(tf.sum(tf.square(gradient), -1), 1e-24));
}
