/** A case's step on random data: the very step that trains, without a run around it. */
import { createRandom, type Random } from '@alix/infer/io/random';
import { type RunConfig, recipes, resolveConfig } from '@alix/train';
import { design } from '@alix/train/design';
import type { System } from '@alix/train/system';
import { loadTensorflow, type NodeBackend, nodeBackend } from '@alix/train/tensorflow/load';
import { usualThreads } from '@alix/train/threads';
import type { Case } from './cases.js';

export interface Stepper {
  readonly config: RunConfig;
  /** Of TensorFlow. */
  readonly threads: number;
  readonly system: System;
  /** The minibatch, always the same: float32 [N,...]. */
  readonly data: Float32Array;
  /** One update of all players; their losses. */
  oneStep(): Record<string, number>;
  /** Some steps that are not measured: of those that take long, fewer. */
  warmUp(): void;
}

export interface StepperOptions {
  /** At most; networks that a run trains on one thread have one here too. */
  readonly threads: number;
  /** A preset of the objective; the recipe's own unless given. */
  readonly preset?: string | undefined;
  /** Called with the backend before the first tensor is made. */
  readonly onBackend?: (backend: NodeBackend) => void;
  /** What noise is drawn from; the seed's stream is given. */
  readonly noise?: (random: Random) => Random;
}

const WARM_UP = 5;
const WARM_UP_SECONDS = 5;
const LEAST_WARM_UP = 2;

export async function stepper({ recipe }: Pick<Case, 'recipe'>, options: StepperOptions): Promise<Stepper> {
  const { preset, onBackend, noise = (random) => random } = options;
  const config = resolveConfig([
    { from: 'recipe', config: recipes[recipe]?.config },
    ...(preset ? [{ from: '--preset', config: { objective: { preset } } }] : []),
  ]);
  const threads = usualThreads(design(config)) ?? options.threads;
  const tf = await loadTensorflow({ threads });
  onBackend?.(nodeBackend());
  const [{ System }, { Adam }, { step }, { settingsOf }] = await Promise.all([
    import('@alix/train/system'),
    import('@alix/train/tensorflow/adam'),
    import('@alix/train/step'),
    import('@alix/train/update-settings'),
  ]);
  const { batch, batchNormMomentum } = config;
  const system = new System(config);
  const moment = { epoch: 1, epochs: 1 };
  const context = {
    system,
    adam: new Adam(system.store),
    random: noise(createRandom(config.seed)),
    batchNormMomentum,
    moment,
    settings: (network: string) => settingsOf(config, network, moment),
  };
  const { shape } = system.design.architecture.data;
  const data = createRandom('bench').uniform(shape.reduce((product, n) => product * n, batch));
  const x = tf.tensor(data, [batch, ...shape], 'float32');
  const oneStep = () => step(context, () => ({ x: tf.clone(x) }));
  const warmUp = () => {
    const start = performance.now();
    const isOver = () => performance.now() - start > 1000 * WARM_UP_SECONDS;
    for (let i = 0; i < LEAST_WARM_UP || (i < WARM_UP && !isOver()); i++) oneStep();
  };
  return { config, threads, system, data, oneStep, warmUp };
}
