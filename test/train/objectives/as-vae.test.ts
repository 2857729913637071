/**
 * AS-VAE where everything is known: z and x of one dimension, both joints normal. Its best critics then have a formula, and so have
 * L_x and L_z; the objective knows none of them.
 */
import { createRandom } from '@alix/infer/io/random';
import { objectives } from '@alix/train/objectives/index';
import { type Batch, evaluate, type Objective } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { evaluateCase, lossesOf, plainCase } from '../objective-kit.js';

const of = (name: string) => objectives[name] as Objective;
const names = ['as-vae', 'as-vae-r', 'as-vae-g'] as const;
const value = (t: Tensor) => t.dataSync()[0] as number;
const LOG_2_PI = Math.log(2 * Math.PI);
const ROWS = 200000;

/** p: z ~ N(0, 1), x|z ~ N(a z + b, s^2). q: x ~ N(m, t^2), z|x ~ N(c x + d, r^2). */
interface Model {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly logVariance: number;
}
const model: Model = { a: 0.8, b: 0.3, c: 0.6, d: -0.2, logVariance: -0.6 };
const [s, m, t] = [0.7, -0.1, 1.1];

/** Mean and covariance of (x, z) under each joint. */
interface Joint {
  readonly mean: readonly [number, number];
  /** Of x and x, x and z, z and z. */
  readonly cov: readonly [number, number, number];
}
const decoderJoint = ({ a, b }: Model): Joint => ({ mean: [b, 0], cov: [a * a + s * s, a, 1] });
const encoderJoint = ({ c, d, logVariance }: Model): Joint => ({
  mean: [m, c * m + d],
  cov: [t * t, c * t * t, c * c * t * t + Math.exp(logVariance)],
});

/** KL(p || q) of two normal distributions in the plane. */
function divergence(p: Joint, q: Joint): number {
  const determinant = ([xx, xz, zz]: Joint['cov']) => xx * zz - xz * xz;
  const [xx, xz, zz] = q.cov;
  const inverse = [zz, -xz, xx].map((v) => v / determinant(q.cov)) as [number, number, number];
  const quadratic = (u: number, w: number) => inverse[0] * u * u + 2 * inverse[1] * u * w + inverse[2] * w * w;
  const trace = inverse[0] * p.cov[0] + 2 * inverse[1] * p.cov[1] + inverse[2] * p.cov[2];
  const distance = quadratic(p.mean[0] - q.mean[0], p.mean[1] - q.mean[1]);
  return 0.5 * (trace + distance - 2 + Math.log(determinant(q.cov) / determinant(p.cov)));
}

/** E log N(v; mean, variance) for v ~ N(mean0, variance0). */
const expectedLog = (mean0: number, variance0: number, mean: number, variance: number) =>
  -0.5 * ((variance0 + (mean0 - mean) ** 2) / variance + Math.log(variance) + LOG_2_PI);

/** Eq. 8 and 9; the marginal terms E_q(x) log p(x) and E_p(z) log q(z) apart, for their gradients are what the critics leave out. */
function bounds(at: Model) {
  const [p, q] = [decoderJoint(at), encoderJoint(at)];
  const first = expectedLog(m, t * t, p.mean[0], p.cov[0]);
  const second = expectedLog(0, 1, q.mean[1], q.cov[2]);
  return { first: first - divergence(q, p), second: second - divergence(p, q), marginals: { first, second } };
}

const log = (v: Tensor, mean: Tensor | number, variance: number) =>
  tf.mul(tf.add(tf.div(tf.square(tf.sub(v, mean)), variance), Math.log(variance) + LOG_2_PI), -0.5);

/** The critics of Eq. 5 and 6 at their best, for the joints of `model`. */
const { mean: pMean, cov: pCov } = decoderJoint(model);
const { mean: qMean, cov: qCov } = encoderJoint(model);
const logP = (x: Tensor, z: Tensor) =>
  tf.add(log(z, 0, 1), log(x, tf.add(tf.mul(z, model.a), model.b), s * s)) as Tensor;
const logQ = (x: Tensor, z: Tensor) =>
  tf.add(log(x, m, t * t), log(z, tf.add(tf.mul(x, model.c), model.d), Math.exp(model.logVariance))) as Tensor;
const best1 = (x: Tensor, z: Tensor) => tf.sub(logQ(x, z), tf.add(log(x, pMean[0], pCov[0]), log(z, 0, 1)));
const best2 = (x: Tensor, z: Tensor) => tf.sub(logP(x, z), tf.add(log(x, m, t * t), log(z, qMean[1], qCov[2])));

/** Features of (x, z) whose weights disturb a critic. */
const features = (x: Tensor, z: Tensor) => [tf.onesLike(x), x, z, tf.mul(x, z), tf.square(x), tf.square(z)];

type Scalars = Record<'a' | 'b' | 'c' | 'd' | 'logVariance' | 'w1' | 'w2', Tensor>;

async function setting() {
  const { gaussian } = await import('@alix/train/posterior');
  const disturbed = (best: typeof best1, w: Tensor) => (x: Tensor, z: Tensor) =>
    tf.add(best(x, z), tf.matMul(tf.concat(features(x, z), 1) as never, w as never));
  const networks = (p: Scalars) => ({
    E: (x: Tensor) => gaussian(tf.add(tf.mul(x, p.c), p.d), tf.mul(tf.onesLike(x), p.logVariance)),
    G: (z: Tensor) => {
      const x = tf.add(tf.mul(z, p.a), p.b);
      return { x, preactivation: x, activation: undefined, logScale: undefined };
    },
    D1: disturbed(best1, p.w1),
    D2: disturbed(best2, p.w2),
  });
  const random = createRandom(7);
  const normal = (shape: readonly number[]) =>
    tf.tensor(random.normal(shape.reduce((n, k) => n * k, 1)), [...shape], 'float32');
  const noise = { normal, uniform: normal };
  const batch: Batch = {
    x: tf.add(tf.mul(normal([ROWS, 1]), t), m),
    range: [-1, 1],
    z: normal([ROWS, 1]),
    prior: 'normal',
    labels: tf.zeros([ROWS, 1]),
    moment: { epoch: 1, epochs: 1 },
  };
  return { networks, noise, batch };
}

/** The losses of an objective with the best critics, and their gradients by every scalar and by the critics' disturbances. */
async function evaluated(name: string) {
  const { gradients } = await import('@alix/train/tensorflow/gradients');
  const { networks, noise, batch } = await setting();
  const objective = of(name);
  const options = { ...objective.options, likelihood: 'gaussian', scale: s };
  const p = Object.fromEntries([
    ...Object.entries(model).map(([key, v]) => [key, tf.scalar(v as number)]),
    ['w1', tf.zeros([6, 1])],
    ['w2', tf.zeros([6, 1])],
  ]) as Scalars;
  const keys = Object.keys(p) as (keyof Scalars)[];
  const results = gradients(() => {
    const terms = evaluate(objective.terms(networks(p) as never, batch, noise, options, {} as never));
    return Object.fromEntries(
      Object.entries(objective.players).map(([player, { loss }]) => [
        player,
        { value: loss(terms, options), wrt: keys.map((key) => p[key]) },
      ]),
    );
  });
  return Object.fromEntries(
    Object.entries(results).map(([player, { value: loss, gradients: grads }]) => [
      player,
      {
        loss: value(loss),
        slope: Object.fromEntries(
          keys.map((key, i) => [key, grads[i] ? [...(grads[i].dataSync() as Float32Array)] : undefined]),
        ) as Record<keyof Scalars, number[] | undefined>,
      },
    ]),
  );
}

/** The slope of `f` in one number of the model. */
function slope(f: (at: Model) => number, key: keyof Model): number {
  const h = 1e-4;
  return (f({ ...model, [key]: model[key] + h }) - f({ ...model, [key]: model[key] - h })) / (2 * h);
}

/** Several standard errors of a mean over ROWS numbers of spread up to 3. */
const TOLERANCE = 0.03;

describeWithTensorflow('AS-VAE with both joints normal', () => {
  it('with the best f1 the first half is -L_x of Eq. 8, with the best f2 the second is -L_z of Eq. 9', async () => {
    const { first, second } = bounds(model);
    const wanted = { 'as-vae-r': -first, 'as-vae-g': -second, 'as-vae': -first - second };
    for (const name of names) {
      const { actor } = await evaluated(name);
      expect(Math.abs((actor?.loss ?? Number.NaN) - wanted[name]), name).toBeLessThan(TOLERANCE);
    }
    expect(Math.abs(first - second), 'two different numbers').toBeGreaterThan(4 * TOLERANCE);
  });

  it("the formulas of f1 and f2 are where the critics' losses are stationary: the pairs are joint and independent", async () => {
    for (const [name, player, keys] of [
      ['as-vae', 'critics', ['w1', 'w2']],
      ['as-vae-r', 'critic', ['w1']],
      ['as-vae-g', 'critic', ['w2']],
    ] as const) {
      const found = (await evaluated(name))[player];
      for (const key of keys)
        for (const [k, g] of (found?.slope[key] ?? [Number.NaN]).entries())
          expect(Math.abs(g), `${name}, ${key}, feature ${k}`).toBeLessThan(0.01);
    }
  });

  it("the encoder's gradient of the first half is that of -L_x, the decoder's lacks the way through f1's log p(x)", async () => {
    const { actor } = await evaluated('as-vae-r');
    for (const key of ['c', 'd', 'logVariance'] as const)
      expect(Math.abs((actor?.slope[key]?.[0] ?? Number.NaN) + slope((at) => bounds(at).first, key)), key).toBeLessThan(
        TOLERANCE,
      );
    for (const key of ['a', 'b'] as const) {
      const whole = -slope((at) => bounds(at).first, key);
      const leftOut = -slope((at) => bounds(at).marginals.first, key);
      expect(Math.abs((actor?.slope[key]?.[0] ?? Number.NaN) - (whole - leftOut)), key).toBeLessThan(TOLERANCE);
      expect(Math.abs(leftOut), `${key}: something is left out`).toBeGreaterThan(2 * TOLERANCE);
    }
  });

  it("the decoder's gradient of the second half is that of -L_z, the encoder's lacks the way through f2's log q(z)", async () => {
    const { actor } = await evaluated('as-vae-g');
    for (const key of ['a', 'b'] as const)
      expect(
        Math.abs((actor?.slope[key]?.[0] ?? Number.NaN) + slope((at) => bounds(at).second, key)),
        key,
      ).toBeLessThan(TOLERANCE);
    for (const key of ['c', 'd', 'logVariance'] as const) {
      const whole = -slope((at) => bounds(at).second, key);
      const leftOut = -slope((at) => bounds(at).marginals.second, key);
      expect(Math.abs((actor?.slope[key]?.[0] ?? Number.NaN) - (whole - leftOut)), key).toBeLessThan(TOLERANCE);
    }
  });
});

describeWithTensorflow('AS-VAE on small networks', () => {
  it('critics that say one half pay 2 log 2 each, and the actor is left with its likelihoods', () => {
    const halves = (network: string, o: number) => (network.startsWith('D') && o >= 2 ? 0 : undefined);
    const losses = Object.fromEntries(names.map((name) => [name, lossesOf(of(name), plainCase(of(name)), halves)]));
    expect(losses['as-vae']?.critics).toBeCloseTo(4 * Math.log(2), 5);
    expect(losses['as-vae-r']?.critic).toBeCloseTo(2 * Math.log(2), 5);
    expect(losses['as-vae-g']?.critic).toBeCloseTo(2 * Math.log(2), 5);
    expect(losses['as-vae']?.actor).toBeCloseTo(
      (losses['as-vae-r']?.actor ?? Number.NaN) + (losses['as-vae-g']?.actor ?? Number.NaN),
      4,
    );
  });

  it('the critics move D1 and D2 alone, the actor E and G; its loss goes through the frozen critics', () => {
    for (const name of names) {
      const objective = of(name);
      const updates = Object.values(objective.players).map((player) => player.updates);
      const critics = Object.keys(objective.networks).filter((network) => network.startsWith('D'));
      expect(updates).toEqual([critics, ['E', 'G']]);
      const kase = plainCase(objective);
      const { gradients } = evaluateCase(objective, kase);
      const still = (network: string, o: number) => (network.startsWith('D') && o === 2 ? 0 : undefined);
      const without = evaluateCase(objective, kase, still).gradients;
      // with f constant in (x, z) encoder or decoder get another gradient: some of it came through f
      for (const network of name === 'as-vae' ? ['E', 'G'] : name === 'as-vae-r' ? ['E'] : ['G']) {
        const [a, b] = [gradients, without].map((g) => [...(g.actor?.[network]?.[0] ?? [])]);
        expect(
          a?.some((v, i) => Math.abs(v - (b?.[i] ?? 0)) > 1e-4),
          `${name}, ${network}`,
        ).toBe(true);
      }
    }
  });

  it("the bound keeps a critic's answers within it, with a slope still", () => {
    const steep = (network: string, o: number, _i: number, v: number) =>
      network.startsWith('D') && o === 3 ? 1000 : network.startsWith('D') && o === 2 ? 20 * v : undefined;
    const actor = (bound: number) =>
      lossesOf(of('as-vae-r'), plainCase(of('as-vae-r'), { options: { bound } }), steep).actor as number;
    const still = (network: string, o: number) => (network.startsWith('D') && o >= 2 ? 0 : undefined);
    const base = lossesOf(of('as-vae-r'), plainCase(of('as-vae-r')), still).actor as number;
    expect(actor(0) - base).toBeGreaterThan(900);
    expect(actor(20) - base).toBeCloseTo(20, 3);
  });

  it('critic steps are an option; alix’s own preset has more of them and a bound', () => {
    for (const name of names) {
      const { players, options, presets } = of(name);
      const steps = Object.values(players).map((player) => player.steps?.({ ...options, criticSteps: 4 }));
      expect(steps).toEqual([4, undefined]);
      expect(options).toMatchObject({ criticSteps: 1, bound: 0 });
      expect(Object.keys(presets)).toEqual(['paper', 'bounded']);
      expect(presets.bounded?.source).toMatch(/alix's own/);
    }
  });

  it("a uniform prior serves: its codes are what f1's independent pairs have", () => {
    const objective = of('as-vae-r');
    const normal = evaluateCase(objective, plainCase(objective));
    const uniform = evaluateCase(objective, plainCase(objective, { prior: 'uniform' }));
    expect([normal.draws, uniform.draws]).toEqual([2, 1]);
    expect(uniform.losses.actor).toBe(normal.losses.actor);
    expect(uniform.losses.critic).not.toBeCloseTo(normal.losses.critic ?? 0, 4);
  });

  it('log q(z|x~) at a given z: affine couplings have it, planar flows and points are refused, as-vae-r asks for none', () => {
    const E = (more: object) => ({ networks: { E: { signature: 'x -> posterior', ...more } } });
    const couplings = E({ flow: [{ op: 'affine-coupling', hidden: 3, flip: false }] });
    const planar = E({ flow: [{ op: 'planar-flow' }] });
    for (const name of ['as-vae', 'as-vae-g'] as const) {
      const objective = of(name);
      expect(Number.isFinite(lossesOf(objective, plainCase(objective, couplings)).actor)).toBe(true);
      expect(() => lossesOf(objective, plainCase(objective, planar))).toThrow(/density at a given z.*affineCoupling/);
      expect(() => lossesOf(objective, plainCase(objective, E({ posterior: 'none' })))).toThrow(/gives a point/);
    }
    for (const kase of [planar, E({ posterior: 'implicit' })])
      expect(Number.isFinite(lossesOf(of('as-vae-r'), plainCase(of('as-vae-r'), kase)).actor)).toBe(true);
  });

  it('a dry run already refuses a planar flow where log q(z|x~) is asked for', async () => {
    const { design, resolveConfig } = await import('@alix/train');
    const { cost } = await import('@alix/train/cost');
    const counted = (name: string, flow: string) => {
      const architecture = { name: 'small-28-as-vae', options: { flow, width: 4, flowLength: 2 } };
      const config = resolveConfig([{ from: 'a test', config: { objective: { name }, architecture } }]);
      return cost(design(config), 10);
    };
    for (const name of ['as-vae', 'as-vae-g'])
      await expect(counted(name, 'planar')).rejects.toThrow(/^E\.flow\.1\.planar-flow: .*affineCoupling/);
    for (const [name, flow] of [
      ['as-vae', 'affine'],
      ['as-vae-r', 'planar'],
    ] as const)
      expect((await counted(name, flow)).flopsPerStep).toBeGreaterThan(0);
  });

  it('a batch of one has no other code to pair with', async () => {
    const { rolled } = await import('@alix/train/objectives/as-vae-terms');
    expect([...rolled(tf.tensor2d([[1], [2], [3]])).dataSync()]).toEqual([2, 3, 1]);
    expect(() => rolled(tf.zeros([1, 2]))).toThrow(/a batch of at least 2, found 1/);
  });
});
