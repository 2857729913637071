/** What a run looks at as it goes: measures on held-out data, a picture, a line of words. */
import type { Random } from '@alix/infer/io/random';
import type { RunState } from './checkpoint.js';
import type { Dataset } from './datasets/dataset.js';
import { diverged } from './diverged.js';
import { drawSamples } from './evaluate.js';
import type { Standing } from './keeping.js';
import { inWords, type Measures, measure } from './measures.js';
import type { System } from './system.js';

export interface LookingParts {
  readonly system: System;
  readonly heldOut: Dataset;
  readonly folder: string;
  /** Held-out rows that are measured. */
  readonly rows: number;
  /** The run's root, from which pictures draw a stream of their own: looking changes nothing. */
  readonly root: Random;
}

/**
 * Measures, and draws samples/NAME.png.
 *
 * @throws AlixError 'diverged' where a measure is not finite
 */
export async function look(parts: LookingParts, standing: Standing, name: string): Promise<Measures> {
  const { system, heldOut, folder, rows, root } = parts;
  const measures = await measure(system, heldOut, rows);
  for (const [what, value] of Object.entries(measures))
    if (!Number.isFinite(value)) throw diverged(standing, `the ${inWords(what)} is ${value}`);
  await drawSamples(system, heldOut, root.split('samples'), folder, name);
  return measures;
}

/** The data set, with the first error that a read of it ended in: on its way that may become what a writer says of it. */
export function watched(data: Dataset): { readonly data: Dataset; readonly failure: () => unknown } {
  let failure: unknown;
  const watch = <T>(read: Promise<T>): Promise<T> =>
    read.catch((error: unknown) => {
      failure ??= error;
      throw error;
    });
  const { batch, pixels } = data;
  return {
    data: {
      ...data,
      batch: (indices) => watch(batch(indices)),
      ...(pixels ? { pixels: (indices: Uint32Array) => watch(pixels(indices)) } : {}),
    },
    failure: () => failure,
  };
}

/** Waiting for data that is worth saying, as a share of the steps' time. */
const WORTH_SAYING = 0.05;

/**
 * "epoch 3, step 1200, 410 images/s, held-out reconstruction MSE 0.0312"
 *
 * @param speed of the steps; `dataWait` is the share of their time that was spent waiting for data
 */
export function lookInWords(
  { epoch, step }: RunState,
  { imagesPerSecond, dataWait }: { readonly imagesPerSecond: number; readonly dataWait: number },
  measures: Measures,
): string {
  const words = Object.entries(measures).map(([what, value]) => `, ${inWords(what)} ${value.toFixed(4)}`);
  const waiting = dataWait > WORTH_SAYING ? `, ${(100 * dataWait).toFixed(0)} % of the time waiting for data` : '';
  return `epoch ${epoch}, step ${step}, ${imagesPerSecond.toFixed(0)} images/s${waiting}${words.join('')}`;
}
