/** One step of training: every player updated once, all together or in turn. Knows the objective's interface and nothing else. */
import type { Random } from '@alix/infer/io/random';
import * as tf from '@tensorflow/tfjs-core';
import type { ForwardContext } from './layers/layer.js';
import { callables } from './networks.js';
import { evaluate, type Noise, type Objective } from './objectives/objective.js';
import type { System } from './system.js';
import type { Adam, AdamSettings } from './tensorflow/adam.js';
import { gradients, type Loss } from './tensorflow/gradients.js';
import { fused } from './tensorflow/ops/fused.js';

export interface StepContext {
  readonly system: System;
  readonly adam: Adam;
  /** The run's noise; its state is in the checkpoints. */
  readonly random: Random;
  readonly batchNormMomentum: number;
  /** The optimiser's numbers for a network, at this step. */
  readonly settings: (network: string) => AdamSettings;
}

/** Losses by player ("critic"), and what they monitor ("critic_data"). */
export type StepMetrics = Record<string, number>;

type PlayerEntry = [name: string, player: Objective['players'][string]];

/** Updates all players on one minibatch x [N,...] in the architecture's range. */
export function step(context: StepContext, x: tf.Tensor): StepMetrics {
  const { objective, preset } = context.system.design;
  const players = Object.entries(objective.players);
  const groups = preset.update === 'simultaneous' ? [players] : players.map((player) => [player]);
  return Object.assign({}, ...groups.map((group) => tf.tidy(() => update(context, group, x))));
}

function noiseOf(random: Random): Noise {
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  return {
    normal: (shape) => tf.tensor(random.normal(size(shape)), [...shape], 'float32'),
    uniform: (shape) => tf.tensor(random.uniform(size(shape)), [...shape], 'float32'),
  };
}

/** One forward pass, and the updates of all players in `group` from it. */
function update(context: StepContext, group: readonly PlayerEntry[], x: tf.Tensor): StepMetrics {
  const { system, random } = context;
  const { objective, options, architecture, networks } = system.design;
  const noise = noiseOf(random);
  const parameters = system.store.read();
  const observed: Observation[] = [];
  const forwardContext: ForwardContext = {
    ops: fused,
    training: true,
    uniform: noise.uniform,
    observe: (path, mean, variance) => observed.push({ path, mean: tf.keep(mean), variance: tf.keep(variance) }),
  };
  const names = new Map(group.map(([name, player]) => [name, trainable(system, player.updates)]));
  const results = gradients(() => {
    const { size, prior } = architecture.latent;
    const shape = [x.shape[0] ?? 0, size];
    const z = prior === 'normal' ? noise.normal(shape) : tf.sub(tf.mul(noise.uniform(shape), 2), 1);
    const callable = callables(networks, parameters, forwardContext, noise);
    const terms = evaluate(objective.terms(callable, { x, z }, noise, options));
    return Object.fromEntries(
      group.map(([name, player]) => {
        const value = player.loss(terms, options);
        const wrt = (names.get(name) ?? []).map((parameter) => parameters.get(parameter) as tf.Tensor);
        return [name, { value, wrt, extra: player.monitor?.(terms) ?? {} } satisfies Loss];
      }),
    );
  });
  // TensorFlow updates a variable in place only while nobody else holds its memory
  for (const tensor of parameters.values()) tensor.dispose();
  const metrics: StepMetrics = {};
  for (const [name, { value, extra, gradients: grads }] of Object.entries(results)) {
    metrics[name] = value.dataSync()[0] as number;
    for (const [key, tensor] of Object.entries(extra)) metrics[key] = tensor.dataSync()[0] as number;
    for (const [i, parameter] of (names.get(name) ?? []).entries()) {
      const gradient = grads[i];
      const network = parameter.slice(0, parameter.indexOf('.'));
      if (gradient) context.adam.apply(parameter, gradient, context.settings(network));
      gradient?.dispose();
    }
  }
  for (const observation of observed) foldIn(system, observation, context.batchNormMomentum);
  return metrics;
}

const trainable = (system: System, updates: readonly string[]) =>
  updates.flatMap((network) =>
    (system.design.networks.get(network)?.parameters ?? []).filter((p) => p.trainable).map((p) => p.name),
  );

interface Observation {
  readonly path: string;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** running <- (1 - momentum) running + momentum batch, for each pass of the batch, in order. */
function foldIn(system: System, { path, mean, variance }: Observation, momentum: number): void {
  for (const [name, batch] of [
    ['running_mean', mean],
    ['running_variance', variance],
  ] as const) {
    const variable = system.store.get(`${path}.${name}`);
    const running = variable.read();
    const next = tf.add(running, tf.mul(tf.sub(batch, running), momentum));
    running.dispose();
    variable.assign(next);
    batch.dispose();
  }
}
