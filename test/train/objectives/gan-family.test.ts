/** GAN, SN-GAN, DALI and its variants, Unrolled GAN, VEEGAN, VAE/GAN: closed forms, where gradients flow, extremes. */
import { objectives } from '@alix/train/objectives/index';
import { type Batch, evaluate, type Objective } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { byThemselves, type Change, evaluateCase, type KitCase, lossesOf, plainCase } from '../objective-kit.js';

const LOG2 = Math.log(2);
const family = ['gan', 'sn-gan', 'dali', 'dali-l2', 'dali-f', 'wgan', 'unrolled-gan', 'veegan', 'vae-gan'];
const of = (name: string) => objectives[name] as Objective;
const kase = (name: string, rest: Partial<KitCase> = {}) => plainCase(of(name), rest);
const presets = family.flatMap((name) => Object.keys(of(name).presets).map((preset) => [name, preset] as const));

/** D puts out `bias` whatever it reads: its last layer has no weights. */
const constantly =
  (bias: number): Change =>
  (network, o) =>
    network === 'D' && o >= 2 ? (o === 2 ? 0 : bias) : undefined;
/** E's log variance is `s` whatever it reads. */
const logVariance =
  (s: number): Change =>
  (network, o) =>
    network === 'E' && o >= 4 ? (o === 4 ? 0 : s) : undefined;
const both =
  (...changes: Change[]): Change =>
  (network, o, i, value) =>
    changes.map((change) => change(network, o, i, value)).find((v) => v !== undefined);

const isMoving = (grads: readonly (Float32Array | null)[] | undefined) =>
  (grads ?? []).some((g) => g?.some((v) => Math.abs(v) > 1e-6));

describeWithTensorflow('the GAN family', () => {
  it('where critics say one half the games pay multiples of log 2', () => {
    for (const name of ['gan', 'sn-gan']) {
      const { critic, generator } = lossesOf(of(name), kase(name), constantly(0));
      expect(critic).toBeCloseTo(2 * LOG2, 6);
      expect(generator).toBeCloseTo(LOG2, 6);
    }
    const unrolled = kase('unrolled-gan', { options: { unrolling: 0 } });
    const { critic, generator } = lossesOf(of('unrolled-gan'), unrolled, constantly(0));
    expect(critic).toBeCloseTo(2 * LOG2, 6);
    expect(generator).toBeCloseTo(-2 * LOG2, 6);
    expect(lossesOf(of('vae-gan'), kase('vae-gan'), constantly(0)).critic).toBeCloseTo(3 * LOG2, 6);
    const likeness = { options: { gamma: 0, likeness: 0 } };
    expect(lossesOf(of('vae-gan'), kase('vae-gan', likeness), constantly(0)).decoder).toBeCloseTo(2 * LOG2, 6);
    expect(lossesOf(of('veegan'), kase('veegan'), constantly(0)).critic).toBeCloseTo(2 * LOG2, 6);
    const free = { options: { lambda: 0 } };
    expect(lossesOf(of('veegan'), kase('veegan', free), constantly(0)).actor).toBeCloseTo(0, 6);
    expect(lossesOf(of('veegan'), kase('veegan', { ...free, preset: 'bce' }), constantly(0)).actor).toBeCloseTo(
      LOG2,
      6,
    );
  });

  it("f-GAN's value at its optimum on equal densities, D = 1, is 0; the Wasserstein critic that is flat pays the penalty", () => {
    expect(lossesOf(of('dali-f'), kase('dali-f'), constantly(1)).critic).toBeCloseTo(0, 6);
    const flat = evaluateCase(of('wgan'), kase('wgan'), constantly(3));
    expect(flat.losses.critic).toBeCloseTo(10, 5);
    for (const grads of Object.values(flat.gradients.critic ?? {}))
      for (const g of grads) expect([...(g ?? [])].every(Number.isFinite)).toBe(true);
  });

  it("DALI's code at unit variance is DALI-l2's and its constant; with VEEGAN's sum over dimensions the constant is d/2 log 2 pi", () => {
    const change = both(constantly(0), logVariance(0));
    const [dali, l2] = ['dali', 'dali-l2'].map((name) => lossesOf(of(name), kase(name), change).actor as number);
    expect(dali! - l2!).toBeCloseTo(0.5 * Math.log(2 * Math.PI), 5);
    const summed = kase('dali-l2', { options: { lambda: 1 } });
    expect(lossesOf(of('dali-l2'), summed, change).actor! - LOG2).toBeCloseTo(2 * (l2! - LOG2), 5);
  });

  it("DALI-f's weight on the code rises by 1/32 an epoch, counted from 1, and stays at 1", () => {
    const code = (epoch: number) =>
      lossesOf(of('dali-f'), kase('dali-f', { preset: 'authors', moment: { epoch, epochs: 99 } }), constantly(0))
        .actor as number;
    expect(code(1) * 32).toBeCloseTo(code(32), 4);
    expect(code(8) * 4).toBeCloseTo(code(32), 4);
    expect(code(99)).toBe(code(32));
  });

  it('beyond its limit the exponential is its tangent: a critic that has gone too far is pulled back', () => {
    const name = 'dali-f';
    const far = evaluateCase(of(name), kase(name), constantly(1001));
    // exp(20) (1 + 1000 - 20) - 1001
    expect(far.losses.critic! / (Math.exp(20) * 981 - 1001)).toBeCloseTo(1, 5);
    expect((far.gradients.critic?.D?.[3]?.[0] ?? 0) / (Math.exp(20) - 1)).toBeCloseTo(1, 5);
  });

  it('a linear critic of slope |w| pays 10 (|w| - 1)^2, and its gradient is 20 (|w| - 1) w / |w|', async () => {
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const w = tf.tensor2d([[3], [4]]);
    const [x, z] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[5, 7]])];
    const read: Tensor[] = [];
    const networks = {
      G: (code: Tensor) => code,
      F: (at: Tensor) => {
        read.push(at);
        return at;
      },
      D: (features: Tensor) => tf.matMul(features as never, w),
      E: () => ({}),
    } as never;
    const noise = { normal: () => tf.zeros([1]), uniform: (shape: readonly number[]) => tf.fill([...shape], 0.25) };
    const batch = { x, z, range: [0, 1], prior: 'normal', moment: { epoch: 1, epochs: 1 } } as unknown as Batch;
    const { loss } = gradients(() => {
      const terms = evaluate(of('wgan').terms(networks, batch, noise, of('wgan').options, byThemselves));
      const penalty = tf.mul(terms.penalty!, 10);
      return { loss: { value: penalty, wrt: [w], extra: { at: tf.clone(read[0]!) } } };
    });
    expect(loss.value.dataSync()[0]).toBeCloseTo(10 * 16, 3);
    expect([...loss.gradients[0]!.dataSync()].map((v) => Math.round(v * 1000) / 1000)).toEqual([48, 64]);
    // x^ = 1/4 x + 3/4 x~
    expect([...loss.extra.at!.dataSync()]).toEqual([4, 5.75]);
  });

  it.each(presets)(
    '%s (%s): each player updates what the paper says, and its loss moves all of that',
    (name, preset) => {
      const updates = Object.fromEntries(Object.entries(of(name).players).map(([p, { updates }]) => [p, [...updates]]));
      const critic = ['unrolled-gan', 'veegan'].includes(name) ? ['D'] : ['F', 'D'];
      const expected =
        name === 'vae-gan'
          ? { critic, encoder: ['E'], decoder: ['G'] }
          : 'E' in of(name).networks
            ? { critic, actor: ['G', 'E'] }
            : { critic, generator: ['G'] };
      expect(updates).toEqual(expected);
      const { gradients } = evaluateCase(of(name), kase(name, { preset }));
      for (const [player, networks] of Object.entries(updates))
        for (const network of networks)
          expect(isMoving(gradients[player]?.[network]), `${player}, ${network}`).toBe(true);
    },
  );

  it("the code's loss reaches G through the critic's features, frozen but not detached", () => {
    for (const name of ['dali', 'dali-l2', 'dali-f', 'wgan']) {
      // a constant critic: whatever moves G is the code
      const { actor } = evaluateCase(of(name), kase(name), constantly(0)).gradients;
      expect(isMoving(actor?.G), `${name}, G`).toBe(true);
      expect(isMoving(actor?.F), `${name}, through F`).toBe(true);
      expect(of(name).players.actor?.updates).not.toContain('F');
    }
  });

  it("DALI-l2 leaves an encoder's variance alone", () => {
    const { actor } = evaluateCase(of('dali-l2'), kase('dali-l2')).gradients;
    expect(actor?.E?.map((g) => isMoving([g]))).toEqual([true, true, true, true, false, false]);
  });

  it("VEEGAN's encoder has gradients from the code alone, and the generator pays the logit itself", () => {
    const none = { options: { lambda: 0 } };
    expect(isMoving(evaluateCase(of('veegan'), kase('veegan', none)).gradients.actor?.E)).toBe(false);
    expect(isMoving(evaluateCase(of('veegan'), kase('veegan'), constantly(0)).gradients.actor?.E)).toBe(true);
    const [low, high] = [-5, 5].map((bias) => lossesOf(of('veegan'), kase('veegan', none), constantly(bias)).actor);
    expect([low, high].map((v) => Math.round(v as number))).toEqual([-5, 5]);
  });

  it("VAE/GAN's comparison reaches encoder and decoder, and its divergence is 0 at the prior", () => {
    const { encoder } = evaluateCase(of('vae-gan'), kase('vae-gan'), constantly(0)).gradients;
    expect(isMoving(encoder?.G), 'through G').toBe(true);
    const { decoder } = evaluateCase(of('vae-gan'), kase('vae-gan'), constantly(0)).gradients;
    expect(isMoving(decoder?.G)).toBe(true);
    const standard: Change = (network, o) => (network === 'E' && o >= 2 ? 0 : undefined);
    const alone = kase('vae-gan', { options: { likeness: 0 } });
    expect(lossesOf(of('vae-gan'), alone, standard).encoder).toBeCloseTo(0, 6);
    const deterministic = { E: { signature: 'x -> posterior', posterior: 'none' } } as const;
    expect(() => lossesOf(of('vae-gan'), kase('vae-gan', { networks: deterministic }))).toThrow(/log q\(z\|x\)/);
  });

  it.each(family)('%s: G and E run once for what several terms share', (name) => {
    const { calls } = evaluateCase(of(name), kase(name));
    expect(calls.G).toBe(name === 'vae-gan' ? 2 : 1);
    expect(calls.E ?? 1).toBe(name === 'veegan' ? 2 : 1);
  });

  it.each(presets)(
    '%s (%s): logits and log variances far from zero leave losses and gradients finite',
    (name, preset) => {
      const steep: Change = (network, o, _i, value) => (network === 'D' && o === 2 ? 1e4 * value : undefined);
      const changes = [constantly(1e4), constantly(-1e4), steep];
      if (['dali', 'dali-f', 'wgan', 'vae-gan'].includes(name)) changes.push(logVariance(1e4), logVariance(-1e4));
      for (const [i, change] of changes.entries()) {
        const { losses, gradients } = evaluateCase(of(name), kase(name, { preset }), change);
        const numbers = Object.values(gradients).flatMap((networks) =>
          Object.values(networks).flatMap((gs) => gs.flatMap((g) => [...(g ?? [])])),
        );
        expect(
          [...Object.values(losses), ...numbers].filter((v) => !Number.isFinite(v)),
          `change ${i}`,
        ).toEqual([]);
      }
    },
  );
});
