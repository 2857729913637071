/** The training loop: batches and steps, and between them looks, checkpoints and metrics. It has never heard of a method's name. */
import { join } from 'node:path';
import { createRandom, type Random, restoreRandom } from '@alix/infer/io/random';
import { type Beginnings, beginnings } from './beginnings.js';
import { type Best, lazily, type OpenedCheckpoint, type RunState } from './checkpoint.js';
import type { RunConfig } from './config.js';
import { bestOf, continued } from './continued.js';
import type { Dataset } from './datasets/dataset.js';
import { design } from './design.js';
import { diverged } from './diverged.js';
import { drawSamples } from './evaluate.js';
import { EVENTS, EventLog } from './event-log.js';
import type { InputOptions } from './input/pipeline.js';
import { keeping, outOfMemory, type Standing } from './keeping.js';
import { look, lookInWords, watched } from './looking.js';
import type { Measures } from './measures.js';
import { MetricsLog } from './metrics-log.js';
import { Minibatches, minibatchesPerEpoch } from './minibatches.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import { type Progress, Recorder } from './recorder.js';
import { Saving } from './saving.js';
import { type Minibatch, type StepMetrics, step } from './step.js';
import { System } from './system.js';
import { Adam } from './tensorflow/adam.js';
import { plannedEpochs, plannedSteps, settingsOf } from './update-settings.js';

export type { Progress } from './recorder.js';

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
  /** How minibatches are prepared ahead; never what they are. */
  readonly input?: InputOptions;
  /** Whether the folder is still this process's to write into. */
  readonly isMine?: () => Promise<boolean>;
  /** Ends the run cleanly after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told in one line of what is worth a line: damaged checkpoints, the end of an epoch. */
  readonly onEvent?: (line: string) => void;
}

/** How a run, or a session of it, ended. */
export interface TrainResult {
  readonly folder: string;
  readonly step: number;
  /** Whole epochs done, and the part of the one under way. */
  readonly epochs: number;
  readonly seconds: number;
  /** Of this session, steps alone. */
  readonly imagesPerSecond: number;
  /** The share of steps' time that was spent waiting for data, in [0,1]; of this session. */
  readonly dataWait: number;
  readonly interrupted: boolean;
  readonly reconstructionError: number | undefined;
  /** The best checkpoint, where the run's metric has been measured. */
  readonly best: Best | undefined;
}

/**
 * Trains until the configuration's length is reached, the signal is aborted, a loss is no longer finite or data cannot be read.
 *
 * @throws AlixError 'diverged' naming step and loss; the last good checkpoint is kept. What data could not be read for: the
 *   steps before are saved
 */
export async function train(request: TrainRequest): Promise<TrainResult> {
  const { config, data } = request;
  const checkpoint = request.resume ? await continued(request.folder, request.onEvent) : undefined;
  const best = checkpoint && (await bestOf(checkpoint, request));
  const start = checkpoint ? undefined : (request.start ?? (await beginnings(config, data)));
  const { epoch = 0, batchInEpoch: index = 0 } = checkpoint?.state ?? {};
  // begun first, so that data are read while the networks are made
  const minibatches = new Minibatches(design(config), data, { epoch, index }, request.input);
  let run: Run | undefined;
  try {
    run = new Run(request, minibatches, { checkpoint, best, start });
    return await run.loop();
  } catch (error) {
    // the way to a failure is worth reading; a second failure would hide the first
    await run?.flush().catch(() => undefined);
    throw error;
  } finally {
    run?.dispose();
    await minibatches.dispose();
  }
}

/** Where a run begins, or goes on. */
interface From {
  readonly checkpoint: OpenedCheckpoint | undefined;
  readonly best: Best | undefined;
  readonly start: Beginnings | undefined;
}

const METRICS = 'the metrics could not be written';

class Run {
  readonly #request: TrainRequest;
  readonly #perEpoch: number;
  readonly #system: System;
  readonly #adam: Adam;
  readonly #root: Random;
  readonly #noise: Random;
  readonly #log: MetricsLog;
  readonly #recorder: Recorder;
  readonly #saving: Saving;
  readonly #end: { readonly steps: number; readonly secondsLimit: number };
  /** Of earlier sessions; by a clock that cannot be set, as is `started`. */
  readonly #secondsBefore: number;
  readonly #started = performance.now();
  readonly #minibatches: Minibatches;
  readonly #perStep: number;
  #state: RunState;
  #measures: Measures = {};
  /** Of the last step. */
  #metrics: StepMetrics = {};

  constructor(request: TrainRequest, minibatches: Minibatches, { checkpoint, best, start }: From) {
    const { config, folder, data, onProgress } = request;
    this.#request = request;
    this.#system = new System(config, checkpoint && lazily(checkpoint.weights), start);
    this.#perStep = minibatchesPerStep(this.#system.design);
    this.#perEpoch = minibatchesPerEpoch(this.#system.design, data.count);
    this.#adam = new Adam(this.#system.store, checkpoint && lazily(checkpoint.optimiser));
    this.#root = createRandom(config.seed);
    this.#minibatches = minibatches;
    this.#noise = checkpoint ? restoreRandom(checkpoint.state.random) : this.#root.split('noise');
    const { step = 0, epoch = 0, batchInEpoch = 0, seconds = 0 } = checkpoint?.state ?? {};
    this.#state = { step, epoch, batchInEpoch, seconds };
    this.#secondsBefore = seconds;
    this.#end = {
      steps: plannedSteps(config, this.#perEpoch / this.#perStep),
      secondsLimit: (config.length.hours ?? Number.POSITIVE_INFINITY) * 3600,
    };
    this.#log = new MetricsLog(join(folder, 'metrics.jsonl'), new EventLog(join(folder, EVENTS)));
    this.#recorder = new Recorder({
      log: this.#log,
      imagesPerStep: this.#perStep * config.batch,
      stepsPerEpoch: this.#perEpoch / this.#perStep,
      end: this.#end,
      onProgress,
    });
    const parts = { folder, config, system: this.#system, adam: this.#adam, noise: this.#noise };
    this.#saving = new Saving(parts, step, best);
  }

  get #standing(): Standing {
    const { folder, isMine } = this.#request;
    return { folder, step: this.#state.step, lastGood: this.#saving.lastGood, ...(isMine ? { isMine } : {}) };
  }

  get #isDone(): boolean {
    return this.#state.step >= this.#end.steps || this.#state.seconds >= this.#end.secondsLimit;
  }

  async loop(): Promise<TrainResult> {
    const { signal, onEvent } = this.#request;
    await keeping(this.#standing, METRICS, () => this.#log.rewind(this.#state.step));
    if (this.#isDone)
      onEvent?.(`step ${this.#state.step} is the end of this run already; give it more --epochs, --steps or --hours`);
    else await this.#minibatches.ready(signal);
    while (!this.#isDone && !signal?.aborted) {
      const started = performance.now();
      const waitedBefore = this.#minibatches.waitedSeconds;
      const minibatches = await this.#minibatchesOfStep();
      if (!minibatches) break;
      this.#oneStep(minibatches, started, this.#minibatches.waitedSeconds - waitedBefore);
      if (this.#state.batchInEpoch === 0) await this.#endEpoch();
      // the last step is looked at too, and saved with what that measures
      else if (!this.#isDone && this.#saving.isDue(this.#state)) await this.#saveOnTheWay();
      // lets Ctrl-C and the progress bar in: a step blocks the event loop
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#finish();
    return {
      folder: this.#request.folder,
      step: this.#state.step,
      epochs: this.#state.epoch + this.#state.batchInEpoch / this.#perEpoch,
      seconds: this.#state.seconds,
      imagesPerSecond: this.#recorder.imagesPerSecond,
      dataWait: this.#recorder.dataWait,
      interrupted: signal?.aborted === true && this.#state.step < this.#end.steps,
      reconstructionError: this.#measures.reconstruction_mse,
      best: this.#saving.best,
    };
  }

  /** Undefined where the run is interrupted while it waits. */
  async #minibatchesOfStep(): Promise<Minibatch[] | undefined> {
    try {
      return await this.#minibatches.ofStep(this.#request.signal);
    } catch (error) {
      await this.#saveWithoutData();
      throw error;
    }
  }

  /** Data that cannot be read are no fault of the weights; a second failure would hide the first. */
  async #saveWithoutData(): Promise<void> {
    if (this.#state.step > this.#saving.lastGood) await this.#save().catch(() => undefined);
    const { lastGood } = this.#saving;
    if (lastGood > 0)
      this.#request.onEvent?.(`step ${lastGood} is saved: continue with --resume once the data can be read`);
  }

  /** @param started when the step began to wait for its minibatches @param waited the seconds that it did */
  #oneStep(minibatches: Minibatch[], started: number, waited: number): void {
    const { epoch, batchInEpoch } = this.#state;
    const metrics = this.#update(minibatches);
    this.#metrics = metrics;
    this.#system.averages?.update();
    const seconds = (performance.now() - started) / 1000;
    const isEpochEnd = batchInEpoch + this.#perStep === this.#perEpoch;
    this.#state = {
      step: this.#state.step + 1,
      epoch: epoch + (isEpochEnd ? 1 : 0),
      batchInEpoch: isEpochEnd ? 0 : batchInEpoch + this.#perStep,
      seconds: this.#secondsBefore + (performance.now() - this.#started) / 1000,
    };
    this.#recorder.step(this.#state, epoch + 1, metrics, seconds, waited);
    const bad = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
    if (bad) throw diverged(this.#standing, `the loss "${bad[0]}" is ${bad[1]}`);
  }

  /** Updates the players on the step's minibatches. */
  #update(minibatches: Minibatch[]): StepMetrics {
    const { config } = this.#request;
    const { epoch } = this.#state;
    const moment = { epoch: epoch + 1, epochs: plannedEpochs(config, this.#perEpoch / this.#perStep) };
    try {
      return step(
        {
          system: this.#system,
          adam: this.#adam,
          random: this.#noise,
          batchNormMomentum: config.batchNormMomentum,
          moment,
          settings: (network) => settingsOf(config, network, moment),
        },
        () => minibatches.shift() as Minibatch,
      );
    } catch (error) {
      throw outOfMemory(error, { ...this.#standing, step: this.#state.step + 1 }, config.batch);
    }
  }

  async #endEpoch(): Promise<void> {
    await this.#look(`epoch-${String(this.#state.epoch).padStart(4, '0')}`);
    await this.#save(this.#measures);
  }

  /** Where epochs are long, there is a picture to look at with each checkpoint that time asks for. */
  async #saveOnTheWay(): Promise<void> {
    const isTime = this.#saving.isTime(this.#state);
    await this.#save();
    if (!isTime) return;
    const { heldOut, folder } = this.#request;
    const draw = () =>
      drawSamples(this.#system, heldOut, this.#root.split('samples'), folder, `step-${this.#state.step}`);
    await keeping(this.#standing, 'the samples could not be written', draw);
  }

  async #look(name: string): Promise<void> {
    const { folder, config, onEvent } = this.#request;
    const { data: heldOut, failure } = watched(this.#request.heldOut);
    const parts = { system: this.#system, heldOut, folder, rows: config.evaluationRows, root: this.#root };
    this.#measures = await keeping(this.#standing, 'the samples could not be written', () =>
      look(parts, this.#standing, name),
    ).catch(async (error: unknown) => {
      if (failure()) await this.#saveWithoutData();
      throw failure() ?? outOfMemory(error, this.#standing, config.batch);
    });
    const isBest = this.#saving.wouldBeBest(this.#state.step, this.#measures);
    const speed = { imagesPerSecond: this.#recorder.imagesPerSecond, dataWait: this.#recorder.dataWaitOfEpoch };
    this.#recorder.epoch(this.#state, this.#measures);
    onEvent?.(`${lookInWords(this.#state, speed, this.#measures)}${isBest ? ', the best so far' : ''}`);
  }

  /** @param measures of this step, where there are any */
  async #save(measures?: Measures): Promise<void> {
    await this.flush();
    await keeping(this.#standing, 'the checkpoint could not be written', () =>
      this.#saving.save(this.#state, measures, this.#metrics),
    );
    // what cannot be removed is no reason to stop
    await this.#saving
      .prune()
      .catch((error: Error) => this.#request.onEvent?.(`an old checkpoint stays: ${error.message}`));
  }

  flush(): Promise<void> {
    return keeping(this.#standing, METRICS, () => this.#recorder.flush(this.#state));
  }

  async #finish(): Promise<void> {
    await this.flush();
    if (this.#saving.lastGood === this.#state.step && this.#state.step > 0) return;
    if (this.#request.signal?.aborted) return this.#save();
    await this.#look(`step-${this.#state.step}`);
    await this.#save(this.#measures);
  }

  dispose(): void {
    this.#adam.dispose();
    this.#system.dispose();
  }
}
