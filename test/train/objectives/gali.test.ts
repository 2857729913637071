/** GALI's game at points of known value, its likeness to ALI, and what its chains, noise and masks do. */

import { minibatchesPerStep } from '@alix/train/minibatches-per-step';
import { actorLoss, classified, criticLoss, galiOptions } from '@alix/train/objectives/gali';
import { objectives } from '@alix/train/objectives/index';
import { type Objective, objective, once } from '@alix/train/objectives/objective';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { evaluateCase, lossesOf, plainCase } from '../objective-kit.js';

const of = (name: string) => objectives[name] as Objective;
const systems = ['gali-4', 'gali-8', 'gali-pt', 'gali-mix'];
const classes: Record<string, number> = { 'gali-4': 4, 'gali-8': 8, 'gali-pt': 4, 'gali-mix': 8 };

/** ALI's two classes of pairs in GALI's game. */
const two = objective({
  name: 'two',
  title: 'two',
  source: 'GALI with n = 2',
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  sizes: () => ({ D: 2 }),
  encoder: ['E'],
  decoder: ['G'],
  options: galiOptions,
  presets: { paper: { update: 'simultaneous', source: 'test' } },
  terms({ G, E, D }, { x, z }, noise) {
    const zHat = once(() => E(x).sample(noise));
    return classified(D, [() => [x, zHat()], () => [G(z), z]], undefined);
  },
  players: {
    critic: { updates: ['D'], loss: (t, options) => criticLoss(t, options) },
    actor: { updates: ['E', 'G'], loss: (t, options) => actorLoss(t, options) },
  },
});

describeWithTensorflow('GALI', () => {
  it('two classes are ALI: logit = a1 - a2, losses and gradients to 1e-6', () => {
    const critic = 2; // the ordinal of D's last weight; its bias follows
    // what the kit gives D of two answers, and their difference to D of one
    const usual = (o: number, i: number) => 0.7 * Math.sin(0.9 * (i + 1) + 1.3 * o + 2.1 * ('D'.charCodeAt(0) % 17));
    const ofAli = evaluateCase(of('ali'), plainCase(of('ali')), (network, o, i) =>
      network === 'D' && o >= critic ? usual(o, 2 * i) - usual(o, 2 * i + 1) : undefined,
    );
    const ofTwo = evaluateCase(two, plainCase(two));
    expect(ofTwo.draws).toBe(ofAli.draws);
    for (const player of ['critic', 'actor']) {
      expect(ofTwo.losses[player]).toBeCloseTo(ofAli.losses[player] as number, 6);
      let compared = 0;
      for (const network of ['E', 'G', 'D'])
        ofAli.gradients[player]?.[network]?.forEach((wanted, o) => {
          const found = ofTwo.gradients[player]?.[network]?.[o] as Float32Array;
          wanted?.forEach((value, i) => {
            const isLast = network === 'D' && o >= critic;
            compared += 1;
            expect(Math.abs((isLast ? found[2 * i] : found[i])! - value)).toBeLessThan(1e-6);
            if (isLast) expect(Math.abs(found[2 * i + 1]! + value)).toBeLessThan(1e-6);
          });
        });
      expect(compared).toBeGreaterThan(50);
    }
  });

  it.each(systems)(
    '%s: where D cannot tell, both players pay 2 log n, and the sum of E log D_j is -n(n-1) log n',
    (name) => {
      const n = classes[name] as number;
      const blind = (options: object) =>
        lossesOf(of(name), plainCase(of(name), { options: { normalised: true, ...options } }), (network) =>
          network === 'D' ? 0 : undefined,
        );
      expect(blind({}).critic).toBeCloseTo(2 * Math.log(n), 5);
      expect(blind({}).actor).toBeCloseTo(2 * Math.log(n), 5);
      const { actor } = blind({ normalised: false });
      expect(actor).toBeCloseTo(n === 4 ? 16.636 : 116.449, 3);
    },
  );

  it('against the best D the actor has at most -12 log 4, where all classes are alike: -12 log 4 - 4 JSD - 4 sum KL(m, p_j)', () => {
    // four distributions over three values, as counts out of 12
    const value = (counts: number[][]) => {
      const p = counts.map((row) => row.map((c) => c / 12));
      const best = p[0]!.map((_, x) => p.map((row) => Math.log(row[x]!)));
      const logits = counts.map((row) => tf.tensor2d(row.flatMap((c, x) => Array.from({ length: c }, () => best[x]!))));
      const value = -actorLoss({ logits: tf.stack(logits) }, { ...galiOptions, normalised: false }).dataSync()[0]!;
      const m = p[0]!.map((_, x) => p.reduce((sum, row) => sum + row[x]! / 4, 0));
      const kl = (a: number[], b: number[]) => a.reduce((sum, v, x) => sum + v * Math.log(v / b[x]!), 0);
      const bound = -12 * Math.log(4);
      const gap = p.reduce((sum, row) => sum + kl(row, m) + 4 * kl(m, row), 0);
      return { value, bound, closed: bound - gap };
    };
    const alike = value([
      [3, 4, 5],
      [3, 4, 5],
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(alike.value).toBeCloseTo(alike.bound, 4);
    const apart = value([
      [3, 4, 5],
      [10, 1, 1],
      [1, 10, 1],
      [2, 2, 8],
    ]);
    expect(apart.value).toBeCloseTo(apart.closed, 4);
    expect(apart.value).toBeLessThan(apart.bound - 1);
  });

  it.each(systems)('%s: the critic updates D, the actor E and G; nobody M', (name) => {
    const { critic, actor } = of(name).players;
    expect(critic?.updates).toEqual(['D']);
    expect(actor?.updates).toEqual(['E', 'G']);
  });

  // the class of a tuple by place, and whether its logits depend on E and on G
  it.each([
    ['gali-4', 0, true, false],
    ['gali-4', 1, true, true],
    ['gali-4', 2, false, true],
    ['gali-4', 3, true, true],
    ['gali-8', 0, true, true],
    ['gali-8', 4, true, true],
    ['gali-pt', 0, true, false],
    ['gali-pt', 2, false, true],
    ['gali-mix', 0, true, false],
    ['gali-mix', 1, true, true],
    ['gali-mix', 4, false, true],
    ['gali-mix', 5, true, true],
    ['gali-mix', 6, true, true],
  ])('%s: gradients of class %i flow along its chain: to E %s, to G %s', (name, row, toE, toG) => {
    const base = of(name);
    const one: Objective = {
      ...base,
      players: {
        one: { updates: ['E', 'G'], loss: ({ logits }) => tf.sum(tf.square(tf.gather(logits as Tensor, row))) },
      },
    };
    const { gradients } = evaluateCase(one, plainCase(base));
    const size = (network: string) =>
      Math.max(0, ...(gradients.one?.[network] ?? []).flatMap((g) => (g ? [...g].map(Math.abs) : [])));
    if (toE) expect(size('E')).toBeGreaterThan(1e-3);
    else expect(size('E')).toBe(0);
    if (toG) expect(size('G')).toBeGreaterThan(1e-3);
    else expect(size('G')).toBe(0);
  });

  it("gali-pt: M is frozen, and yet its features' gradient reaches G and E", () => {
    const base = of('gali-pt');
    expect(base.frozen).toEqual(['M']);
    // D blind to x (4 numbers) and z (2), so that features alone lead back
    const through = (isM: boolean) =>
      evaluateCase(base, plainCase(base), (network, o, i) =>
        (network === 'D' && o === 0 && i < 6 * 5) || (network === 'M' && !isM) ? 0 : undefined,
      ).gradients.actor;
    for (const network of ['G', 'E']) {
      const size = (isM: boolean) => Math.max(...[...(through(isM)?.[network]?.[0] ?? [0])].map(Math.abs));
      expect(size(true)).toBeGreaterThan(1e-5);
      expect(size(false)).toBe(0);
    }
  });

  it("the step ratio: GALI-8's authors take five critic steps, each on its own minibatch; simultaneous updates one", () => {
    const design = (name: string, preset: string, more = {}) => {
      const chosen = of(name).presets[preset]!;
      const options = { ...of(name).options, ...chosen.options, ...more };
      return { objective: of(name), preset: chosen, options } as Parameters<typeof minibatchesPerStep>[0];
    };
    expect(minibatchesPerStep(design('gali-8', 'authors'))).toBe(6);
    for (const name of systems) expect(minibatchesPerStep(design(name, 'paper'))).toBe(1);
    expect(minibatchesPerStep(design('gali-4', 'authors'))).toBe(1);
    expect(minibatchesPerStep(design('gali-4', 'sequential', { criticSteps: 2 }))).toBe(3);
    expect(() => minibatchesPerStep(design('gali-4', 'paper', { criticSteps: 2 }))).toThrow(
      /simultaneously.*once a step/,
    );
  });
});
