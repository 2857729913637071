/** The order in which a run sees its data: each epoch a permutation of its own, cut into minibatches. */
import type { Random } from '@alix/infer/io/random';
import * as tf from '@tensorflow/tfjs-core';
import type { RunConfig } from './config.js';
import type { Dataset } from './datasets/dataset.js';
import { rows } from './evaluate.js';
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
  readonly #system: System;
  readonly #data: Dataset;
  readonly #config: RunConfig;
  readonly #root: Random;
  #order: { epoch: number; rows: Uint32Array } | undefined;

  /** @param root the run's random root: each epoch's order is a stream of its own */
  constructor(system: System, data: Dataset, config: RunConfig, root: Random) {
    this.#system = system;
    this.#data = data;
    this.#config = config;
    this.#root = root;
  }

  /** @param noise what dequantisation draws from */
  at(epoch: number, index: number, noise: Random): Minibatch {
    const { batch, dequantise } = this.#config;
    if (this.#order?.epoch !== epoch)
      this.#order = { epoch, rows: this.#root.split(`order of epoch ${epoch}`).permutation(this.#data.count) };
    const indices = this.#order.rows.subarray(index * batch, (index + 1) * batch);
    return {
      x: rows(this.#system, this.#data, indices, dequantise ? noise : undefined),
      labels: labelsOf(this.#data, indices),
    };
  }
}

/** One-hot classes, or the attributes themselves: float32 [n,k]; undefined where the data have neither. */
export function labelsOf({ labels, classes, attributes }: Dataset, indices: Uint32Array): tf.Tensor | undefined {
  if (attributes) {
    const { count, values } = attributes;
    const data = new Float32Array(indices.length * count);
    indices.forEach((row, i) => {
      data.set(values.subarray(row * count, (row + 1) * count), i * count);
    });
    return tf.tensor(data, [indices.length, count], 'float32');
  }
  if (!labels || !classes) return undefined;
  const data = new Float32Array(indices.length * classes);
  indices.forEach((row, i) => {
    data[i * classes + (labels[row] as number)] = 1;
  });
  return tf.tensor(data, [indices.length, classes], 'float32');
}
