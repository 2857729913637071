/** The VAE where its bound is known: a linear Gaussian model in one dimension, and what each option and misfit does. */
import { createRandom } from '@alix/infer/io/random';
import { objectives } from '@alix/train/objectives/index';
import { type Batch, evaluate, type Objective, type Posterior } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { evaluateCase, lossesOf, plainCase } from '../objective-kit.js';

const vae = objectives.vae as Objective;
const LOG_2_PI = Math.log(2 * Math.PI);
const value = (t: Tensor) => t.dataSync()[0] as number;

/** p(z) = N(0, 1), p(x|z) = N(a z + b, s^2); its posterior is normal, and p(x) is N(b, a^2 + s^2). */
const [a, b, s] = [0.9, -0.4, 0.6];
const evidence = a * a + s * s;
const xs = [-1.3, 0.2, 0.7, 2.1];
const meanLogEvidence =
  xs.reduce((sum, x) => sum - 0.5 * ((x - b) ** 2 / evidence + Math.log(evidence) + LOG_2_PI), 0) / xs.length;

function bound(E: (x: Tensor) => Posterior, x: Tensor, seed = 1, more: Partial<Batch> = {}) {
  const random = createRandom(seed);
  const noise = {
    normal: (shape: readonly number[]) => tf.tensor(random.normal(shape.reduce((p, n) => p * n, 1)), [...shape]),
    uniform: (shape: readonly number[]) => tf.zeros([...shape]),
  };
  const G = (z: Tensor) => {
    const mean = tf.add(tf.mul(z, a), b);
    return { x: mean, preactivation: mean, activation: undefined, logScale: undefined };
  };
  const options = { ...vae.options, likelihood: 'gaussian', scale: s };
  const batch: Batch = {
    x,
    range: [-1, 1],
    z: tf.zeros(x.shape),
    prior: 'normal',
    labels: tf.zeros([1]),
    moment: { epoch: 1, epochs: 1 },
    ...more,
  };
  const terms = evaluate(vae.terms({ E, G } as never, batch, noise, options, {} as never));
  const monitored = vae.players.model?.monitor?.(terms) ?? {};
  return { loss: value((vae.players.model as NonNullable<typeof vae.players.model>).loss(terms, options)), monitored };
}

describeWithTensorflow('the VAE', () => {
  it('with the true posterior its bound is log p(x): for a flow at every single draw', async () => {
    const { flowing, gaussian } = await import('@alix/train/posterior');
    const [slope, spread] = [a / evidence, Math.sqrt((s * s) / evidence)];
    // the true posterior as a flow of N(0, 1): z = mean(x) + spread z0
    const E = (x: Tensor) => {
      const mean = tf.mul(tf.sub(x, b), slope);
      const logDeterminant = tf.fill([x.shape[0] ?? 0], Math.log(spread));
      return flowing(gaussian(tf.zerosLike(x), tf.zerosLike(x)), {
        transform: (z0) => ({ z: tf.add(mean, tf.mul(z0, spread)), logDeterminant }),
        inverse: (z) => ({ z: tf.div(tf.sub(z, mean), spread), logDeterminant }),
      });
    };
    const x = tf.tensor2d(xs, [xs.length, 1]);
    for (const seed of [1, 2, 3]) expect(bound(E, x, seed).loss).toBeCloseTo(-meanLogEvidence, 5);
  });

  it('with another Gaussian it is log p(x) less the divergence between the posteriors', async () => {
    const { gaussian } = await import('@alix/train/posterior');
    const [mean, deviation, n] = [0.3, 0.8, 50000];
    const E = (x: Tensor) => gaussian(tf.fill(x.shape, mean), tf.fill(x.shape, 2 * Math.log(deviation)));
    const variance = (s * s) / evidence;
    const divergence = (x: number) =>
      0.5 *
      ((deviation ** 2 + (mean - (a * (x - b)) / evidence) ** 2) / variance - 1 + Math.log(variance / deviation ** 2));
    const wanted = -meanLogEvidence + xs.reduce((sum, x) => sum + divergence(x), 0) / xs.length;
    const x = tf.tile(tf.tensor2d(xs, [xs.length, 1]), [n, 1]);
    const { loss, monitored } = bound(E, x);
    // its standard error: sqrt(200,000) draws of a spread of a few nats
    expect(Math.abs(loss - wanted)).toBeLessThan(0.02);
    expect(value(monitored.nats as Tensor)).toBeCloseTo(loss, 5);
    expect(value(monitored.kl as Tensor)).toBeCloseTo(0.5 * (mean ** 2 + deviation ** 2 - 1) - Math.log(deviation), 5);
  });

  it("the divergence's weight grows to beta over the warm-up, counted from epoch 1", () => {
    const at = (epoch: number, warmUpEpochs: number, beta: number) =>
      lossesOf(vae, plainCase(vae, { options: { warmUpEpochs, beta }, moment: { epoch, epochs: 100 } }))
        .model as number;
    const [without, full] = [at(1, 0, 0), at(1, 0, 1)];
    expect(full - without).toBeGreaterThan(0.1);
    for (const [epoch, share] of [
      [1, 0.25],
      [3, 0.75],
      [4, 1],
      [50, 1],
    ] as const)
      expect((at(epoch, 4, 3) - without) / (full - without)).toBeCloseTo(3 * share, 4);
  });

  it('one player moves the encoder and the decoder, and both are reached', () => {
    expect(Object.values(vae.players).map(({ updates }) => updates)).toEqual([['E', 'G']]);
    const { gradients } = evaluateCase(vae, plainCase(vae));
    for (const network of ['E', 'G'])
      for (const gradient of gradients.model?.[network] ?? [])
        expect(gradient?.some((g) => Math.abs(g) > 1e-4)).toBe(true);
  });

  it('an encoder that gives a point, and a uniform prior, are refused in words', () => {
    const networks = { E: { signature: 'x -> posterior', posterior: 'none' } } as const;
    for (const posterior of ['none', 'implicit'] as const)
      expect(() => lossesOf(vae, plainCase(vae, { networks: { E: { ...networks.E, posterior } } }))).toThrow(
        /needs log q\(z\|x\), and this encoder gives a point/,
      );
    expect(() => lossesOf(vae, plainCase(vae, { prior: 'uniform' }))).toThrow(
      expect.objectContaining({
        code: 'mismatch',
        message: expect.stringMatching(/uniform prior is infinite.*normal/),
      }),
    );
  });

  it('a decoder without a sigmoid has no Bernoulli likelihood', () => {
    const networks = { G: { signature: 'z -> likelihood', activation: '' } };
    expect(() => lossesOf(vae, plainCase(vae, { networks }))).toThrow(/ends in no activation/);
    const options = { likelihood: 'gaussian' };
    expect(lossesOf(vae, plainCase(vae, { networks, options })).model).toBeGreaterThan(0);
  });
});
