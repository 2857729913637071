/** When a run is saved, that only numbers are that can go on, and which checkpoints stay. */
import type { Random } from '@alix/infer/io/random';
import type { Stored } from '@alix/infer/io/safetensors-file';
import { bestWith } from './best.js';
import { type Best, type RunState, saveCheckpoint } from './checkpoint.js';
import { prune } from './checkpoints.js';
import type { RunConfig } from './config.js';
import { diverged } from './diverged.js';
import type { Measures } from './measures.js';
import type { StepMetrics } from './step.js';
import type { System } from './system.js';
import type { Adam } from './tensorflow/adam.js';

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

type Arrays = ReadonlyMap<string, Stored<Float32Array>>;

export class Saving {
  readonly #parts: SavedParts;
  #saved: { step: number; at: number };
  #best: Best | undefined;

  /**
   * @param step of the checkpoint that the run goes on from; 0 where it begins
   * @param best the best one up to it
   */
  constructor(parts: SavedParts, step: number, best: Best | undefined) {
    this.#parts = parts;
    this.#saved = { step, at: performance.now() };
    this.#best = best;
  }

  /** The step of the last checkpoint; 0 where there is none. */
  get lastGood(): number {
    return this.#saved.step;
  }

  /** The best checkpoint so far. */
  get best(): Best | undefined {
    return this.#best;
  }

  isDue(state: RunState): boolean {
    const { checkpointSteps } = this.#parts.config;
    return (checkpointSteps > 0 && state.step % checkpointSteps === 0) || this.isTime(state);
  }

  /** Whether the last one is so long ago that it is due for that alone. */
  isTime({ step }: RunState): boolean {
    const minutes = (performance.now() - this.#saved.at) / 60_000;
    return step >= QUIET_STEPS && minutes >= this.#parts.config.checkpointMinutes;
  }

  /** Whether a checkpoint of this step with these measures would be the best so far. */
  wouldBeBest(step: number, measures: Measures): boolean {
    return bestWith(this.#parts.config.best, this.#best, step, measures)?.step === step;
  }

  /**
   * Writes checkpoint-STEP.
   *
   * @param measures what was measured at this step, where anything was
   * @param metrics of the last step, for the words of a failure
   * @throws AlixError 'diverged' where a number of it is not finite, 'disk-full', ...; then nothing of it is left
   */
  async save(runState: RunState, measures: Measures | undefined, metrics: StepMetrics): Promise<void> {
    const { folder, config, system, adam, noise } = this.#parts;
    const { step } = runState;
    const best = measures ? bestWith(config.best, this.#best, step, measures) : this.#best;
    const state = {
      ...runState,
      random: noise.state(),
      ...(measures && Object.keys(measures).length > 0 ? { measures } : {}),
      ...(best ? { best } : {}),
    };
    const finite = (arrays: Arrays) => this.#finite(arrays, step, metrics);
    await saveCheckpoint(folder, { state, weights: finite(system.stored()), optimiser: finite(adam.stored()) });
    this.#saved = { step, at: performance.now() };
    this.#best = best;
  }

  /** Removes the checkpoints that need not stay: all but the newest and the best. */
  async prune(): Promise<void> {
    const { folder, config } = this.#parts;
    await prune(folder, this.#saved.step, config.checkpointsKept, this.#best?.step);
  }

  /** The losses of a step are those before its update: a checkpoint must be of numbers that can go on. */
  #finite(arrays: Arrays, step: number, metrics: StepMetrics): Arrays {
    const checked = (name: string, part: Stored<Float32Array>) => () => {
      const data = part.data();
      if (allFinite(data)) return data;
      const losses = Object.entries(metrics).map(([loss, value]) => `${loss} ${value.toPrecision(4)}`);
      const after = losses.length > 0 ? `, after a step with ${losses.join(', ')}` : '';
      throw diverged(
        { folder: this.#parts.folder, step, lastGood: this.lastGood },
        `${name} is no longer finite${after}`,
      );
    };
    return new Map([...arrays].map(([name, part]) => [name, { shape: part.shape, data: checked(name, part) }]));
  }
}

function allFinite(data: Float32Array): boolean {
  // the difference of a number that is not finite and itself is NaN, and stays in the sum
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    sum += value - value;
  }
  return sum === 0;
}
