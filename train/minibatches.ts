/** The minibatches of a run, as tensors. */
import type { Random } from '@alix/infer/io/random';
import * as tf from '@tensorflow/tfjs-core';
import type { RunConfig } from './config.js';
import type { Dataset } from './datasets/dataset.js';
import { openRows, type RowReader } from './datasets/row-source.js';
import { type Labelled, labelArray } from './input/labels.js';
import { Order, streamOf } from './input/order.js';
import { type Preparation, prepare } from './input/prepare.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import type { Minibatch } from './step.js';
import type { System } from './system.js';

/** Minibatches of one epoch that steps can use: whole ones, and as many as whole steps take. */
export function minibatchesPerEpoch(design: System['design'], count: number): number {
  const perStep = minibatchesPerStep(design);
  return Math.floor(Math.floor(count / design.config.batch) / perStep) * perStep;
}

/** Minibatches by epoch (from 0) and place in it. */
export class Minibatches {
  readonly #data: Dataset;
  readonly #preparation: Preparation;
  readonly #root: Random;
  readonly #order: Order;
  readonly #rows: RowReader;

  /** @param root the run's random root: orders and all that is random in a minibatch are streams of its own */
  constructor({ design }: System, data: Dataset, { batch, dequantise }: RunConfig, root: Random) {
    const { shape, range } = design.architecture.data;
    this.#data = data;
    this.#root = root;
    this.#preparation = { shape, range, dequantise, flip: false };
    this.#order = new Order(root, data.count, batch);
    this.#rows = openRows(data.source);
  }

  async at(epoch: number, index: number): Promise<Minibatch> {
    const indices = this.#order.rows(epoch, index);
    const values = prepare(await this.#rows.read(indices), this.#preparation, streamOf(this.#root, epoch, index));
    return {
      x: tf.tensor(values, [indices.length, ...this.#preparation.shape], 'float32'),
      labels: labelsOf(this.#data, indices),
    };
  }
}

/** Labels of the rows at `indices`, float32 [n,k]: one-hot classes or attributes; undefined where the data have neither. */
export function labelsOf(data: Labelled, indices: Uint32Array): tf.Tensor | undefined {
  const labels = labelArray(data, indices);
  return labels && tf.tensor(labels.data, [indices.length, labels.width], 'float32');
}
