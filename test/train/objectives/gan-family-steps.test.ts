/** Whole steps of each system of the GAN family on 40 points: losses stay finite, every network moves, and only its player moves it. */
import { createRandom } from '@alix/infer/io/random';
import { objectives } from '@alix/train/objectives/index';
import type { Objective, Options } from '@alix/train/objectives/objective';
import { type Block, chain, fullyConnected, type NetworkSpec, plan } from '@alix/train/spec';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';

const family = ['gan', 'sn-gan', 'dali', 'dali-l2', 'dali-f', 'wgan', 'unrolled-gan', 'veegan', 'vae-gan'];
const presets = family.flatMap((name) =>
  Object.keys((objectives[name] as Objective).presets).map((preset) => [name, preset] as const),
);
const [BATCH, LATENT, WIDTH] = [10, 2, 8];

/** Leaky ReLU, whose gradient is a choice, in the critic; heads for mean and variance. */
function specOf(signature: string): NetworkSpec {
  const [read = '', output = ''] = signature.split(' -> ');
  const inputs = Object.fromEntries(read.split(' ').map((name) => [name, [name === 'features' ? WIDTH : 2]]));
  const hidden: Block = { name: 'hidden', from: Object.keys(inputs), rows: [fullyConnected(WIDTH, 'lrelu(0.2)')] };
  const [first = '', shape = []] = Object.entries(inputs)[0] ?? [];
  if (output === 'features') return chain(first, shape, output, [fullyConnected(WIDTH, 'lrelu(0.2)')]);
  const size = { x: 2, logit: 1, posterior: LATENT }[output] ?? 0;
  const outputs = output === 'posterior' ? ['mean', 'log_variance'] : [output];
  const heads = outputs.map((name): Block => ({ name, from: ['hidden'], rows: [fullyConnected(size)] }));
  return { inputs, blocks: [hidden, ...heads], outputs };
}

async function start(name: string, preset: string, only?: string) {
  const { Adam } = await import('@alix/train/tensorflow/adam');
  const { VariableStore } = await import('@alix/train/tensorflow/variables');
  const whole = objectives[name] as Objective;
  const player = only === undefined ? undefined : whole.players[only];
  const objective = player ? { ...whole, players: { [only as string]: player } } : whole;
  const chosen = whole.presets[preset]!;
  const networks = new Map(Object.entries(whole.networks).map(([n, signature]) => [n, plan(n, specOf(signature))]));
  const random = createRandom(`${name} ${preset}`);
  const specs = [...networks.values()].flatMap(({ parameters }) => parameters);
  const store = new VariableStore(specs, ({ shape }) =>
    random.normal(shape.reduce((a, b) => a * b, 1)).map((v) => 0.4 * v),
  );
  const architecture = {
    data: { kind: 'points', shape: [2], range: [0, 1] },
    latent: { size: LATENT, prior: 'normal' },
  };
  const options = { ...whole.options, ...(chosen.options as Options | undefined) };
  const system = { store, design: { objective, preset: chosen, options, architecture, networks } };
  const rates = {
    learningRate: 1e-3,
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-8,
    clipValue: name === 'dali-f' ? 1 : 0,
    l2: 0,
  };
  const context = {
    system: system as never,
    adam: new Adam(store),
    random,
    batchNormMomentum: 0.1,
    moment: { epoch: 1, epochs: 2 },
    settings: () => rates,
  };
  const points = Array.from({ length: 4 }, () => random.normal(2 * BATCH));
  let taken = 0;
  const next = () => ({ x: tf.tensor(points[taken++ % points.length]!, [BATCH, 2]) });
  const values = () => new Map([...store.arrays()].map(([n, { data }]) => [n, data]));
  return { context, next, values, networks, taken: () => taken };
}

/** Networks of which a number has changed. */
const movedBetween = (before: Map<string, Float32Array>, after: Map<string, Float32Array>) =>
  [
    ...new Set([...before].filter(([n, data]) => after.get(n)!.some((v, i) => v !== data[i])).map(([n]) => n[0]!)),
  ].sort();

describeWithTensorflow('steps of the GAN family', () => {
  it.each(presets)('%s (%s): finite losses, and every network moves', async (name, preset) => {
    const { step } = await import('@alix/train/step');
    const { context, next, values, networks, taken } = await start(name, preset);
    const before = values();
    const tensors: number[] = [];
    const objective = objectives[name] as Objective;
    // second derivatives cost seconds; what further presets change is pinned elsewhere
    const steps = preset !== Object.keys(objective.presets)[0] ? 3 : objective.differentiatedTwice ? 10 : 50;
    for (let i = 0; i < steps; i++) {
      for (const [metric, value] of Object.entries(step(context, next)))
        expect(Number.isFinite(value), `step ${i}: ${metric} is ${value}`).toBe(true);
      tensors.push(tf.memory().numTensors);
    }
    // the first keeps constants, and values that it has read
    expect(new Set(tensors).size, tensors.join()).toBe(1);
    expect(movedBetween(before, values())).toEqual([...networks.keys()].sort());
    expect([...values().values()].every((data) => data.every(Number.isFinite))).toBe(true);
    // five updates of the Wasserstein critic and one of the others, each on its own minibatch
    expect(taken()).toBe(name === 'wgan' && preset === 'paper' ? 6 * steps : steps);
  });

  it.each(family)('%s: each player alone moves its own networks', async (name) => {
    const { step } = await import('@alix/train/step');
    const { presets: all, players } = objectives[name] as Objective;
    for (const [player, { updates }] of Object.entries(players)) {
      const { context, next, values } = await start(name, Object.keys(all)[0]!, player);
      const before = values();
      step(context, next);
      expect(movedBetween(before, values()), player).toEqual([...updates].sort());
    }
  });
});
