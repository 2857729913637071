import * as tf from '@tensorflow/tfjs-core';
import { coded } from './kl.js';
import { conditional } from './likelihoods.js';
import { objective, once } from './objective.js';
import { add } from './terms.js';

/**
 * VAE: the evidence lower bound. Kingma & Welling 2014, Eq. 3 with the estimator of Eq. 7, one sample of z for each x:
 * L = -E_q(z|x)[log p(x|z)] + beta KL(q(z|x) || p(z)), in nats per example, averaged over the minibatch.
 */
export const vae = objective({
  name: 'vae',
  title: 'VAE',
  source: 'Kingma & Welling 2014 (arXiv:1312.6114), Eq. 3 and 7; with a flow Rezende & Mohamed 2015, Eq. 15',
  networks: { E: 'x -> posterior', G: 'z -> likelihood' },
  encoder: ['E'],
  decoder: ['G'],
  options: {
    /** 'bernoulli', 'gaussian' or 'discretised'. */
    likelihood: 'bernoulli',
    /** Of a Gaussian or discretised likelihood whose decoder has no output log_scale, in units of the architecture's range. */
    scale: 0.1,
    /** Weight of the divergence; other than 1 the loss is no bound (Higgins et al. 2017). */
    beta: 1,
    /** Epochs over which the divergence's weight grows linearly to beta, e / warmUpEpochs in epoch e from 1; 0 for none. */
    warmUpEpochs: 0,
  },
  choices: { likelihood: ['bernoulli', 'gaussian', 'discretised'] },
  presets: {
    paper: { update: 'simultaneous', source: 'Algorithm 1 with one sample of z; Bernoulli decoder of appendix C.1' },
  },
  terms({ E, G }, { x, range, prior, moment }, noise, { beta, warmUpEpochs, ...likelihood }) {
    const code = once(() => coded(E(x), prior, noise));
    const kl = once(() => tf.mean(code().kl));
    const weight = beta * (warmUpEpochs > 0 ? Math.min(1, moment.epoch / warmUpEpochs) : 1);
    return {
      reconstruction: () => tf.neg(tf.mean(conditional(G(code().z), range, likelihood).logDensity(x))),
      kl,
      weighted: () => tf.mul(kl(), weight),
    };
  },
  players: {
    model: {
      updates: ['E', 'G'],
      loss: (t) => add(t.reconstruction, t.weighted),
      monitor: (t) => ({ nats: add(t.reconstruction, t.kl), kl: t.kl }),
    },
  },
});
