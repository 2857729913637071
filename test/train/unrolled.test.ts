/** A critic after imagined steps of Adam: against PyTorch (test/oracles/unrolled.py), against the optimiser itself, and by differences. */
import type { ForwardContext } from '@alix/train/layers/layer';
import { type Binding, type Callable, callable } from '@alix/train/networks';
import { add, fake, real } from '@alix/train/objectives/terms';
import { chain, flatten, fullyConnected, plan, reshape, size } from '@alix/train/spec';
import type { Unrolling } from '@alix/train/unrolled';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';
import pinned from './unrolled.json' with { type: 'json' };

const STEPS = 4;
const adamSettings = { learningRate: 0.1, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

const networks = new Map(
  Object.entries({
    G: chain('z', [2], 'x', [fullyConnected(5, 'tanh'), fullyConnected(4, 'sigmoid'), reshape(2, 2, 1)]),
    D: chain('x', [2, 2, 1], 'logit', [flatten(), fullyConnected(5, 'tanh'), fullyConnected(1)]),
  }).map(([name, spec]) => [name, plan(name, spec)]),
);
const specsOf = (name: string) => networks.get(name)!.parameters;
const wave = (shape: readonly number[], f: (i: number) => number) =>
  tf.tensor(
    Float32Array.from({ length: size(shape) }, (_, i) => f(i)),
    [...shape],
  );
/** The numbers of kit.py. */
const initial = (name: string) => {
  const s = name.charCodeAt(0) % 17;
  return specsOf(name).map(
    ({ name: full, shape }, o) =>
      [full, wave(shape, (i) => 0.7 * Math.sin(0.9 * (i + 1) + 1.3 * o + 2.1 * s))] as const,
  );
};
const x = () => wave([3, 2, 2, 1], (i) => 0.5 + 0.4 * Math.sin(1.7 * i + 0.2));
const z = () => wave([3, 2], (i) => 1.1 * Math.sin(2.3 * i + 0.4));
const number = (t: Tensor) => t.dataSync()[0] as number;

describeWithTensorflow('unrolled critic', () => {
  const bind = async (observed: string[] = [], of = networks): Promise<Binding> => {
    const { plain } = await import('@alix/train/tensorflow/ops/plain');
    const context: ForwardContext = {
      ops: plain,
      training: true,
      uniform: (shape) => tf.fill([...shape], 0.5),
      observe: (path) => observed.push(path),
      remember: (name) => observed.push(name),
    };
    const signatures = { G: 'z -> x', D: 'x -> logit' } as const;
    return { networks: of, signatures, context: () => context, noise: {} as never };
  };
  /** In the middle of a run: 7 updates have been. */
  const adam = {
    moments(name: string) {
      const o = specsOf('D').findIndex((spec) => spec.name === name);
      const { shape } = specsOf('D')[o]!;
      return {
        m: wave(shape, (i) => 0.05 * Math.sin(1.1 * i + 0.5 * o)),
        v: wave(shape, (i) => 0.002 * (1.2 + Math.sin(0.7 * i + o))),
        t: 7,
      };
    },
  };

  /** f(G, D_K), and all gradients. */
  async function play(
    rates: { clipValue: number; l2: number },
    shift: (name: string) => Tensor | undefined = () => undefined,
  ) {
    const { unrolled } = await import('@alix/train/unrolled');
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const binding = await bind();
    const entries = [...initial('G'), ...initial('D')].map(
      ([name, value]) => [name, shift(name) ? tf.add(value, shift(name)!) : value] as const,
    );
    const parameters = new Map<string, Tensor>(entries);
    const names = [...parameters.keys()];
    const unrolling: Unrolling = { binding, parameters, adam, settings: () => ({ ...adamSettings, ...rates }) };
    const { loss } = gradients(() => {
      const generated = callable('G', binding, parameters)(z());
      const value = (critic: Callable) => add(real(critic(x())), fake(critic(generated)));
      return { loss: { value: value(unrolled(unrolling, 'D', STEPS, value)), wrt: [...parameters.values()] } };
    });
    const of = (network: string) =>
      loss.gradients.filter((_, i) => names[i]!.startsWith(`${network}.`)).map((g) => [...g!.dataSync()]);
    return { value: number(loss.value), G: of('G'), D: of('D') };
  }

  const distance = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) => {
    const [p, q] = [a.flat(), b.flat()];
    expect(p.length).toBe(q.length);
    return Math.hypot(...p.map((v, i) => v - q[i]!)) / Math.hypot(...q);
  };

  it.each(['plain', 'clipped'] as const)(
    '%s: value and gradients are those of PyTorch through every step',
    async (name) => {
      const { clipValue, l2, through, detached } = pinned[name];
      const found = await play({ clipValue, l2 });
      expect(Math.abs(found.value / through.value - 1)).toBeLessThan(1e-5);
      for (const network of ['G', 'D'] as const)
        for (const [o, wanted] of through[network].entries())
          expect(distance([found[network][o]!], [wanted]), `${network}, ${o}`).toBeLessThan(1e-4);
      // whoever takes the K steps as numbers has the same value and another gradient
      expect(detached.value).toBeCloseTo(through.value, 6);
      expect(distance(found.G, detached.G)).toBeGreaterThan(0.05);
    },
  );

  it("the generator's gradient is that of finite differences", async () => {
    const rates = { clipValue: 0, l2: 0 };
    const { G } = await play(rates);
    for (const [o, { name, shape }] of specsOf('G').entries()) {
      const direction = wave(shape, (i) => Math.sin(5.1 * i + o + 1));
      const h = 1e-2;
      const at = async (sign: number) =>
        (await play(rates, (other) => (other === name ? tf.mul(direction, sign * h) : undefined))).value;
      const slope = [...direction.dataSync()].reduce((sum, d, i) => sum + d * G[o]![i]!, 0);
      const difference = ((await at(1)) - (await at(-1))) / (2 * h);
      expect(Math.abs(difference - slope), name).toBeLessThan(0.01 * Math.hypot(...G[o]!) + 1e-5);
    }
  });

  it('the imagined steps are those that the optimiser then takes', async () => {
    const { unrolled } = await import('@alix/train/unrolled');
    const { clipped } = await import('@alix/train/clip');
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const { Adam } = await import('@alix/train/tensorflow/adam');
    const { VariableStore } = await import('@alix/train/tensorflow/variables');
    const binding = await bind();
    const start = new Map<string, Tensor>(initial('D'));
    const store = new VariableStore(specsOf('D'), ({ name }) => start.get(name)!.dataSync() as Float32Array);
    const optimiser = new Adam(store);
    const rates = { ...adamSettings, clipValue: 0.3, l2: 0.05 };
    const generated = callable('G', binding, new Map(initial('G')))(z());
    const value = (critic: Callable) => add(real(critic(x())), fake(critic(generated)));
    const logits = () => tf.tidy(() => [...callable('D', binding, store.read())(x()).dataSync()]);
    const realStep = () =>
      tf.tidy(() => {
        const parameters = store.read();
        const wrt = [...parameters.values()];
        const { loss } = gradients(() => ({ loss: { value: value(callable('D', binding, parameters)), wrt } }));
        optimiser.apply(
          specsOf('D').map(({ name, role }, i) => ({
            parameter: name,
            gradient: clipped(loss.gradients[i]!, wrt[i]!, role === 'weight', rates),
            settings: rates,
          })),
        );
      });
    for (let i = 0; i < 3; i++) realStep();
    const before = logits();
    const imagined = tf.tidy(() => {
      const parameters = store.read();
      const unrolling: Unrolling = { binding, parameters, adam: optimiser, settings: () => rates };
      const { loss } = gradients(() => {
        const extra = { logits: unrolled(unrolling, 'D', STEPS, value)(x()) };
        return { loss: { value: tf.sum(extra.logits), wrt: [], extra } };
      });
      return [...loss.extra.logits!.dataSync()];
    });
    expect(logits()).toEqual(before);
    for (let i = 0; i < STEPS; i++) realStep();
    expect(distance([before], [imagined])).toBeGreaterThan(1e-2);
    expect(distance([logits()], [imagined])).toBeLessThan(1e-5);
    optimiser.dispose();
    store.dispose();
  });

  it('batch statistics that imagined critics meet leave no trace', async () => {
    const { unrolled } = await import('@alix/train/unrolled');
    const { gradients } = await import('@alix/train/tensorflow/gradients');
    const observed: string[] = [];
    const D = plan('D', chain('x', [2, 2, 1], 'logit', [flatten(), fullyConnected(5, 'bn tanh'), fullyConnected(1)]));
    const binding = await bind(observed, new Map([['D', D]]));
    const parameters = new Map<string, Tensor>(D.parameters.map(({ name, shape }) => [name, tf.fill([...shape], 0.3)]));
    const value = (critic: Callable) => real(critic(x()));
    value(callable('D', binding, parameters));
    expect(observed.length).toBe(1);
    const still = {
      moments(name: string) {
        const zero = tf.zerosLike(parameters.get(name)!);
        return { m: zero, v: zero, t: 0 };
      },
    };
    const unrolling: Unrolling = { binding, parameters, adam: still, settings: () => adamSettings };
    const wrt = D.parameters.filter((p) => p.trainable).map(({ name }) => parameters.get(name)!);
    const { loss } = gradients(() => ({ loss: { value: value(unrolled(unrolling, 'D', 2, value)), wrt } }));
    expect(observed.length).toBe(1);
    // a gradient of 0, as the bias under batch norm has it, must not become 0 / 0 on its way through Adam
    for (const gradient of loss.gradients) expect([...gradient!.dataSync()].every(Number.isFinite)).toBe(true);
  });
});
