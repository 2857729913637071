/**
 * Tiny networks, data and noise of fixed numbers, on which every objective is evaluated. test/oracles/objectives/kit.py builds
 * the same in PyTorch; what a network may be is documented there (`net`).
 */
import type { ForwardContext } from '@alix/train/layers/layer';
import type { Ops } from '@alix/train/layers/ops';
import { type Binding, callables } from '@alix/train/networks';
import {
  type Batch,
  evaluate,
  type Moment,
  type Noise,
  type Objective,
  type Options,
} from '@alix/train/objectives/objective';
import {
  type Block,
  flatten,
  fullyConnected,
  type NetworkSpec,
  type PlannedNetwork,
  plan,
  type Row,
  reshape,
  type Shape,
  size,
} from '@alix/train/spec';
import type { Adam } from '@alix/train/tensorflow/adam';
import { gradients } from '@alix/train/tensorflow/gradients';
import { fused } from '@alix/train/tensorflow/ops/fused';
import { plain } from '@alix/train/tensorflow/ops/plain';
import { unrolled } from '@alix/train/unrolled';
import * as tf from '@tensorflow/tfjs-core';

export const N = 3;
const HIDDEN = 5;
const IMAGE = [2, 2, 1];

/** A tiny network; see `net` in kit.py. */
export interface KitNetwork {
  readonly signature: string;
  readonly posterior?: 'log_variance' | 'log_sigma' | 'none' | 'implicit';
  readonly size?: number;
  readonly inputs?: Readonly<Record<string, number>>;
  readonly batch_norm?: boolean;
  readonly log_scale?: boolean;
  readonly activation?: string;
  readonly flow?: readonly Row[];
}

export interface KitCase {
  readonly preset?: string;
  readonly options?: Options;
  readonly moment?: Moment;
  readonly range?: readonly [number, number];
  readonly latent?: number;
  /** 'normal' unless given: what the objective is told; the numbers stay the same. */
  readonly prior?: Batch['prior'];
  /** Size of the z that is drawn, where it is not the latent's. */
  readonly priorSize?: number;
  readonly classes?: number;
  readonly networks: Readonly<Record<string, KitNetwork>>;
}

/** Another value for the i-th number of the o-th trainable parameter of a network; undefined leaves it. */
export type Change = (network: string, o: number, i: number, value: number) => number | undefined;

/** How the networks run: on which operations, and inputs of one network as one batch where an objective can. */
export interface Way {
  readonly ops?: Ops;
  readonly joined?: boolean;
}

/** What an objective may ask of the trainer, for networks that run by themselves. */
export const byThemselves = { updates: () => true, joining: () => undefined } as never;

export interface Evaluation {
  readonly losses: Readonly<Record<string, number>>;
  /** By player, network and ordinal of the parameter; null where the loss does not depend on it. */
  readonly gradients: Readonly<Record<string, Readonly<Record<string, readonly (Float32Array | null)[]>>>>;
  /** Calls of noise.normal in one evaluation of all losses. */
  readonly draws: number;
  /** Calls of each network. */
  readonly calls: Readonly<Record<string, number>>;
}

/** The plainest case of an objective: the networks it names, and those optional ones that are asked for. */
export function plainCase(
  objective: Objective,
  rest: Partial<KitCase> = {},
  optional: readonly string[] = [],
): KitCase {
  const options = optionsOf(objective, rest);
  const sizes = objective.sizes?.(options) ?? {};
  const signatures = Object.entries({ ...objective.networks, ...objective.optional });
  const wanted = signatures.filter(([name]) => name in objective.networks || optional.includes(name));
  const network = ([name, signature]: (typeof wanted)[number]) =>
    [
      name,
      { signature, ...(sizes[name] === undefined ? {} : { size: sizes[name] }), ...rest.networks?.[name] },
    ] as const;
  return { ...rest, networks: Object.fromEntries(wanted.map(network)) };
}

/** The options of a case: the objective's, those of its preset, its own. */
export function optionsOf(objective: Objective, { preset, options }: Pick<KitCase, 'preset' | 'options'>): Options {
  const name = preset ?? Object.keys(objective.presets)[0] ?? '';
  const chosen = objective.presets[name];
  if (!chosen) throw new Error(`${objective.name} has no preset ${name}`);
  return { ...objective.options, ...(chosen.options as Options), ...options };
}

/** All losses of an objective and their gradients by every parameter of every network, updated or not. */
export function evaluateCase(
  objective: Objective,
  kase: KitCase,
  change: Change = () => undefined,
  way: Way = {},
): Evaluation {
  const networks = new Map(Object.entries(kase.networks).map(([name, of]) => [name, plan(name, specOf(of, kase))]));
  let evaluation: Evaluation | undefined;
  tf.tidy(() => {
    evaluation = run(objective, kase, networks, change, way);
  });
  return evaluation as unknown as Evaluation;
}

/** The losses alone. */
export const lossesOf = (objective: Objective, kase: KitCase, change?: Change) =>
  evaluateCase(objective, kase, change).losses;

function run(
  objective: Objective,
  kase: KitCase,
  networks: Map<string, PlannedNetwork>,
  change: Change,
  { ops = fused, joined = false }: Way,
): Evaluation {
  const options = optionsOf(objective, kase);
  const parameters = parametersOf(networks, change);
  let draws = 0;
  let parts = 1;
  const noise: Noise = {
    normal(shape) {
      draws++;
      return wave(shape, (i) => 0.9 * Math.sin(1.9 * (i + 1) + 0.3));
    },
    uniform: (shape) => wave(shape, (i) => 0.5 + 0.45 * Math.sin(1.1 * (i + 1) + 0.9)),
  };
  const context = (network: string): ForwardContext => ({
    ops: objective.differentiatedTwice?.includes(network) ? plain : ops,
    training: !objective.frozen?.includes(network),
    uniform: noise.uniform,
    get parts() {
      return parts;
    },
    observe: () => {},
    remember: () => {},
  });
  const binding: Binding = { networks, signatures: { ...objective.networks, ...objective.optional }, noise, context };
  const adam = {
    moments(name: string) {
      const value = parameters.get(name) as tf.Tensor;
      return { m: tf.zerosLike(value), v: tf.zerosLike(value), t: 0 };
    },
  } as unknown as Adam;
  const settings = () => ({ learningRate: 0.01, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 });
  const calls: Record<string, number> = {};
  const counted = Object.fromEntries(
    Object.entries(callables(binding, parameters)).map(([name, call]) => [
      name,
      (...inputs: tf.Tensor[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return call(...inputs);
      },
    ]),
  );
  const names = [...networks.values()].flatMap((n) => n.parameters.filter((p) => p.trainable).map((p) => p.name));
  const wrt = names.map((name) => parameters.get(name) as tf.Tensor);
  const results = gradients(() => {
    const terms = evaluate(
      objective.terms(counted, batchOf(kase), noise, options, {
        unrolled: (network, steps, loss) =>
          unrolled({ binding, parameters, adam, settings }, network, steps, loss as never),
        // as in an update of the critic by itself, where more of them join
        updates: (network) => !joined || network !== 'G',
        joining: (read) => {
          if (!joined || read.some((network) => objective.differentiatedTwice?.includes(network))) return undefined;
          return (rows, pass) => {
            parts = rows.length;
            const result = pass();
            parts = 1;
            return result;
          };
        },
      }),
    );
    return Object.fromEntries(
      Object.entries(objective.players).map(([name, { loss }]) => [name, { value: loss(terms, options), wrt }]),
    );
  });
  const entries = Object.entries(results).map(([player, { value, gradients: grads }]) => {
    if (value.rank !== 0) throw new Error(`the loss of ${player} is no scalar`);
    const of: Record<string, (Float32Array | null)[]> = {};
    for (const [i, name] of names.entries()) {
      const network = name.slice(0, name.indexOf('.'));
      of[network] ??= [];
      of[network].push((grads[i]?.dataSync() as Float32Array | undefined)?.slice() ?? null);
    }
    return [player, value.dataSync()[0] as number, of] as const;
  });
  return {
    losses: Object.fromEntries(entries.map(([player, loss]) => [player, loss])),
    gradients: Object.fromEntries(entries.map(([player, , of]) => [player, of])),
    draws,
    calls,
  };
}

function wave(shape: readonly number[], f: (i: number) => number): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: size(shape) }, (_, i) => f(i)),
    [...shape],
  );
}

function parametersOf(networks: Map<string, PlannedNetwork>, change: Change): Map<string, tf.Tensor> {
  const parameters = new Map<string, tf.Tensor>();
  for (const [name, network] of networks) {
    const s = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 17;
    const trainable = network.parameters.filter((p) => p.trainable);
    for (const p of network.parameters) {
      const o = trainable.indexOf(p);
      const value = (i: number) => {
        if (o < 0) return p.role === 'running-variance' ? 1 : 0;
        const usual = 0.7 * Math.sin(0.9 * (i + 1) + 1.3 * o + 2.1 * s);
        return change(name, o, i, usual) ?? usual;
      };
      parameters.set(p.name, wave(p.shape, value));
    }
  }
  return parameters;
}

function batchOf({
  range = [0, 1],
  latent = 2,
  priorSize = latent,
  prior = 'normal',
  classes = 2,
  moment,
}: KitCase): Batch {
  const [low, high] = range;
  return {
    x: wave([N, ...IMAGE], (i) => low + (high - low) * (0.5 + 0.4 * Math.sin(1.7 * i + 0.2))),
    range,
    z: wave([N, priorSize], (i) => 1.1 * Math.sin(2.3 * i + 0.4)),
    prior,
    labels: wave([N, classes], (i) => Number(i % classes === Math.floor(i / classes) % classes)),
    moment: moment ?? { epoch: 1, epochs: 10 },
  };
}

/** Inputs flattened and joined, a hidden layer of 5 with tanh, one or two heads. */
function specOf(network: KitNetwork, { range: [low] = [0, 1], latent = 2 }: KitCase): NetworkSpec {
  const [read = '', output = ''] = network.signature.split(' -> ');
  const shapes: Record<string, Shape> = { x: IMAGE, z: [latent], features: [3] };
  const inputs: Record<string, Shape> = {};
  for (const name of read.split(' ')) {
    const given = network.inputs?.[name];
    inputs[name] = given ? [given] : (shapes[name.replace(/\d+$/, '')] ?? []);
  }
  if (network.posterior === 'implicit') inputs.noise = [2];
  const flat: Block[] = Object.entries(inputs)
    .filter(([, shape]) => shape.length > 1)
    .map(([name]) => ({ name: `flat_${name}`, from: [name], rows: [flatten()] }));
  const from = Object.entries(inputs).map(([name, shape]) => (shape.length > 1 ? `flat_${name}` : name));
  const hidden = network.batch_norm
    ? fullyConnected(HIDDEN, 'bn tanh', { bias: false })
    : fullyConnected(HIDDEN, 'tanh');
  const heads = headsOf(network, output, network.activation ?? (low < 0 ? 'tanh' : 'sigmoid'), latent);
  return {
    inputs,
    blocks: [
      ...flat,
      { name: 'hidden', from, rows: [hidden] },
      ...Object.entries(heads).map(([name, rows]) => ({ name, from: ['hidden'], rows })),
    ],
    outputs: Object.keys(heads),
    ...(network.flow ? { flow: network.flow } : {}),
  };
}

function headsOf(network: KitNetwork, output: string, then: string, latent: number): Record<string, Row[]> {
  // the activation comes after the reshaping, so that a likelihood can take it off the end
  const image = { ...reshape(...IMAGE), then };
  const head = [fullyConnected(network.size ?? latent)];
  switch (output) {
    case 'posterior': {
      const { posterior = 'log_variance' } = network;
      if (posterior === 'implicit') return { sample: head };
      return posterior === 'none' ? { mean: head } : { mean: head, [posterior]: head };
    }
    case 'likelihood':
      return {
        x: [fullyConnected(4), image],
        ...(network.log_scale ? { log_scale: [fullyConnected(4), reshape(...IMAGE)] } : {}),
      };
    case 'x':
      return { x: [fullyConnected(4), image] };
    case 'features':
      return { features: [fullyConnected(network.size ?? 3, 'tanh')] };
    case 'logit':
      return { logit: [fullyConnected(network.size ?? 1)] };
    default:
      throw new Error(`no tiny network puts out "${output}"`);
  }
}
