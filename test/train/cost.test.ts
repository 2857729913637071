/** The cost of a step, against passes counted by hand from the objectives' equations. */
import { fileURLToPath } from 'node:url';
import { design, openExtension, type PartialConfig, recipes, resolveConfig } from '@alix/train';
import { cost } from '@alix/train/cost';
import { objective } from '@alix/train/objectives/objective';
import * as tfCore from '@tensorflow/tfjs-core';
import { describe, expect, it, test } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const designed = (config: PartialConfig) => design(resolveConfig([{ from: 'a test', config }]));

type Hand = Readonly<Record<string, readonly [forward: number, backward: number, weights: number]>>;

/**
 * Sequential: the critic's update passes F, D forward and back on x and on G(z), and G forward; the other players' pass
 * F and D once more each way. Simultaneous: one forward for all.
 */
const byHand: readonly [what: string, config: PartialConfig, passes: Hand][] = [
  [
    'gan, in turns',
    { objective: { name: 'gan', preset: 'authors' }, architecture: { name: 'small-28' } },
    { G: [2, 1, 1], F: [3, 3, 2], D: [3, 3, 2] },
  ],
  [
    'gan, at once',
    { objective: { name: 'gan', preset: 'paper' }, architecture: { name: 'small-28' } },
    { G: [1, 1, 1], F: [2, 3, 2], D: [2, 3, 2] },
  ],
  [
    'dali, in turns',
    { objective: { name: 'dali', preset: 'authors' }, architecture: { name: 'small-28' } },
    { G: [2, 1, 1], F: [3, 3, 2], D: [3, 3, 2], E: [1, 1, 1] },
  ],
  [
    'dali, at once',
    { objective: { name: 'dali', preset: 'paper' }, architecture: { name: 'small-28' } },
    { G: [1, 1, 1], F: [2, 3, 2], D: [2, 3, 2], E: [1, 1, 1] },
  ],
  [
    'ali, at once: both players need the critic on both pairs',
    { objective: { name: 'ali', preset: 'paper' }, architecture: { name: 'small-28-joint' } },
    { G: [1, 1, 1], E: [1, 1, 1], D: [2, 4, 2] },
  ],
  [
    // 5 x: forward on x, x~ and x^; back from the three, then through the penalty's gradient and through what it was made of;
    // the gradient of x^ itself goes to no weights
    'wgan, five updates of the critic with its penalty, then one of the others',
    {
      objective: { name: 'wgan', preset: 'paper' },
      architecture: { name: 'aim-grid', options: { normalisation: 'none' } },
    },
    { G: [6, 1, 1], F: [16, 26, 20], D: [16, 26, 20], E: [1, 1, 1] },
  ],
  [
    // D: forward on x, x~ for the critic, twice for each of 5 inner steps and twice after them. Back: 2 for the critic, 10 in
    // the inner steps, 2 at the end; then each inner step's two gradients and what they were made of, 4 a step, but
    // the first's on x, which do not depend on G
    'unrolled gan',
    { objective: { name: 'unrolled-gan', preset: 'paper' }, architecture: { name: 'unrolled-grid' } },
    { G: [1, 1, 1], D: [14, 32, 22] },
  ],
];

test.each(byHand)('%s', async (_what, config, hand) => {
  const found = designed(config);
  const { flopsPerStep, passes } = await cost(found, 64);
  const counted = Object.entries(passes).map(([n, { forward, backward, weights }]) => [
    n,
    [forward, backward, weights],
  ]);
  expect(Object.fromEntries(counted)).toEqual(hand);
  const total = Object.entries(hand).map(
    ([name, counts]) => 64 * counts.reduce((a, b) => a + b, 0) * (found.networks.get(name)?.flops ?? Number.NaN),
  );
  expect(flopsPerStep).toBe(total.reduce((a, b) => a + b, 0));
});

test('a network that sees data and samples joined is charged for both', async () => {
  const joined = objective({
    name: 'joined',
    title: 'joined',
    source: 'a test',
    networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit' },
    encoder: [],
    decoder: ['G'],
    options: {},
    presets: { only: { update: 'simultaneous', source: 'a test' } },
    terms: ({ G, F, D }, { x, z }) => ({ all: () => tfCore.mean(D(F(tfCore.concat([x, G(z)])))) }),
    players: { critic: { updates: ['D'], loss: (t) => t.all } },
  });
  const { passes } = await cost({ ...designed({ objective: { name: 'gan' } }), objective: joined }, 10);
  expect(passes).toEqual({
    G: { forward: 1, backward: 0, weights: 0 },
    F: { forward: 2, backward: 0, weights: 0 },
    D: { forward: 2, backward: 2, weights: 2 },
  });
});

describe('every recipe', () => {
  it.each(Object.values(recipes))('$name: what learns is charged for it, what is frozen is not', async (recipe) => {
    const found = designed(recipe.config);
    const { flopsPerStep, passes } = await cost(found, recipe.config.batch ?? 100);
    expect(flopsPerStep).toBeGreaterThan(0);
    const learning = Object.values(found.objective.players).flatMap(({ updates }) => updates);
    const trained = [...found.networks.keys()].filter((name) => learning.includes(name));
    const idle = [...found.networks.keys()].filter((name) => !learning.includes(name));
    for (const name of trained) expect([name, passes[name]?.weights]).toEqual([name, expect.toSatisfy((n) => n >= 1)]);
    for (const name of idle) expect([name, passes[name]?.weights]).toEqual([name, 0]);
    for (const { forward } of Object.values(passes)) expect(forward).toBeGreaterThanOrEqual(1);
  });
});

test("a user's objective is counted as alix's own are", async () => {
  const { record } = await openExtension(fileURLToPath(new URL('../../examples/my-objective.ts', import.meta.url)));
  const found = designed({
    objective: { name: 'ls-ali' },
    architecture: { name: 'small-28-joint' },
    extensions: [record],
  });
  const { passes } = await cost(found, 100);
  expect(passes).toEqual((await cost(designed({ ...byHand[4]?.[1] }), 100)).passes);
});

describeWithTensorflow('where TensorFlow is loaded', () => {
  it('it stays, no tensor is left behind, and the numbers are the same', async () => {
    const found = designed({ objective: { name: 'dali', preset: 'authors' } });
    const before = tf.memory().numTensors;
    const { passes } = await cost(found, 1);
    expect(passes.F).toEqual({ forward: 3, backward: 3, weights: 2 });
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['tensorflow', before]);
  });
});
