/** When a run is saved, and that only numbers are that can go on. */
import type { Random } from '@alix/infer/io/random';
import { type RunState, saveCheckpoint } from './checkpoint.js';
import type { RunConfig } from './config.js';
import { diverged } from './diverged.js';
import type { System } from './system.js';
import type { Adam } from './tensorflow/adam.js';
import type { NamedArray } from './tensorflow/variables.js';

export interface SavedParts {
  readonly folder: string;
  readonly config: RunConfig;
  readonly system: System;
  readonly adam: Adam;
  /** The run's noise, whose state goes into the checkpoint. */
  readonly noise: Random;
}

/** Nothing but steps happens in the first steps of a run, so that a short timing is one of steps. */
const QUIET_STEPS = 200;

export class Saving {
  readonly #parts: SavedParts;
  #saved: { step: number; at: number };

  /** @param step of the checkpoint that the run goes on from; 0 where it begins */
  constructor(parts: SavedParts, step: number) {
    this.#parts = parts;
    this.#saved = { step, at: performance.now() };
  }

  /** The step of the last checkpoint; 0 where there is none. */
  get lastGood(): number {
    return this.#saved.step;
  }

  isDue({ step }: RunState): boolean {
    const minutes = (performance.now() - this.#saved.at) / 60_000;
    return step >= QUIET_STEPS && minutes >= this.#parts.config.checkpointMinutes;
  }

  /** Writes checkpoint-STEP. @throws AlixError 'diverged' where a number of it is not finite, and then nothing is written */
  async save(runState: RunState): Promise<void> {
    const { folder, config, system, adam, noise } = this.#parts;
    const state = { ...runState, random: noise.state() };
    const checkpoint = { state, weights: system.arrays(), optimiser: adam.arrays() };
    // the losses of a step are those before its update: a checkpoint must be of numbers that can go on
    const bad = notFinite(checkpoint.weights) ?? notFinite(checkpoint.optimiser);
    if (bad) throw diverged({ folder, step: state.step, lastGood: this.lastGood }, `${bad} is no longer finite`);
    await saveCheckpoint(folder, checkpoint, config.checkpointsKept);
    this.#saved = { step: state.step, at: performance.now() };
  }
}

/** The name of the first array with a number in it that is not finite. */
function notFinite(arrays: ReadonlyMap<string, NamedArray>): string | undefined {
  for (const [name, { data }] of arrays) for (const value of data) if (!Number.isFinite(value)) return name;
  return undefined;
}
