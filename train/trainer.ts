/** The training loop: batches, steps, checkpoints, metrics and pictures. It has never heard of a method's name. */
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { createRandom, type Random, restoreRandom } from '@alix/infer/io/random';
import { type Beginnings, beginnings } from './beginnings.js';
import {
  type Checkpoint,
  type CheckpointState,
  checkpointSteps,
  newestCheckpoint,
  saveCheckpoint,
} from './checkpoint.js';
import type { RunConfig } from './config.js';
import type { Dataset } from './datasets/dataset.js';
import { drawSamples } from './evaluate.js';
import { inWords, type Measures, measure } from './measures.js';
import { MetricsLog } from './metrics-log.js';
import { MetricsWindow } from './metrics-window.js';
import { Minibatches, minibatchesPerEpoch } from './minibatches.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import { type StepMetrics, step } from './step.js';
import { System } from './system.js';
import { Adam } from './tensorflow/adam.js';
import type { NamedArray } from './tensorflow/variables.js';
import { plannedEpochs, settingsOf } from './update-settings.js';

export interface TrainRequest {
  readonly config: RunConfig;
  readonly data: Dataset;
  /** For the error of reconstructions at each epoch's end, and the pictures. */
  readonly heldOut: Dataset;
  /** A folder with run.json in it. */
  readonly folder: string;
  /** Continue from the newest whole checkpoint; from the beginning where there is none yet. */
  readonly resume?: boolean;
  /** What a fresh run starts from besides its seed; read from `config` and `data` unless given. */
  readonly start?: Beginnings | undefined;
  /** Ends the run cleanly after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told in one line of what is worth a line: damaged checkpoints, the end of an epoch. */
  readonly onEvent?: (line: string) => void;
}

export interface Progress {
  readonly step: number;
  /** Infinity where only hours end the run. */
  readonly steps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  /** Of the loop so far, pictures and checkpoints included, earlier sessions too. */
  readonly seconds: number;
  /** The run ends when `seconds` reaches this; Infinity where steps alone end it. */
  readonly secondsLimit: number;
  readonly metrics: StepMetrics;
}

export interface TrainResult {
  readonly folder: string;
  readonly step: number;
  /** Whole epochs done, and the part of the one under way. */
  readonly epochs: number;
  readonly seconds: number;
  /** Of this session, steps alone. */
  readonly imagesPerSecond: number;
  readonly interrupted: boolean;
  readonly reconstructionError: number | undefined;
}

/** Steps whose metrics are averaged into one line of metrics.jsonl. */
const LOG_EVERY = 20;
/** Nothing but steps happens in the first steps of a run, so that a short timing is one of steps. */
const QUIET_STEPS = 200;

/**
 * Trains until the configuration's length is reached, the signal is aborted or a loss is no longer finite.
 *
 * @throws AlixError 'diverged' naming step and loss; the last good checkpoint is kept
 */
export async function train(request: TrainRequest): Promise<TrainResult> {
  const { config, data, folder } = request;
  const damaged = (path: string, why: string) => request.onEvent?.(`${path} is passed over: ${why}`);
  const begun = request.resume === true && (await checkpointSteps(folder)).length > 0;
  // killed before its first checkpoint, a run has nothing to continue from, and its seed makes the beginning the same again
  if (request.resume && !begun) request.onEvent?.(`${folder} has no checkpoint yet: the run begins again`);
  const checkpoint = begun ? await newestCheckpoint(folder, damaged) : undefined;
  const start = checkpoint ? undefined : (request.start ?? (await beginnings(config, data)));
  const run = new Run(request, checkpoint, start);
  try {
    return await run.loop();
  } catch (error) {
    // the way to a failure is worth reading; a second failure would hide the first
    await run.flush().catch(() => undefined);
    throw error;
  } finally {
    run.dispose();
  }
}

class Run {
  readonly #request: TrainRequest;
  readonly #perEpoch: number;
  readonly #system: System;
  readonly #adam: Adam;
  readonly #root: Random;
  readonly #noise: Random;
  readonly #log: MetricsLog;
  readonly #steps: number;
  readonly #secondsLimit: number;
  /** Of earlier sessions; by a clock that cannot be set, as is `started`. */
  readonly #secondsBefore: number;
  readonly #started = performance.now();
  #state: Omit<CheckpointState, 'random'>;
  #saved: { step: number; at: number };
  readonly #minibatches: Minibatches;
  readonly #perStep: number;
  #window = new MetricsWindow();
  #stepped = { steps: 0, seconds: 0 };
  #measures: Measures = {};

  constructor(request: TrainRequest, checkpoint: Checkpoint | undefined, start: Beginnings | undefined) {
    const { config, folder, data } = request;
    this.#request = request;
    this.#system = new System(config, checkpoint?.weights, start);
    this.#perStep = minibatchesPerStep(this.#system.design);
    this.#perEpoch = minibatchesPerEpoch(this.#system.design, data.count);
    this.#adam = new Adam(this.#system.store, checkpoint?.optimiser);
    this.#root = createRandom(config.seed);
    this.#minibatches = new Minibatches(this.#system, data, config, this.#root);
    this.#noise = checkpoint ? restoreRandom(checkpoint.state.random) : this.#root.split('noise');
    this.#state = checkpoint?.state ?? { step: 0, epoch: 0, batchInEpoch: 0, seconds: 0 };
    this.#saved = { step: this.#state.step, at: performance.now() };
    this.#log = new MetricsLog(join(folder, 'metrics.jsonl'));
    const { epochs = Number.POSITIVE_INFINITY, steps = Number.POSITIVE_INFINITY } = config.length;
    this.#steps = Math.min(steps, epochs * (this.#perEpoch / this.#perStep));
    this.#secondsBefore = this.#state.seconds;
    this.#secondsLimit = (config.length.hours ?? Number.POSITIVE_INFINITY) * 3600;
  }

  async loop(): Promise<TrainResult> {
    const { signal, onEvent } = this.#request;
    await this.#log.rewind(this.#state.step);
    if (this.#state.step >= this.#steps || this.#state.seconds >= this.#secondsLimit)
      onEvent?.(`step ${this.#state.step} is the end of this run already; give it more --epochs, --steps or --hours`);
    while (this.#state.step < this.#steps && this.#state.seconds < this.#secondsLimit && !signal?.aborted) {
      this.#oneStep();
      if (this.#state.batchInEpoch === 0) await this.#endEpoch();
      else if (this.#isTimeToSave()) await this.#save();
      // lets Ctrl-C and the progress bar in: a step blocks the event loop
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#finish();
    return {
      folder: this.#request.folder,
      step: this.#state.step,
      epochs: this.#state.epoch + this.#state.batchInEpoch / this.#perEpoch,
      seconds: this.#state.seconds,
      imagesPerSecond: this.#rate(this.#stepped),
      interrupted: signal?.aborted === true && this.#state.step < this.#steps,
      reconstructionError: this.#measures.reconstruction_mse,
    };
  }

  #rate({ steps, seconds }: { steps: number; seconds: number }): number {
    return seconds > 0 ? (steps * this.#perStep * this.#request.config.batch) / seconds : 0;
  }

  #oneStep(): void {
    const { config } = this.#request;
    const started = performance.now();
    const { step: number, epoch, batchInEpoch } = this.#state;
    const moment = { epoch: epoch + 1, epochs: plannedEpochs(config, this.#perEpoch / this.#perStep) };
    let taken = 0;
    const metrics = step(
      {
        system: this.#system,
        adam: this.#adam,
        random: this.#noise,
        batchNormMomentum: config.batchNormMomentum,
        moment,
        settings: (network) => settingsOf(config, network, moment),
      },
      () => this.#minibatches.at(epoch, batchInEpoch + taken++, this.#noise),
    );
    this.#system.averages?.update();
    const seconds = (performance.now() - started) / 1000;
    const isEpochEnd = batchInEpoch + this.#perStep === this.#perEpoch;
    this.#state = {
      step: number + 1,
      epoch: epoch + (isEpochEnd ? 1 : 0),
      batchInEpoch: isEpochEnd ? 0 : batchInEpoch + this.#perStep,
      seconds: this.#secondsBefore + (performance.now() - this.#started) / 1000,
    };
    this.#stepped = { steps: this.#stepped.steps + 1, seconds: this.#stepped.seconds + seconds };
    this.#record(metrics, seconds, epoch + 1);
    const bad = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
    if (bad) throw this.#diverged(`the loss "${bad[0]}" is ${bad[1]}`);
  }

  #diverged(what: string): AlixError {
    const kept =
      this.#saved.step > 0 ? `checkpoint-${this.#saved.step} is the last good one` : 'no checkpoint was written yet';
    return new AlixError('diverged', `step ${this.#state.step}: ${what}`, {
      where: this.#request.folder,
      remedy: `${kept}; try a smaller learning rate (--set optimiser.learningRate=...) or a larger batch`,
    });
  }

  #record(metrics: StepMetrics, seconds: number, epoch: number): void {
    this.#window.add(metrics, seconds);
    const { step, seconds: secondsSoFar } = this.#state;
    this.#request.onProgress?.({
      step,
      steps: this.#steps,
      epoch,
      imagesPerSecond: this.#window.rate * this.#perStep * this.#request.config.batch,
      seconds: secondsSoFar,
      secondsLimit: this.#secondsLimit,
      metrics: this.#window.means(),
    });
    if (step % LOG_EVERY === 0 || this.#state.batchInEpoch === 0) this.#logWindow(epoch);
  }

  /** A line of what has been gathered since the last one. */
  #logWindow(epoch: number): void {
    if (this.#window.isEmpty) return;
    const rate = this.#window.rate * this.#perStep * this.#request.config.batch;
    this.#log.add({
      kind: 'step',
      step: this.#state.step,
      epoch,
      ...this.#window.means(),
      images_per_second: rate,
    });
    this.#window = new MetricsWindow();
  }

  #isTimeToSave(): boolean {
    const minutes = (performance.now() - this.#saved.at) / 60_000;
    return this.#state.step >= QUIET_STEPS && minutes >= this.#request.config.checkpointMinutes;
  }

  async #endEpoch(): Promise<void> {
    await this.#look(`epoch-${String(this.#state.epoch).padStart(4, '0')}`);
    await this.#save();
  }

  /** Measures and draws; draws from streams of its own, so that looking changes nothing. */
  async #look(name: string): Promise<void> {
    const { heldOut, folder, config, onEvent } = this.#request;
    const { step, epoch } = this.#state;
    const seconds = this.#state.seconds;
    this.#measures = measure(this.#system, heldOut, config.evaluationRows);
    for (const [what, value] of Object.entries(this.#measures))
      if (!Number.isFinite(value)) throw this.#diverged(`the ${inWords(what)} is ${value}`);
    await drawSamples(this.#system, heldOut, this.#root.split('samples'), folder, name);
    const rate = this.#rate(this.#stepped);
    this.#log.add({ kind: 'epoch', step, epoch, seconds, images_per_second: rate, ...this.#measures });
    const words = Object.entries(this.#measures).map(([what, value]) => `, ${inWords(what)} ${value.toFixed(4)}`);
    onEvent?.(`epoch ${epoch}, step ${step}, ${rate.toFixed(0)} images/s${words.join('')}`);
  }

  async #save(): Promise<void> {
    const { folder, config } = this.#request;
    const state = { ...this.#state, random: this.#noise.state() };
    const checkpoint = { state, weights: this.#system.arrays(), optimiser: this.#adam.arrays() };
    // the losses of a step are those before its update: a checkpoint must be of numbers that can go on
    const bad = notFinite(checkpoint.weights) ?? notFinite(checkpoint.optimiser);
    if (bad) throw this.#diverged(`${bad} is no longer finite`);
    await this.flush();
    await saveCheckpoint(folder, checkpoint, config.checkpointsKept);
    this.#saved = { step: state.step, at: performance.now() };
  }

  /** Writes what has been logged, the steps since the last line too: the next session would not know of them. */
  async flush(): Promise<void> {
    this.#logWindow(this.#state.epoch + 1);
    await this.#log.flush();
  }

  async #finish(): Promise<void> {
    await this.flush();
    if (this.#saved.step === this.#state.step && this.#state.step > 0) return;
    if (!this.#request.signal?.aborted) await this.#look(`step-${this.#state.step}`);
    await this.#save();
  }

  dispose(): void {
    this.#adam.dispose();
    this.#system.dispose();
  }
}

/** The name of the first array with a number in it that is not finite. */
function notFinite(arrays: ReadonlyMap<string, NamedArray>): string | undefined {
  for (const [name, { data }] of arrays) for (const value of data) if (!Number.isFinite(value)) return name;
  return undefined;
}
