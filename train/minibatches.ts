/** The minibatches of a run, as tensors. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from './datasets/dataset.js';
import type { Design } from './design.js';
import { isAugmenting } from './input/augment.js';
import { type Labelled, labelArray } from './input/labels.js';
import type { InputPlan, Place } from './input/maker.js';
import { type InputOptions, InputPipeline } from './input/pipeline.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import type { Minibatch } from './step.js';

/** Minibatches of one epoch that steps can use: whole ones, and as many as whole steps take. */
export function minibatchesPerEpoch(design: Design, count: number): number {
  const perStep = minibatchesPerStep(design);
  return Math.floor(Math.floor(count / design.config.batch) / perStep) * perStep;
}

/** All that the minibatches of a run depend on. */
export function inputPlan(design: Design, data: Dataset): InputPlan {
  const { architecture, config } = design;
  const { shape, range } = architecture.data;
  const { source, count, labels, classes, attributes } = data;
  const { batch, seed, dequantise, flip, augment } = config;
  return {
    source,
    count,
    labels,
    classes,
    ...(attributes ? { attributes } : {}),
    seed,
    batch,
    perEpoch: minibatchesPerEpoch(design, count),
    preparation: { shape, range, dequantise, flip, ...(isAugmenting(augment) && { augment }) },
  };
}

/** The minibatches of a run's steps, prepared ahead in another thread. */
export class Minibatches {
  readonly #plan: InputPlan;
  readonly #pipeline: InputPipeline;
  readonly #perStep: number;

  /** Begins to prepare them. @param from the first that will be asked for */
  constructor(design: Design, data: Dataset, from: Place, options?: InputOptions) {
    this.#plan = inputPlan(design, data);
    this.#perStep = minibatchesPerStep(design);
    this.#pipeline = new InputPipeline(this.#plan, from, this.#perStep, options);
  }

  /** Seconds that `ofStep` has waited, all calls together. */
  get waitedSeconds(): number {
    return this.#pipeline.waitedSeconds;
  }

  /** When the first is there: what a run's start takes is not waiting. */
  ready(signal?: AbortSignal): Promise<void> {
    return this.#pipeline.ready(signal);
  }

  /**
   * Those that the next step takes, owned by the caller; undefined where the signal is aborted before they are there.
   *
   * @throws AlixError what the data could not be read for, 'input-failed'
   */
  async ofStep(signal?: AbortSignal): Promise<Minibatch[] | undefined> {
    const { batch, preparation } = this.#plan;
    const minibatches = [];
    for (let i = 0; i < this.#perStep; i++) {
      const next = await this.#pipeline.next(signal);
      if (!next) return undefined;
      minibatches.push(next);
    }
    return minibatches.map(({ x, labels }) => ({
      x: tf.tensor(x, [batch, ...preparation.shape], 'float32'),
      labels: labels && tf.tensor(labels.data, [batch, labels.width], 'float32'),
    }));
  }

  dispose(): Promise<void> {
    return this.#pipeline.dispose();
  }
}

/** Labels of the rows at `indices`, float32 [n,k]: one-hot classes or attributes; undefined where the data have neither. */
export function labelsOf(data: Labelled, indices: Uint32Array): tf.Tensor | undefined {
  const labels = labelArray(data, indices);
  return labels && tf.tensor(labels.data, [indices.length, labels.width], 'float32');
}
