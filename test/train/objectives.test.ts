/** Objectives at points where their value is known, and what each player's gradient reaches. */
import { objectives } from '@alix/train/objectives/index';
import { type Batch, evaluate, type Objective, type Posterior } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const LOG2 = Math.log(2);
const noise = {
  normal: (shape: readonly number[]) => tf.zeros([...shape]),
  uniform: (shape: readonly number[]) => tf.zeros([...shape]),
};
const value = (t: Tensor) => t.dataSync()[0] as number;
const of = (name: string) => objectives[name] as Objective;

/** Networks of one number each: G(z) = g z, F(x) = f x, D(...) = d sum, E = (e x, s x). */
function toy(p: Record<string, Tensor>) {
  const posterior = (x: Tensor): Posterior => ({
    mean: tf.mul(x, p.e!),
    logVariance: tf.mul(x, p.s!),
    sample: () => tf.mul(x, p.e!),
    draw: () => ({ z: tf.mul(x, p.e!), logDensity: tf.zeros([x.shape[0] ?? 0]) }),
    logDensity: () => tf.zeros([x.shape[0] ?? 0]),
  });
  return {
    G: (z: Tensor) => tf.mul(z, p.g!),
    F: (x: Tensor) => tf.mul(x, p.f!),
    D: (...inputs: Tensor[]) => inputs.map((x) => tf.mul(x, p.d!)).reduce((a, b) => tf.add(a, b)),
    E: posterior,
  } as unknown as Parameters<Objective['terms']>[0];
}

const parameters = (values: Record<string, number>) =>
  Object.fromEntries(
    Object.entries({ g: 0.7, f: 1.3, d: 0.4, e: 0.2, s: 0.1, ...values }).map(([k, v]) => [k, tf.scalar(v)]),
  );

function losses(name: string, values: Record<string, number>, x: number[][], z: number[][]) {
  const objective = of(name);
  const p = parameters(values);
  const terms = evaluate(objective.terms(toy(p), batchOf(x, z), noise, objective.options, tools));
  return Object.fromEntries(
    Object.entries(objective.players).map(([player, { loss }]) => [player, value(loss(terms, objective.options))]),
  );
}

const batchOf = (x: number[][], z: number[][]): Batch => ({
  x: tf.tensor2d(x),
  range: [-1, 1],
  z: tf.tensor2d(z),
  prior: 'normal',
  labels: tf.zeros([x.length, 1]),
  moment: { epoch: 1, epochs: 10 },
});
const tools = { unrolled: () => () => tf.zeros([1]) } as never;

describeWithTensorflow('objectives', () => {
  it('where the critic says one half everywhere: ALI pays 2 log 2 on both sides, the GAN log 2 for its generator', () => {
    const ali = losses('ali', { d: 0 }, [[1], [2]], [[3], [4]]);
    expect(ali.critic).toBeCloseTo(2 * LOG2, 6);
    expect(ali.actor).toBeCloseTo(2 * LOG2, 6);
    const gan = losses('gan', { d: 0 }, [[1]], [[3]]);
    expect(gan.critic).toBeCloseTo(2 * LOG2, 6);
    expect(gan.generator).toBeCloseTo(LOG2, 6);
  });

  it('DALI adds the mean over dimensions of the negative log-likelihood', () => {
    // d = 0: the game gives log 2. G = F = identity, mean 0, log variance 0: 1/2 (z^2 + log 2 pi), averaged over 2 dimensions
    const { actor } = losses('dali', { d: 0, g: 1, f: 1, e: 0, s: 0 }, [[1, 1]], [[2, 3]]);
    expect(actor).toBeCloseTo(LOG2 + 0.5 * ((4 + 9) / 2 + Math.log(2 * Math.PI)), 5);
  });

  it('logits far from zero give finite losses', () => {
    for (const name of Object.keys(objectives))
      for (const loss of Object.values(losses(name, { d: 1e4 }, [[50]], [[-50]])))
        expect(Number.isFinite(loss)).toBe(true);
  });

  it('log variances far from zero give finite likelihoods: exp(-log variance) is clamped', () => {
    const { actor } = losses('dali', { d: 0, s: 1e4 }, [[1]], [[-2]]);
    expect(Number.isFinite(actor)).toBe(true);
  });

  it('each loss is differentiated as finite differences say, in every parameter it touches', async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const [x, z] = [
      [[0.5], [-1.2]],
      [[0.3], [1.1]],
    ];
    for (const [name, objective] of Object.entries(objectives))
      for (const [player, { loss }] of Object.entries(objective.players)) {
        const p = parameters({});
        const keys = Object.keys(p);
        const { gradients: grads } = gradients(() => {
          const terms = evaluate(objective.terms(toy(p), batchOf(x, z), noise, objective.options, tools));
          return { loss: { value: loss(terms, objective.options), wrt: keys.map((key) => p[key]!) } };
        }).loss;
        keys.forEach((key, i) => {
          const h = 1e-2;
          const base = value(p[key]!);
          const at = (v: number) => losses(name, { [key]: v }, x, z)[player] as number;
          const difference = (at(base + h) - at(base - h)) / (2 * h);
          expect(grads[i] ? value(grads[i]) : 0, `${name} ${player} d/d${key}`).toBeCloseTo(difference, 3);
        });
      }
  });

  it("DALI's code reaches G through the frozen features, and the actor owns neither F nor D", async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const p = parameters({ d: 0 });
    const dali = of('dali');
    const { gradients: grads } = gradients(() => {
      const terms = evaluate(dali.terms(toy(p), batchOf([[1]], [[2]]), noise, dali.options, tools));
      return { loss: { value: terms.code!, wrt: [p.g!] } };
    }).loss;
    expect(Math.abs(value(grads[0]!))).toBeGreaterThan(1e-3);
    expect(dali.players.actor?.updates).toEqual(['G', 'E']);
  });

  it('terms are computed when first asked for, and once', () => {
    let count = 0;
    const terms = evaluate({
      a: () => tf.scalar(++count),
      b: () => {
        throw new Error('nobody asked');
      },
    });
    expect([value(terms.a), value(terms.a)]).toEqual([1, 1]);
  });
});
