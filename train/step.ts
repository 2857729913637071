/** One step of training: every player updated, all together or in turn. Knows the objective's interface and nothing else. */
import { AlixError } from '@alix/infer/io/errors';
import type { Random } from '@alix/infer/io/random';
import * as tf from '@tensorflow/tfjs-core';
import { clipped } from './clip.js';
import { worthJoining } from './joining.js';
import type { ForwardContext } from './layers/layer.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import { type Binding, callables } from './networks.js';
import { noiseFrom } from './noise.js';
import { type Batch, evaluate, type Moment, type Noise, type Objective } from './objectives/objective.js';
import type { Apart } from './objectives/side-by-side.js';
import { offTape } from './off-tape.js';
import type { PlannedNetwork } from './spec.js';
import type { System } from './system.js';
import type { Adam, AdamSettings, Change } from './tensorflow/adam.js';
import { gradients, type Loss } from './tensorflow/gradients.js';
import { fused, MOST_PARTS } from './tensorflow/ops/fused.js';
import { plain } from './tensorflow/ops/plain.js';
import { besideGradient } from './tensorflow/ops/record.js';
import { type Reading, towards } from './tensorflow/variables.js';
import { type Unrolling, unrolled } from './unrolled.js';

/** The optimiser's numbers for a network, and what is done to its gradients first. */
export interface UpdateSettings extends AdamSettings {
  /** Each gradient is kept in [-clipValue, clipValue]; 0 for no limit. */
  readonly clipValue: number;
  /** Adds l2 * theta to the gradients of weights (not of biases or of batch norm). */
  readonly l2: number;
}

export interface StepContext {
  readonly system: System;
  readonly adam: Adam;
  /** The run's noise; its state is in the checkpoints. */
  readonly random: Random;
  readonly batchNormMomentum: number;
  readonly moment: Moment;
  readonly settings: (network: string) => UpdateSettings;
}

/** Data [N,...] in the architecture's range, and labels [N,k] where there are any. */
export interface Minibatch {
  readonly x: tf.Tensor;
  readonly labels?: tf.Tensor | undefined;
}

/** Losses by player ("critic"), and what they monitor ("critic_data"). */
export type StepMetrics = Record<string, number>;

type PlayerEntry = [name: string, player: Objective['players'][string]];

/** Updates all players; `next` gives the minibatches that `minibatchesPerStep` counts, freed when they have been used. */
export function step(context: StepContext, next: () => Minibatch): StepMetrics {
  const { objective, preset, options } = context.system.design;
  const players = Object.entries(objective.players);
  const isShared = minibatchesPerStep(context.system.design) === 1;
  const first = isShared ? next() : undefined;
  const z = preset.prior === 'shared' && isShared ? tf.tidy(() => prior(context, first as Minibatch)) : undefined;
  const groups: PlayerEntry[][] =
    preset.update === 'simultaneous'
      ? [players]
      : players.flatMap((player) => Array.from({ length: player[1].steps?.(options) ?? 1 }, () => [player]));
  try {
    return means(
      groups.map((group) => {
        const minibatch = first ?? next();
        try {
          return tf.tidy(() => update(context, group, minibatch, z));
        } finally {
          if (!first) free(minibatch);
        }
      }),
    );
  } finally {
    if (first) free(first);
    z?.dispose();
  }
}

/** A player that was updated several times has the mean of its numbers: one that is not finite shows in it. */
function means(metrics: readonly StepMetrics[]): StepMetrics {
  const names = new Set(metrics.flatMap((one) => Object.keys(one)));
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  return Object.fromEntries(
    [...names].map((name) => [name, mean(metrics.filter((one) => name in one).map((one) => one[name] as number))]),
  );
}

function free({ x, labels }: Minibatch): void {
  x.dispose();
  labels?.dispose();
}

/** Codes from the prior, one for each row of the minibatch. */
function prior({ system, random }: StepContext, { x }: Minibatch): tf.Tensor {
  const { size, prior } = system.design.architecture.latent;
  const noise = noiseFrom(random);
  const shape = [x.shape[0] ?? 0, size];
  return prior === 'normal' ? noise.normal(shape) : tf.sub(tf.mul(noise.uniform(shape), 2), 1);
}

/** What outlives the tidies of an update. */
interface Kept {
  readonly parameters: Reading;
  readonly observed: Observation[];
  readonly remembered: Map<string, tf.Tensor>;
}

/** One forward pass, and the updates of all players in `group` from it. */
function update(
  context: StepContext,
  group: readonly PlayerEntry[],
  minibatch: Minibatch,
  shared: tf.Tensor | undefined,
): StepMetrics {
  const kept: Kept = { parameters: context.system.store.reading(), observed: [], remembered: new Map() };
  try {
    return updateWith(kept, context, group, minibatch, shared);
  } finally {
    for (const { mean, variance } of kept.observed) tf.dispose([mean, variance]);
    tf.dispose([...kept.remembered.values()]);
  }
}

function updateWith(
  { parameters, observed, remembered }: Kept,
  context: StepContext,
  group: readonly PlayerEntry[],
  minibatch: Minibatch,
  shared: tf.Tensor | undefined,
): StepMetrics {
  const { system, random, settings } = context;
  const { objective, options, networks } = system.design;
  const noise = noiseFrom(random);
  const parts = { now: 1 };
  const binding: Binding = {
    networks,
    signatures: { ...objective.networks, ...objective.optional },
    noise,
    context: contextOf(objective, noise, parts, observed, remembered),
  };
  const names = new Map(group.map(([name, player]) => [name, trainable(system, player.updates)]));
  const unrolling: Unrolling = { binding, parameters, adam: context.adam, settings };
  const results = gradients(() => {
    const batch = batchOf(minibatch, shared ?? prior(context, minibatch), context);
    const updates = (network: string) => group.some(([, player]) => player.updates.includes(network));
    const calls = offTape(callables(binding, parameters), binding.signatures, updates, [batch.x, batch.z]);
    const terms = evaluate(
      objective.terms(calls, batch, noise, options, {
        unrolled: (network, steps, loss) => unrolled(unrolling, network, steps, loss as never),
        updates,
        joining: (read, inputs) => joining(system, read, inputs, minibatch.x.shape[0] ?? 0, parts),
      }),
    );
    const losses = group.map(([name, player]) => [name, player, player.loss(terms, options)] as const);
    return Object.fromEntries(
      losses.map(([name, player, value]) => {
        const read = (names.get(name) ?? []).filter((parameter) => parameters.has(parameter));
        names.set(name, read);
        const wrt = read.map((parameter) => parameters.get(parameter) as tf.Tensor);
        // after all losses: what those need is on the tape by then
        const extra = besideGradient(() => player.monitor?.(terms) ?? {});
        return [name, { value, wrt, extra } satisfies Loss];
      }),
    );
  });
  const metrics: StepMetrics = {};
  const changes: Change[] = [];
  for (const [name, { value, extra, gradients: grads }] of Object.entries(results)) {
    metrics[name] = value.dataSync()[0] as number;
    for (const [key, tensor] of Object.entries(extra)) metrics[key] = tensor.dataSync()[0] as number;
    for (const [i, parameter] of (names.get(name) ?? []).entries()) {
      const gradient = grads[i];
      const rates = settings(parameter.slice(0, parameter.indexOf('.')));
      const isWeight = system.store.specs.get(parameter)?.role === 'weight';
      const theta = parameters.get(parameter) as tf.Tensor;
      if (gradient) changes.push({ parameter, settings: rates, gradient: clipped(gradient, theta, isWeight, rates) });
    }
  }
  context.adam.apply(changes);
  for (const { gradient } of changes) gradient.dispose();
  foldIn(system, observed, context.batchNormMomentum);
  for (const [parameter, value] of remembered) system.store.get(parameter).assign(value);
  return metrics;
}

function batchOf(minibatch: Minibatch, z: tf.Tensor, { moment, system }: StepContext): Batch {
  const { data, latent } = system.design.architecture;
  // assigned, not spread: spreading would ask for labels that there may not be
  return Object.assign(labelled(minibatch), { range: data.range, z, prior: latent.prior, moment });
}

/** A minibatch whose labels, where there are none, are an AlixError 'mismatch' once they are asked for. */
export function labelled({ x, labels }: Minibatch): Pick<Batch, 'x' | 'labels'> {
  return {
    x,
    get labels(): tf.Tensor {
      if (labels) return labels;
      throw new AlixError('mismatch', 'the objective needs labels, and the data have none', {
        remedy: 'choose data with classes or attributes',
      });
    },
  };
}

/** How each network runs: those trained beforehand as they were left, those differentiated twice on plain operations. */
function contextOf(
  objective: Objective,
  noise: Noise,
  parts: { readonly now: number },
  observed: Observation[],
  remembered: Map<string, tf.Tensor>,
): (network: string) => ForwardContext {
  const common = {
    uniform: noise.uniform,
    observe: (path: string, mean: tf.Tensor, variance: tf.Tensor) => {
      observed.push({ path, mean: tf.keep(mean), variance: tf.keep(variance) });
    },
    remember: (parameter: string, value: tf.Tensor) => {
      remembered.get(parameter)?.dispose();
      remembered.set(parameter, tf.keep(value));
    },
  };
  return (network) => ({
    ...common,
    ops: objective.differentiatedTwice?.includes(network) ? plain : fused,
    training: !objective.frozen?.includes(network),
    get parts() {
      return parts.now;
    },
  });
}

/** How inputs of `rows` each go through these networks as one batch; undefined where they do better one by one. */
function joining(
  { design: { networks, objective } }: System,
  read: readonly string[],
  inputs: number,
  rows: number,
  parts: { now: number },
): Apart | undefined {
  const planned = read.map((name) => networks.get(name) as PlannedNetwork);
  const isPlain = read.some((name) => objective.differentiatedTwice?.includes(name));
  if (isPlain || inputs > MOST_PARTS || !worthJoining(planned, inputs * rows)) return undefined;
  return (rowsOfEach, pass) => {
    // parts are cut equal: others would have each other's statistics
    if (new Set(rowsOfEach).size > 1)
      throw new AlixError('mismatch', 'inputs that go through a critic side by side have as many rows each', {
        found: rowsOfEach.join(', '),
      });
    parts.now = rowsOfEach.length;
    try {
      return pass();
    } finally {
      parts.now = 1;
    }
  };
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
function foldIn({ store }: System, observed: readonly Observation[], momentum: number): void {
  if (observed.length === 0) return;
  const share = towards(momentum);
  for (const { path, mean, variance } of observed) {
    store.get(`${path}.running_mean`).moveTowards(mean, share);
    store.get(`${path}.running_variance`).moveTowards(variance, share);
  }
}
