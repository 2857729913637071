/**
 * What a step of training costs, counted from the objective itself: its losses are computed once on stand-ins for the networks
 * that count how often a pass goes forward and backward through each. TensorFlow is not needed, nor one real weight.
 *
 * The convention. A network's pass costs `flops` per example (a multiply-add is two), and so does
 * - each pass forward, once for all players of a simultaneous update, which share it;
 * - each pass of a gradient back through its activations, whether it is on its way to an input or to the network's weights;
 * - each pass of a gradient to its weights, where the player updates them.
 * So a network that learns costs 3 flops, one that a gradient only passes through 2, one whose output counts as data 1. Where a
 * gradient is itself differentiated, each pass through its parts is counted as those above. A player's extra updates count
 * each. Not counted: what the losses do besides the networks, the optimiser, and that the first layer passes nothing on.
 */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { Design } from './design.js';
import { checkInvertible } from './flow.js';
import { layerKinds } from './layers/index.js';
import { evaluate, type Likelihood, type Moment, type Noise, type Posterior } from './objectives/objective.js';
import { flowing, gaussian, point } from './posterior.js';
import type { PlannedNetwork, Shape } from './spec.js';
import { gradients, type Loss } from './tensorflow/gradients.js';

/** How often a step goes through a network, in passes of one whole minibatch. */
export interface Passes {
  readonly forward: number;
  readonly backward: number;
  readonly weights: number;
}

export interface Cost {
  /** Floating-point operations of one step: all players' updates, each on its whole minibatch. */
  readonly flopsPerStep: number;
  readonly passes: Readonly<Record<string, Passes>>;
}

type Count = { -readonly [K in keyof Passes]: number };

/** Rows of the minibatch that the stand-ins see. */
const ROWS = 2;
/** Height and width of images and feature maps are cut to this: nothing that is counted depends on them. */
const SIDE = 4;
const small = (shape: Shape): number[] => shape.map((n, axis) => (axis < shape.length - 1 ? Math.min(n, SIDE) : n));
const moment: Moment = { epoch: 1, epochs: 2 };

/**
 * Counts a step.
 *
 * @param batch rows of a minibatch
 */
export async function cost(design: Design, batch: number): Promise<Cost> {
  await prepare();
  const { objective, preset, options } = design;
  const players = Object.entries(objective.players);
  const groups = preset.update === 'simultaneous' ? [players] : players.map((player) => [player]);
  const passes: Record<string, Count> = Object.fromEntries(
    [...design.networks.keys()].map((name) => [name, { forward: 0, backward: 0, weights: 0 }]),
  );
  for (const group of groups) {
    const updates = preset.update === 'simultaneous' ? 1 : (group[0]?.[1].steps?.(options) ?? 1);
    trace(design, group, (network, kind, rows) => {
      (passes[network] as Count)[kind] += (updates * rows) / ROWS;
    });
  }
  const total = Object.entries(passes).reduce((sum, [name, { forward, backward, weights }]) => {
    return sum + (design.networks.get(name)?.flops ?? 0) * (forward + backward + weights);
  }, 0);
  return { flopsPerStep: total * batch, passes };
}

/** tfjs with kernels to run and their gradients: TensorFlow's where it is loaded, else those in JavaScript. */
async function prepare(): Promise<void> {
  if (tf.getBackend() === 'tensorflow') return;
  // an import would read it twice, first for its names
  createRequire(import.meta.url)('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  // it advises another backend on standard error when it is first used
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
}

type Counter = (network: string, kind: keyof Passes, rows: number) => void;
type Standin = (...inputs: tf.Tensor[]) => tf.Tensor & Posterior & Likelihood;

/** Computes the losses of players that are updated together, and their gradients, on stand-ins. */
function trace(
  { objective, options, networks, architecture }: Design,
  group: readonly (readonly [string, Design['objective']['players'][string]])[],
  count: Counter,
): void {
  tf.tidy(() => {
    const weights = new Map([...networks.keys()].map((name) => [name, tf.scalar(0.5)]));
    const signatures = { ...objective.networks, ...objective.optional };
    const bind = (name: string, weight: tf.Tensor): Standin => {
      const network = networks.get(name) as PlannedNetwork;
      return standin(network, weight, signatures[name]?.endsWith('likelihood') ?? false, (k, n) => count(name, k, n));
    };
    const all = Object.fromEntries([...weights].map(([name, weight]) => [name, bind(name, weight)]));
    const noise: Noise = {
      normal: (shape) => tf.fill([...shape], 0.3),
      uniform: (shape) => tf.fill([...shape], 0.4),
    };
    const classes = Math.max(1, ...[...networks.values()].map(({ outputs }) => outputs.logit?.at(-1) ?? 1));
    const unrolled = (name: string, steps: number, loss: (network: never) => tf.Tensor) => {
      let weight = weights.get(name) as tf.Tensor;
      for (let k = 0; k < steps; k++) {
        const [slope] = tf.grads((w: tf.Tensor) => loss(bind(name, w) as never))([weight]);
        weight = tf.sub(weight, tf.mul(slope as tf.Tensor, 0.1));
      }
      return bind(name, weight);
    };
    gradients(() => {
      const { data, latent } = architecture;
      const batch = {
        x: tf.fill([ROWS, ...small(data.shape)], 0.5),
        range: data.range,
        z: tf.fill([ROWS, latent.size], 0.2),
        prior: latent.prior,
        labels: tf.ones([ROWS, classes]),
        moment,
      };
      // joined or not, inputs cost the same
      const tools = { unrolled: unrolled as never, updates: () => true, joining: () => undefined };
      const terms = evaluate(objective.terms(all, batch, noise, options, tools));
      return Object.fromEntries(
        group.map(([name, player]) => {
          const value = player.loss(terms, options);
          const extra = player.monitor?.(terms) ?? {};
          const wrt = player.updates.flatMap((network) => weights.get(network) ?? []);
          return [name, { value, wrt, extra } satisfies Loss];
        }),
      );
    });
  });
}

/** Says when a gradient comes by on its way from a network's output. */
type Watch = (kind: keyof Passes, rows: number) => void;

/**
 * A network of two multiplications: its output depends on every input and on its one weight, and bends, so that second
 * derivatives take every way that they would take in the real one.
 */
function standin(network: PlannedNetwork, weight: tf.Tensor, isLikelihood: boolean, watch: Watch): Standin {
  const read = Object.keys(network.inputs).filter((input) => input !== 'noise');
  return ((...inputs: tf.Tensor[]) => {
    const rows = inputs[0]?.shape[0] ?? 0;
    if (inputs.length !== read.length)
      throw new Error(`${network.name} takes ${read.join(', ')}, not ${inputs.length} tensors`);
    watch('forward', rows);
    const own = watched(weight, () => watch('weights', rows));
    const sum = inputs.map((x) => tf.mean(tf.reshape(x, [rows, -1]), 1, true)).reduce((a, b) => tf.add(a, b));
    const bent = tf.square(watched(weighed(sum, own, rows, watch), () => watch('backward', rows)));
    const shaped = (shape: Shape) =>
      tf.add(tf.zeros([rows, ...small(shape)]), tf.reshape(bent, [rows, ...shape.map(() => 1)]));
    return result(network, shaped, isLikelihood);
  }) as Standin;
}

/** x w, whose gradients are counted where a second one goes through them. */
function weighed(x: tf.Tensor, w: tf.Tensor, rows: number, watch: Watch): tf.Tensor {
  const again = (t: tf.Tensor) => watched(t, () => watch('backward', rows));
  return tf.customGrad((...given) => {
    const [a, b, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([a, b]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [input, weight] = saved as [tf.Tensor, tf.Tensor];
      const through = watched(weight, () => watch('weights', rows));
      return [again(tf.mul(dy, through)), again(tf.sum(tf.mul(dy, input)))];
    };
    return { value: tf.mul(a, b), gradFunc };
  })(x, w);
}

/** x itself; `seen` is called each time that a gradient passes. */
function watched(x: tf.Tensor, seen: () => void): tf.Tensor {
  return tf.customGrad((t) => ({
    value: tf.clone(t as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      seen();
      return tf.clone(dy);
    },
  }))(x);
}

/** What a network gives, of the shapes that it plans: as `callable` does for real ones. */
function result({ outputs, blocks, flow }: PlannedNetwork, shaped: (shape: Shape) => tf.Tensor, isLikelihood: boolean) {
  const output = (name: string) => outputs[name] && shaped(outputs[name]);
  if (isLikelihood) {
    const [[name, shape] = ['', []]] = Object.entries(outputs) as [string, Shape][];
    const layers = blocks.find((block) => block.name === name)?.layers ?? [];
    const last = layers.findLast(({ kind }) => kind !== 'reshape' && kind !== 'flatten')?.kind;
    const x = shaped(shape);
    return {
      x,
      preactivation: x,
      activation: last && layerKinds[last].isActivation ? last : undefined,
      logScale: output('log_scale'),
    };
  }
  const sample = output('sample');
  if (sample) return point(sample);
  const mean = output('mean');
  if (!mean) return shaped(Object.values(outputs)[0] as Shape);
  const spread = output('log_variance') ?? output('log_sigma');
  const base = spread ? gaussian(mean, spread) : point(mean);
  if (!flow) return base;
  const step = (z: tf.Tensor) => ({ z: tf.mul(z, 2), logDeterminant: tf.sum(z, -1) });
  const inverse = (z: tf.Tensor) => {
    checkInvertible(flow);
    return step(z);
  };
  return flowing(base, { transform: step, inverse });
}
