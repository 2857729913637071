/** The numbers of a run at an epoch's end: the error of its reconstructions, and what its objective measures of held-out rows. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from './datasets/dataset.js';
import { reconstructionError, rows, sequence } from './evaluate.js';
import { labelsOf } from './minibatches.js';
import { labelled } from './step.js';
import type { System } from './system.js';

const BATCH = 200;

/** By the names that metrics.jsonl has: reconstruction_mse, held_out_accuracy, ... */
export type Measures = Readonly<Record<string, number>>;

/** Measures the first `count` held-out rows; nothing where `count` is 0. Networks in evaluation mode. */
export async function measure(system: System, data: Dataset, count: number): Promise<Measures> {
  if (count === 0) return {};
  const error = await reconstructionError(system, data, count);
  return { ...(error === undefined ? {} : { reconstruction_mse: error }), ...(await ofObjective(system, data, count)) };
}

async function ofObjective(system: System, data: Dataset, count: number): Promise<Measures> {
  const { objective, options } = system.design;
  if (!objective.heldOut) return {};
  const n = Math.min(count, data.count);
  const sums: Record<string, number> = {};
  for (let from = 0; from < n; from += BATCH) {
    const indices = sequence(from, Math.min(from + BATCH, n));
    const x = await rows(system, data, indices);
    tf.tidy(() => {
      const batch = labelled({ x, labels: labelsOf(data, indices) });
      for (const [name, mean] of Object.entries(objective.heldOut?.(system.evaluating(), batch, options) ?? {})) {
        const key = `held_out_${name}`;
        sums[key] = (sums[key] ?? 0) + (mean.dataSync()[0] as number) * indices.length;
      }
    });
    x.dispose();
  }
  return Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, sum / n]));
}

/** "held-out reconstruction MSE", "held-out accuracy". */
export const inWords = (name: string): string =>
  name === 'reconstruction_mse'
    ? 'held-out reconstruction MSE'
    : name.replace('held_out', 'held-out').replaceAll('_', ' ');
