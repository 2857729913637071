/** ALI and what follows from it: BiGAN and its baseline, ALICE. Closed forms, who learns from what, and what is refused. */
import { AlixError } from '@alix/infer/io/errors';
import { defaults, resolveConfig } from '@alix/train/config';
import { minibatchesPerStep } from '@alix/train/minibatches-per-step';
import { criticise } from '@alix/train/objectives/criticise';
import { objectives } from '@alix/train/objectives/index';
import type { Objective } from '@alix/train/objectives/objective';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { type Change, evaluateCase, type KitCase, lossesOf, N, optionsOf, plainCase } from '../objective-kit.js';

const LOG2 = Math.log(2);
const of = (name: string) => objectives[name] as Objective;
const zero =
  (...networks: string[]): Change =>
  (network) =>
    networks.includes(network) ? 0 : undefined;
const largest = (tensors: readonly (Float32Array | null)[] | undefined) =>
  Math.max(0, ...(tensors ?? []).flatMap((g) => [...(g ?? [])].map(Math.abs)));
const mean = (n: number, f: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b) / n;
const xOf = (i: number) => 0.5 + 0.4 * Math.sin(1.7 * i + 0.2);
const zOf = (i: number) => 1.1 * Math.sin(2.3 * i + 0.4);
const epsilon = (i: number) => 0.9 * Math.sin(1.9 * (i + 1) + 0.3);

/** The error that a case raises. */
function refusal(name: string, kase: KitCase): AlixError {
  try {
    evaluateCase(of(name), kase);
  } catch (error) {
    if (error instanceof AlixError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const stacked = (optional: readonly string[]): KitCase =>
  plainCase(of('ali'), { networks: { D: { signature: 'x z -> logit', inputs: { z: 4 } } } }, optional);

describeWithTensorflow('where every critic says one half', () => {
  it('ALI pays 2 log 2 on both sides, also with stacked codes and with joined statistics', () => {
    for (const kase of [plainCase(of('ali')), stacked(['E2', 'G2']), plainCase(of('ali'), { preset: 'authors' })]) {
      const { critic, actor } = lossesOf(of('ali'), kase, zero('D'));
      expect(critic).toBeCloseTo(2 * LOG2, 6);
      expect(actor).toBeCloseTo(2 * LOG2, 6);
    }
  });

  it("BiGAN pays log 2 with its authors' means, 2 log 2 with the paper's sums", () => {
    for (const [preset, wanted] of [
      ['authors', LOG2],
      ['paper', 2 * LOG2],
    ] as const) {
      const { critic, actor } = lossesOf(of('bigan'), plainCase(of('bigan'), { preset }), zero('D'));
      expect(critic).toBeCloseTo(wanted, 6);
      expect(actor).toBeCloseTo(wanted, 6);
    }
  });

  it('the latent regressor pays log 2 and, jointly, a quarter of the mean square of z where E says 0', () => {
    const square = mean(2 * N, (i) => zOf(i) ** 2);
    const losses = lossesOf(
      of('latent-regressor'),
      plainCase(of('latent-regressor'), { preset: 'joint' }),
      zero('D', 'E'),
    );
    expect(losses.critic).toBeCloseTo(2 * LOG2, 6);
    expect(losses.encoder).toBeCloseTo(square, 6);
    expect(losses.generator).toBeCloseTo(LOG2 + 0.25 * square, 6);
  });

  it('ALICE adds what does not come back: with G = 1/2 and E = N(0, 1) the errors of x are known, and those of z', () => {
    const blind = (preset: string) =>
      lossesOf(of('alice'), plainCase(of('alice'), { preset }), zero('D', 'G', 'E')).actor as number;
    const x2 = mean(4 * N, (i) => (xOf(i) - 0.5) ** 2);
    const z2 = mean(2 * N, (i) => (zOf(i) - epsilon(i)) ** 2);
    expect(blind('paper')).toBeCloseTo(2 * LOG2 + x2 + z2, 5);
    expect(blind('gali')).toBeCloseTo(2 * LOG2 + x2, 5);
    expect(blind('gali-celeba')).toBeCloseTo(2 * LOG2 + 0.02 * x2, 5);
    // probabilities without logarithms: 1/2 - 1/2
    const x1 = mean(4 * N, (i) => Math.abs(xOf(i) - 0.5));
    const z1 = mean(2 * N, (i) => Math.abs(zOf(i) - epsilon(i)));
    expect(blind('authors')).toBeCloseTo(x1 + z1, 5);
  });

  it('ALICE with three critics: 6 log 2 for them, 2 log 2 (1 + 0.1 + 0.1) for E and G', () => {
    const kase = plainCase(of('alice'), { preset: 'adversarial' }, ['Dx', 'Dz']);
    const { critic, actor } = lossesOf(of('alice'), kase, zero('D', 'Dx', 'Dz'));
    expect(critic).toBeCloseTo(6 * LOG2, 5);
    expect(actor).toBeCloseTo(2.4 * LOG2, 5);
  });
});

describeWithTensorflow('who learns from what', () => {
  it("BiGAN's encoder learns from the critic alone, draws no noise, and gives its mean whatever its variance", () => {
    const deterministic = plainCase(of('bigan'), {
      networks: { E: { signature: 'x -> posterior', posterior: 'none' } },
    });
    for (const kase of [deterministic, plainCase(of('bigan'))]) {
      const { draws, gradients } = evaluateCase(of('bigan'), kase);
      expect(draws).toBe(0);
      expect(largest(gradients.actor?.E?.slice(0, 4))).toBeGreaterThan(1e-3);
      // the head of the variance, where there is one
      expect(gradients.actor?.E?.slice(4).every((g) => g === null)).toBe(true);
    }
    // a critic that does not look leaves it nothing to learn from
    const { gradients } = evaluateCase(of('bigan'), deterministic, zero('D'));
    expect(largest(gradients.actor?.E)).toBe(0);
  });

  it("the latent regressor's encoder hears nothing of the game, and G of the code only jointly", () => {
    const generator = (preset: string) =>
      evaluateCase(of('latent-regressor'), plainCase(of('latent-regressor'), { preset }), zero('D')).gradients;
    expect(largest(generator('authors').generator?.G)).toBe(0);
    expect(largest(generator('joint').generator?.G)).toBeGreaterThan(1e-3);
    expect(largest(generator('authors').encoder?.E)).toBeGreaterThan(1e-3);
    expect(of('latent-regressor').players.generator?.updates).toEqual(['G']);
    expect(of('latent-regressor').players.encoder?.updates).toEqual(['E']);
  });

  it("ALICE's cycles reach E and G past a critic that does not look", () => {
    for (const on of ['x', 'z', 'both']) {
      const { gradients } = evaluateCase(of('alice'), plainCase(of('alice'), { options: { on } }), zero('D'));
      expect(largest(gradients.actor?.E), on).toBeGreaterThan(1e-3);
      expect(largest(gradients.actor?.G), on).toBeGreaterThan(1e-3);
    }
  });

  it('weights of 0, and codes or images that need not come back, cost no pass', () => {
    const calls = (options: Record<string, number | string>) =>
      evaluateCase(of('alice'), plainCase(of('alice'), { options })).calls;
    expect(calls({})).toEqual({ D: 2, E: 2, G: 2 });
    expect(calls({ on: 'x' })).toEqual({ D: 2, E: 1, G: 2 });
    expect(calls({ on: 'z' })).toEqual({ D: 2, E: 2, G: 1 });
    expect(calls({ lambdaX: 0, lambdaZ: 0 })).toEqual({ D: 2, E: 1, G: 1 });
  });

  it('stacked codes: both layers of both directions learn, and each is sampled', () => {
    const { gradients, draws } = evaluateCase(of('ali'), stacked(['E2', 'G2']));
    for (const network of ['E', 'E2', 'G', 'G2'])
      for (const g of gradients.actor?.[network] ?? []) expect(largest([g]), network).toBeGreaterThan(1e-6);
    expect(draws).toBe(3);
  });

  it('updates in a step: 1 critic to 5 in the toy, 5 to 1 and 1 to 1 in GALI, one minibatch for all where they go together', () => {
    const minibatches = (name: string, preset: string) => {
      const objective = of(name);
      const design = { objective, preset: objective.presets[preset], options: optionsOf(objective, { preset }) };
      const counts = Object.values(objective.players).map(({ steps }) => steps?.(design.options) ?? 1);
      return [...counts, minibatchesPerStep(design as never)];
    };
    expect(minibatches('alice', 'paper')).toEqual([1, 5, 6]);
    expect(minibatches('alice', 'gali')).toEqual([5, 1, 6]);
    expect(minibatches('ali', 'gali')).toEqual([5, 1, 6]);
    expect(minibatches('alice', 'gali-celeba')).toEqual([1, 1, 1]);
    expect(minibatches('alice', 'authors')).toEqual([1, 1, 1]);
  });
});

describeWithTensorflow("a critic's statistics", () => {
  const tuples = {
    one: () => [tf.tensor2d([[1], [2]]), tf.tensor2d([[3], [4]])],
    two: () => [tf.tensor2d([[5]]), tf.tensor2d([[7]])],
  };

  it('apart: a pass for each tuple when it is asked for; joined: one for all, cut up again in order', () => {
    const rows: number[] = [];
    const sum = (...inputs: import('@tensorflow/tfjs-core').Tensor[]) => {
      rows.push(inputs[0]?.shape[0] ?? 0);
      return inputs.reduce((a, b) => tf.add(a, b));
    };
    const apart = criticise(sum, tuples, 'apart');
    expect([...apart.two().dataSync()]).toEqual([12]);
    expect(rows).toEqual([1]);
    const joined = criticise(sum, tuples, 'joined');
    expect([...joined.two().dataSync()]).toEqual([12]);
    expect([...joined.one().dataSync()]).toEqual([4, 6]);
    expect(rows).toEqual([1, 3]);
  });

  it('differ where the critic has batch norm, and only there', () => {
    const loss = (batch_norm: boolean, statistics: string) =>
      lossesOf(
        of('ali'),
        plainCase(of('ali'), { options: { statistics }, networks: { D: { signature: 'x z -> logit', batch_norm } } }),
      ).critic as number;
    expect(loss(false, 'joined')).toBeCloseTo(loss(false, 'apart'), 5);
    expect(Math.abs(loss(true, 'joined') - loss(true, 'apart'))).toBeGreaterThan(1e-2);
  });
});

describeWithTensorflow('what is refused', () => {
  it('names the network that the architecture lacks, and a remedy', () => {
    const error = refusal('alice', plainCase(of('alice'), { preset: 'adversarial' }, ['Dz']));
    expect(error.code).toBe('mismatch');
    expect(error.message).toMatch(/\bDx\b.*architecture/);
    expect(error.remedy).toMatch(/cost=l2/);
    // what is not asked for is not missed
    lossesOf(of('alice'), plainCase(of('alice'), { preset: 'adversarial', options: { on: 'z' } }, ['Dz']));
  });

  it('one of the two networks of stacked codes', () => {
    for (const [network, found] of [
      [['E2'], 'E2 alone'],
      [['G2'], 'G2 alone'],
    ] as const) {
      const error = refusal('ali', stacked(network));
      expect([error.code, error.found]).toEqual(['mismatch', found]);
    }
  });

  it.each([
    ['ali', { statistics: 'mixed' }, 'apart, joined'],
    ['alice', { cost: 'l3' }, 'l2, l1, adversarial'],
    ['alice', { cost: 'toString' }, 'l2, l1, adversarial'],
    ['alice', { on: 'y' }, 'x, z, both'],
  ])('%s with %o: says what there is', (name, options, expected) => {
    const error = refusal(name, plainCase(of(name), { options }));
    expect([error.code, error.expected]).toEqual(['bad-config', expected]);
  });
});

describeWithTensorflow('a step of training', () => {
  it.each([
    ['ali', 'authors', {}],
    ['bigan', 'authors', { encoder: 'deterministic', prior: 'uniform' }],
    ['alice', 'paper', {}],
    ['alice', 'adversarial', { cycle: 'both' }],
    ['alice', 'authors', {}],
  ])('%s, preset %s: every network moves', async (name, preset, options) => {
    const { System } = await import('@alix/train/system');
    const { Adam } = await import('@alix/train/tensorflow/adam');
    const { step } = await import('@alix/train/step');
    const { createRandom } = await import('@alix/infer/io/random');
    const config = resolveConfig([
      { from: 'defaults', config: defaults },
      {
        from: 'test',
        config: {
          objective: { name, preset },
          architecture: { name: 'small-28-joint', options: { width: 2, latent: 3, ...options } },
          initialiser: { weights: 'he' },
        },
      },
    ]);
    const system = new System(config);
    const before = new Map([...system.store.specs.keys()].map((key) => [key, system.store.get(key).data().slice()]));
    const settings = () => ({ learningRate: 1e-2, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, clipValue: 0, l2: 0 });
    const metrics = step(
      {
        system,
        adam: new Adam(system.store),
        random: createRandom(3),
        batchNormMomentum: 0.1,
        moment: { epoch: 1, epochs: 1 },
        settings,
      },
      () => ({ x: tf.randomUniform([4, 28, 28, 1], 0, 1, 'float32', 5) }),
    );
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    const still = [...system.store.specs.values()]
      .filter(({ name: key, role }) => role === 'weight' && `${before.get(key)}` === `${system.store.get(key).data()}`)
      .map(({ name: key }) => key);
    expect(still).toEqual([]);
    system.dispose();
  });
});
