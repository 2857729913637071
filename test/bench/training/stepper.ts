/** A case's step on random data: the very step that trains, without a run around it. */
import type { Random } from '@alix/infer/io/random';
import { createRandom } from '@alix/infer/io/random';
import { type RunConfig, recipes, resolveConfig } from '@alix/train';
import type { Design } from '@alix/train/design';
import { loadTensorflow, type NodeBackend, nodeBackend } from '@alix/train/tensorflow/load';
import type { Case } from './cases.js';

export interface Stepper {
  readonly config: RunConfig;
  readonly design: Design;
  /** One update of all players; their losses. */
  oneStep(): Record<string, number>;
  /** Milliseconds that making noise has taken in JavaScript so far, and how often it was made. */
  readonly noise: { ms: number; count: number };
}

export interface StepperOptions {
  readonly threads: number;
  /** A preset of the objective; the recipe's own unless given. */
  readonly preset?: string | undefined;
  /** Called with the backend before the first tensor is made. */
  readonly onBackend?: (backend: NodeBackend) => void;
}

export async function stepper(
  { recipe }: Pick<Case, 'recipe'>,
  { threads, preset, onBackend }: StepperOptions,
): Promise<Stepper> {
  const tf = await loadTensorflow({ threads });
  onBackend?.(nodeBackend());
  const [{ System }, { Adam }, { step }, { settingsOf }] = await Promise.all([
    import('@alix/train/system'),
    import('@alix/train/tensorflow/adam'),
    import('@alix/train/step'),
    import('@alix/train/update-settings'),
  ]);
  const config = resolveConfig([
    { from: 'recipe', config: recipes[recipe]?.config },
    ...(preset ? [{ from: '--preset', config: { objective: { preset } } }] : []),
  ]);
  const { batch, batchNormMomentum } = config;
  const system = new System(config);
  const noise = { ms: 0, count: 0 };
  const random = timed(createRandom(config.seed), noise);
  const moment = { epoch: 1, epochs: 1 };
  const context = {
    system,
    adam: new Adam(system.store),
    random,
    batchNormMomentum,
    moment,
    settings: (network: string) => settingsOf(config, network, moment),
  };
  const { shape } = system.design.architecture.data;
  const count = shape.reduce((product, n) => product * n, batch);
  const x = tf.tensor(createRandom('bench').uniform(count), [batch, ...shape], 'float32');
  return { config, design: system.design, noise, oneStep: () => step(context, () => ({ x: tf.clone(x) })) };
}

/** The stream itself, with a watch on what takes time. */
function timed(random: Random, spent: { ms: number; count: number }): Random {
  const watch = (draw: (n: number) => Float32Array<ArrayBuffer>) => (n: number) => {
    const start = performance.now();
    const numbers = draw(n);
    spent.ms += performance.now() - start;
    spent.count += 1;
    return numbers;
  };
  return {
    uniform: watch((n) => random.uniform(n)),
    normal: watch((n) => random.normal(n)),
    integer: (min, max) => random.integer(min, max),
    permutation: (n) => random.permutation(n),
    split: (name) => random.split(name),
    state: () => random.state(),
  };
}
