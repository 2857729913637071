/** What holds of every objective in every preset, and points of known value of the oldest ones. */

import { minibatchesPerStep } from '@alix/train/minibatches-per-step';
import { objectives } from '@alix/train/objectives/index';
import { evaluate, type Objective } from '@alix/train/objectives/objective';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';
import { type Change, evaluateCase, type KitCase, lossesOf, N, optionsOf, plainCase } from './objective-kit.js';

const LOG2 = Math.log(2);
const of = (name: string) => objectives[name] as Objective;

/** Optional networks that a preset needs. */
const needed: Readonly<Record<string, readonly string[]>> = { 'alice adversarial': ['Dx', 'Dz'] };

/** Networks that are not the plainest: a classifier answers as many numbers as the kit has classes. */
const special: Readonly<Record<string, KitCase>> = {
  classifier: { networks: { C: { signature: 'features -> logit', size: 2 } } },
};

const everyCase = Object.values(objectives).flatMap((objective) =>
  Object.keys(objective.presets).map((preset) => {
    const name = `${objective.name} ${preset}`;
    return {
      name,
      objective,
      preset,
      kase: plainCase(objective, { ...special[objective.name], preset }, needed[name]),
    };
  }),
);

/** Numbers between -1 and 1 that differ from parameter to parameter: a direction. */
const direction = (network: string, o: number, i: number) =>
  Math.sin(12.9898 * (i + 1) + 78.233 * (o + 1) + 37.719 * network.charCodeAt(0) + (network.charCodeAt(1) || 0));

const zero =
  (...networks: string[]): Change =>
  (network) =>
    networks.includes(network) ? 0 : undefined;

const finite = ({ losses, gradients }: ReturnType<typeof evaluateCase>) => {
  const grads = Object.values(gradients).flatMap((of) => Object.values(of).flat());
  return Object.values(losses).every(Number.isFinite) && grads.every((g) => g?.every(Number.isFinite) ?? true);
};

describeWithTensorflow('every objective', () => {
  it.each(everyCase)('$name: the gradient along a direction is the finite difference', ({ objective, kase }) => {
    const { gradients } = evaluateCase(objective, kase);
    const h = 2e-3;
    const at = (s: number) => lossesOf(objective, kase, (network, o, i, v) => v + s * h * direction(network, o, i));
    const [after, before] = [at(1), at(-1)];
    for (const player of Object.keys(objective.players)) {
      let slope = 0;
      for (const [network, tensors] of Object.entries(gradients[player] ?? {}))
        for (const [o, tensor] of tensors.entries())
          tensor?.forEach((g, i) => {
            slope += g * direction(network, o, i);
          });
      const difference = ((after[player] as number) - (before[player] as number)) / (2 * h);
      expect(Math.abs(slope - difference), `${player}: ${slope} and ${difference}`).toBeLessThan(
        2e-3 * Math.max(1, Math.abs(difference)),
      );
    }
  });

  it.each(everyCase)('$name: each network learns from the player that updates it', ({ objective, kase }) => {
    const { gradients } = evaluateCase(objective, kase);
    const updated = new Set(Object.values(objective.players).flatMap(({ updates }) => updates as string[]));
    const owned = Object.keys(kase.networks).filter((network) => !objective.frozen?.includes(network));
    expect(owned.filter((network) => !updated.has(network))).toEqual([]);
    for (const [player, { updates }] of Object.entries(objective.players))
      for (const network of updates.filter((name) => name in kase.networks)) {
        expect(objective.frozen ?? [], 'frozen networks').not.toContain(network);
        const largest = Math.max(...(gradients[player]?.[network] ?? []).flatMap((g) => [...(g ?? [])].map(Math.abs)));
        expect(largest, `${player}'s gradient of ${network}`).toBeGreaterThan(1e-5);
      }
  });

  it.each(everyCase)('$name: critics of huge logits leave losses and gradients finite', ({ objective, kase }) => {
    const huge: Change = (network, o, _i, v) => (network.startsWith('D') && o >= 2 ? 1e4 * v : undefined);
    expect(finite(evaluateCase(objective, kase, huge))).toBe(true);
  });

  it.each(everyCase)('$name: huge log variances leave losses and gradients finite', ({ objective, kase }) => {
    for (const sign of [-1, 1]) {
      const huge: Change = (network, o, _i, v) =>
        kase.networks[network]?.signature.endsWith('posterior') && o >= 4 ? sign * 1e4 * v : undefined;
      expect(finite(evaluateCase(objective, kase, huge))).toBe(true);
    }
  });

  it.each(everyCase)('$name: its updates in a step fit its preset', ({ objective, preset, kase }) => {
    const design = { objective, preset: objective.presets[preset], options: optionsOf(objective, kase) };
    expect(minibatchesPerStep(design as never)).toBeGreaterThanOrEqual(1);
  });
});

describeWithTensorflow('objectives', () => {
  it('where the critic says one half everywhere, the GAN pays 2 log 2, its generator log 2', () => {
    const gan = lossesOf(of('gan'), plainCase(of('gan')), zero('D'));
    expect(gan.critic).toBeCloseTo(2 * LOG2, 6);
    expect(gan.generator).toBeCloseTo(LOG2, 6);
  });

  it('DALI adds the mean over dimensions of the negative log-likelihood', () => {
    // D = 0: the game gives log 2. E = 0: mean 0, log variance 0, so 1/2 (z^2 + log 2 pi), averaged over dimensions
    const kase: KitCase = plainCase(of('dali'), { latent: 4 });
    const z = Array.from({ length: N * 4 }, (_, i) => 1.1 * Math.sin(2.3 * i + 0.4));
    const squares = z.reduce((sum, v) => sum + v * v, 0) / z.length;
    const { actor } = lossesOf(of('dali'), kase, zero('D', 'E'));
    expect(actor).toBeCloseTo(LOG2 + 0.5 * (squares + Math.log(2 * Math.PI)), 5);
  });

  it("DALI's code reaches G through the frozen features, and the actor owns neither F nor D", () => {
    // where D is 0 the game has no gradient for G: what is left comes from the code
    const { gradients } = evaluateCase(of('dali'), plainCase(of('dali')), zero('D'));
    const ofG = gradients.actor?.G?.flatMap((g) => [...(g ?? [])].map(Math.abs)) ?? [];
    expect(Math.max(...ofG)).toBeGreaterThan(1e-3);
    expect(of('dali').players.actor?.updates).toEqual(['G', 'E']);
  });

  it('terms are computed when first asked for, and once', () => {
    let count = 0;
    const terms = evaluate({
      a: () => tf.scalar(++count),
      b: () => {
        throw new Error('nobody asked');
      },
    });
    const value = (t: typeof terms.a) => t.dataSync()[0];
    expect([value(terms.a), value(terms.a)]).toEqual([1, 1]);
  });
});
