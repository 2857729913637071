/** A finished (or paused) run opened again: its networks in evaluation mode, its weights and its record, for export and eval. */
import { basename } from 'node:path';
import { answering } from './averages.js';
import { checkShape } from './check-data.js';
import { type Best, read } from './checkpoint.js';
import { type CheckpointChoice, openChosen } from './checkpoints.js';
import type { RunConfig } from './config.js';
import type { Dataset } from './datasets/dataset.js';
import { openDataset } from './datasets/index.js';
import { design } from './design.js';
import { loadExtensions } from './extensions/index.js';
import { skippingOf } from './leaving-out.js';
import { type Measures, measure } from './measures.js';
import { minibatchesPerEpoch } from './minibatches.js';
import { readRun } from './run-folder.js';
import type { ArchitectureSpec } from './spec.js';
import { System } from './system.js';
import { loadTensorflow } from './tensorflow/load.js';
import type { NamedArray } from './tensorflow/variables.js';
import { forwardOf, headsOf, type TrainedForward } from './trained-forward.js';

export { forwardOf, headsOf, type TrainedForward } from './trained-forward.js';

/** A run that was opened at a checkpoint; `dispose` it. */
export interface TrainedRun {
  readonly name: string;
  /** The objective's name. */
  readonly system: string;
  readonly dataset: string;
  readonly config: RunConfig;
  readonly architecture: ArchitectureSpec;
  /** The networks from x to the posterior, from z to x, to the critic's logit and to a classifier's, in the order they run. */
  readonly chains: { readonly [K in 'encoder' | 'decoder' | 'critic' | 'classifier']: readonly string[] };
  /** What lies under an inpainting mask, on the scale [0,1], where the encoder was trained on masked images. */
  readonly maskFill?: number;
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** The best checkpoint up to this one, where the run kept one. */
  readonly best: Best | undefined;
  /** What a bundle records of the training. */
  readonly training: {
    readonly recipe: string;
    readonly alixVersion: string;
    readonly seed: number;
    readonly steps: number;
    readonly epochs: number;
    readonly batch: number;
    readonly data: string;
    readonly config: Record<string, unknown>;
  };
  readonly trained: TrainedForward;
  /**
   * The held-out part of the data that the run was trained on.
   *
   * @param source where the data are now, if they have moved
   */
  heldOut(source?: string): Promise<Dataset>;
  /** What a run measures of held-out data, by the names of metrics.jsonl: reconstruction_mse (images in [0,1], codes are means), held_out_accuracy. */
  measure(data: Dataset, count: number): Promise<Measures>;
  /** Gives the networks' memory back. */
  dispose(): void;
}

/**
 * Opens a run folder at its newest whole checkpoint, or at another one.
 *
 * @param onEvent is told in one line of each newer checkpoint that is damaged and passed over
 * @throws AlixError 'no-run', 'bad-run', 'no-checkpoint', 'bad-checkpoint', 'no-tensorflow'
 */
export async function openTrained(
  folder: string,
  onEvent?: (line: string) => void,
  choice: CheckpointChoice = 'newest',
): Promise<TrainedRun> {
  const run = await readRun(folder);
  await loadExtensions(run.config, folder);
  const { objective, maskFill, architecture, chains, networks, config } = design(run.config);
  const checkpoint = await openChosen(folder, choice, (path, why) => onEvent?.(`${path} is passed over: ${why}`));
  const weights = read(checkpoint.weights);
  await loadTensorflow();
  const system = new System(config, weights);
  const { step, epoch, batchInEpoch, best } = checkpoint.state;
  return {
    name: basename(folder),
    system: objective.name,
    dataset: run.data.name,
    config,
    architecture: {
      ...architecture,
      networks: Object.fromEntries([...networks.keys()].map((name) => [name, architecture.networks[name]!])),
    },
    chains: { ...chains, ...headsOf(system.design) },
    ...(maskFill === undefined ? {} : { maskFill: (maskFill + 1) / 2 }),
    weights: answering(weights),
    best,
    training: {
      recipe: config.recipe,
      alixVersion: run.alixVersion,
      seed: config.seed,
      steps: step,
      epochs: epoch + batchInEpoch / minibatchesPerEpoch(system.design, run.data.count),
      batch: config.batch,
      data: run.data.fingerprint,
      config,
    },
    trained: forwardOf(system),
    async heldOut(source = config.data.source) {
      const skipping = skippingOf(config, source === config.data.source ? run : undefined)?.of('test');
      const { options } = config.data;
      const data = await openDataset(source, { split: 'test', options, seed: config.seed, skipping });
      checkShape(data, architecture.data, config.architecture.name);
      return data;
    },
    measure: (data, count) => measure(system, data, count),
    dispose: () => system.dispose(),
  };
}
