/** Whole steps however they are computed: the same weights, and no tensor more after each, whatever happens in it. */
import { createRandom } from '@alix/infer/io/random';
import { type PartialConfig, type RunConfig, recipes, resolveConfig } from '@alix/train';
import { design } from '@alix/train/design';
import type { Objective, Tools } from '@alix/train/objectives/objective';
import type { StepContext } from '@alix/train/step';
import type { System } from '@alix/train/system';
import type { Adam } from '@alix/train/tensorflow/adam';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const BATCH = 6;
/** Small, but with all layers: options that an architecture does not have are left out. */
const SMALL = { width: 4, latent: 3, features: 4 };

function configOf(recipe: string, ...layers: PartialConfig[]): RunConfig {
  const base = recipes[recipe]!.config;
  const resolve = (options: object) =>
    resolveConfig(
      [base, { batch: BATCH, architecture: { options }, length: { steps: 9 } } as PartialConfig, ...layers].map(
        (config) => ({ from: 'test', config }),
      ),
    );
  const { options } = design(resolve({})).config.architecture;
  return resolve(Object.fromEntries(Object.entries(SMALL).filter(([name]) => name in options)));
}

/** What may change of a system and stay the same training. */
interface Way {
  readonly objective?: (given: Objective) => Objective;
}

/** Without the ones that join inputs of a network to one batch. */
const withTools = (change: (tools: Tools<never>) => Tools<never>) => (given: Objective) => ({
  ...given,
  terms: ((networks, batch, noise, options, tools) =>
    given.terms(networks, batch, noise, options, change(tools as never) as never)) satisfies Objective['terms'],
});

const ways = {
  'one by one': { objective: withTools((tools) => ({ ...tools, joining: () => undefined })) },
  'one by one, plain operations': {
    objective: (given) => ({ ...given, differentiatedTwice: Object.keys(given.networks) }),
  },
} satisfies Record<string, Way>;

interface Started {
  readonly system: System;
  readonly adam: Adam;
  readonly context: StepContext;
  readonly next: () => { x: ReturnType<typeof tf.tensor>; labels: ReturnType<typeof tf.tensor> };
  readonly dispose: () => void;
}

async function start(config: RunConfig, { objective = (given) => given }: Way = {}): Promise<Started> {
  const { System } = await import('@alix/train/system');
  const { Adam } = await import('@alix/train/tensorflow/adam');
  const system = new System(config);
  const adam = new Adam(system.store);
  const data = createRandom('data');
  const { shape, range } = system.design.architecture.data;
  const [low, high] = range;
  const classes = system.design.networks.get('C')?.outputs.logit?.at(-1) ?? 2;
  const next = () => ({
    x: tf.tensor(
      data.uniform(shape.reduce((a, b) => a * b, BATCH)).map((u) => low + (high - low) * u),
      [BATCH, ...shape],
    ),
    labels: tf.tensor(
      Float32Array.from({ length: BATCH * classes }, (_, i) =>
        Number(i % classes === Math.floor(i / classes) % classes),
      ),
      [BATCH, classes],
    ),
  });
  const context: StepContext = {
    system: {
      store: system.store,
      design: { ...system.design, objective: objective(system.design.objective) },
    } as unknown as System,
    adam,
    random: createRandom('steps'),
    batchNormMomentum: config.batchNormMomentum,
    moment: { epoch: 1, epochs: 4 },
    // a larger epsilon than usual: where a gradient is all rounding Adam would make a whole step of it
    settings: () => ({ learningRate: 2e-3, beta1: 0.5, beta2: 0.999, epsilon: 1e-3, clipValue: 0, l2: 0 }),
  };
  const dispose = () => {
    adam.dispose();
    system.dispose();
  };
  return { system, adam, context, next, dispose };
}

/** All numbers after three steps; biases start away from 0, as a run's that is resumed may. */
async function afterThree(config: RunConfig, way?: Way) {
  const { step } = await import('@alix/train/step');
  const { system, context, next, dispose } = await start(config, way);
  for (const [name, { role, shape }] of system.store.specs)
    if (role === 'bias') tf.tidy(() => system.store.get(name).assign(tf.fill([...shape], 0.7)));
  const before = new Map([...system.store.arrays()].map(([name, { data }]) => [name, data]));
  for (let i = 0; i < 3; i++) step(context, next);
  const after = new Map([...system.store.arrays()].map(([name, { data }]) => [name, data]));
  dispose();
  return { before, after };
}

const apartBy = (a: Float32Array, b: Float32Array) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

describeWithTensorflow('three steps have the same weights and running statistics', () => {
  it.each<[string, string, PartialConfig]>([
    ['batch norm in the critic', 'dali-strokes', {}],
    [
      // joined, dropout draws one mask for all inputs: other numbers
      'both gradients from one pass',
      'ali-strokes',
      { objective: { preset: 'paper' }, architecture: { options: { dropout: 0 } } },
    ],
    ['batch norm whose momentum is 1', 'gan-strokes', { batchNormMomentum: 1 }],
    ['no batch norm in the critic', 'gan-strokes', { architecture: { options: { normalisation: 'none' } } }],
    ['spectral norm', 'sn-gan-strokes', {}],
    ['statistics over real and generated ones', 'ali-strokes', { objective: { preset: 'authors' } }],
    ['a network trained beforehand', 'gali-pt-strokes', {}],
  ])('%s: inputs joined, one by one, and on plain operations', async (_what, recipe, more) => {
    const config = configOf(recipe, more);
    let joins = 0;
    const counting = withTools((tools) => ({
      ...tools,
      joining: ((read, inputs) => {
        const apart = tools.joining(read, inputs);
        joins += apart ? 1 : 0;
        return apart;
      }) as Tools<never>['joining'],
    }));
    const { before, after } = await afterThree(config, { objective: counting });
    expect(joins).toBeGreaterThan(0);
    const moved = [...before].filter(([name, data]) => apartBy(data, after.get(name)!) > 1e-4);
    expect(moved.length).toBeGreaterThan(before.size / 2);
    for (const [how, way] of Object.entries(ways)) {
      const other = await afterThree(config, way);
      for (const [name, data] of after) {
        const scale = 1 + data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        expect(apartBy(data, other.after.get(name)!) / scale, `${name}, ${how}`).toBeLessThan(1e-5);
      }
    }
  });
});

describeWithTensorflow('tensors', () => {
  const defaults = Object.values(recipes).filter(({ isDefault }) => isDefault);
  it.each(defaults.map(({ name }) => name))('%s: as many after each step as after the first', async (recipe) => {
    const { step } = await import('@alix/train/step');
    const { context, next, dispose } = await start(configOf(recipe));
    step(context, next);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) {
      step(context, next);
      expect(tf.memory().numTensors, `step ${i + 2}`).toBe(numTensors);
    }
    dispose();
  });

  it('of a monitor that takes a gradient, as a slope of the critic, are freed', async () => {
    const { step } = await import('@alix/train/step');
    const slope = (given: Objective): Objective => ({
      ...given,
      terms: (networks, batch, ...rest) => ({
        ...given.terms(networks, batch, ...rest),
        slope: () => tf.mean(tf.abs(tf.grad((at) => tf.sum(networks.D!(networks.F!(at) as never) as never))(batch.x))),
      }),
      players: {
        ...given.players,
        critic: { ...given.players.critic!, monitor: (t) => ({ slope: t.slope as never }) },
      },
    });
    const { context, next, dispose } = await start(configOf('gan-strokes'), { objective: slope });
    step(context, next);
    const { numTensors } = tf.memory();
    const metrics = step(context, next);
    expect(metrics.slope).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(numTensors);
    dispose();
  });

  it.each<[string, (given: Objective) => Objective]>([
    ['before the networks have run', (given) => ({ ...given, terms: throwing })],
    [
      'between losses',
      (given) => ({ ...given, players: { ...given.players, last: { updates: ['D'], loss: throwing } } }),
    ],
  ])('a step that throws %s leaves none behind, and the next is as if it had not been', async (_when, objective) => {
    const { step } = await import('@alix/train/step');
    for (const preset of ['authors', 'paper', 'shared']) {
      const { context, next, dispose } = await start(configOf('dali-strokes', { objective: { preset } }));
      step(context, next);
      const { design, store } = context.system;
      // besides the parameters' values, of which a step that ends early has read others
      const alive = () => {
        for (const name of store.specs.keys()) store.get(name).release();
        return tf.memory().numTensors;
      };
      const numTensors = alive();
      const broken = { store, design: { ...design, objective: objective(design.objective) } } as unknown as System;
      const minibatches: ReturnType<typeof next>[] = [];
      const taken = () => {
        minibatches.push(next());
        return minibatches.at(-1)!;
      };
      expect(() => step({ ...context, system: broken }, taken)).toThrow('thrown');
      expect(minibatches.map(({ x, labels }) => [x.isDisposed, labels.isDisposed])).toEqual([[true, true]]);
      expect(alive()).toBe(numTensors);
      const metrics = step(context, next);
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
      expect(alive()).toBe(numTensors);
      dispose();
    }
  });
});

function throwing(): never {
  throw new Error('thrown');
}
