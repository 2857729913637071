/** What a run tells of its steps: the progress of each, and a line of metrics.jsonl for every few. */
import type { RunState } from './checkpoint.js';
import type { MetricsLog } from './metrics-log.js';
import { MetricsWindow } from './metrics-window.js';
import type { StepMetrics } from './step.js';

/** What a run says of itself while it trains. */
export interface Progress {
  readonly step: number;
  /** Infinity where only hours end the run. */
  readonly steps: number;
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  readonly imagesPerSecond: number;
  /** Of the loop so far, pictures and checkpoints included, earlier sessions too. */
  readonly seconds: number;
  /** The run ends when `seconds` reaches this; Infinity where steps alone end it. */
  readonly secondsLimit: number;
  readonly metrics: StepMetrics;
}

export interface RecorderParts {
  readonly log: MetricsLog;
  readonly imagesPerStep: number;
  readonly stepsPerEpoch: number;
  /** Where the run ends; see Progress. */
  readonly end: { readonly steps: number; readonly secondsLimit: number };
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** Steps whose metrics are averaged into one line of metrics.jsonl. */
const LOG_EVERY = 20;

export class Recorder {
  readonly #parts: RecorderParts;
  #window = new MetricsWindow();
  #stepped = { steps: 0, seconds: 0, waited: 0 };
  /** Seconds of this session up to the last epoch's end. */
  #epochsBefore = { seconds: 0, waited: 0 };

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Of this session, steps alone. */
  get imagesPerSecond(): number {
    const { steps, seconds } = this.#stepped;
    return seconds > 0 ? (steps * this.#parts.imagesPerStep) / seconds : 0;
  }

  /** The share of steps' time in this session that was spent waiting for data, in [0,1]. */
  get dataWait(): number {
    return share(this.#stepped.waited, this.#stepped.seconds);
  }

  /** The same of the epoch under way. */
  get dataWaitOfEpoch(): number {
    const { seconds, waited } = this.#epochsBefore;
    return share(this.#stepped.waited - waited, this.#stepped.seconds - seconds);
  }

  /**
   * @param state after the step
   * @param epoch that the step belonged to, from 1
   * @param seconds that the step took
   * @param waited of them, for data
   */
  step(state: RunState, epoch: number, metrics: StepMetrics, seconds: number, waited: number): void {
    const { imagesPerStep, stepsPerEpoch, end, onProgress } = this.#parts;
    const before = this.#stepped;
    this.#stepped = { steps: before.steps + 1, seconds: before.seconds + seconds, waited: before.waited + waited };
    this.#window.add(metrics, seconds, waited);
    onProgress?.({
      step: state.step,
      steps: end.steps,
      epoch,
      stepsPerEpoch,
      imagesPerSecond: this.#window.rate * imagesPerStep,
      seconds: state.seconds,
      secondsLimit: end.secondsLimit,
      metrics: this.#window.means(),
    });
    if (state.step % LOG_EVERY === 0 || state.batchInEpoch === 0) this.#logWindow(state.step, epoch);
  }

  /** The numbers at an epoch's end. */
  epoch({ step, epoch, seconds }: RunState, measures: Readonly<Record<string, number>>): void {
    this.#parts.log.add({
      kind: 'epoch',
      step,
      epoch,
      seconds,
      images_per_second: this.imagesPerSecond,
      data_wait: this.dataWaitOfEpoch,
      ...measures,
    });
    this.#epochsBefore = this.#stepped;
  }

  /** Writes what has been logged, the steps since the last line too: the next session would not know of them. */
  async flush({ step, epoch }: RunState): Promise<void> {
    this.#logWindow(step, epoch + 1);
    await this.#parts.log.flush();
  }

  /** A line of what has been gathered since the last one. */
  #logWindow(step: number, epoch: number): void {
    if (this.#window.isEmpty) return;
    const rate = this.#window.rate * this.#parts.imagesPerStep;
    this.#parts.log.add({
      kind: 'step',
      step,
      epoch,
      ...this.#window.means(),
      images_per_second: rate,
      data_wait: this.#window.dataWait,
    });
    this.#window = new MetricsWindow();
  }
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
