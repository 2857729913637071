/** Minibatches prepared ahead of the trainer, in a thread of their own. The trainer's side. */
import { Worker } from 'node:worker_threads';
import { AlixError } from '@alix/infer/io/errors';
import type { InputPlan, Place, Prepared } from './maker.js';
import { type Delivery, fromPlain, type More, type WorkerOrder } from './protocol.js';

/** How minibatches are prepared; what is in them never depends on it. */
export interface InputOptions {
  /** Minibatches that may be ready or under way before they are asked for; from their size unless given. */
  readonly ahead?: number;
  /** The worker's file; another one in tests alone. */
  readonly worker?: URL;
}

/** What may be ready ahead: of 100 rows of 28x28 some 25 minibatches, of 32x32x3 six, of whatever is larger four. */
const AHEAD_BYTES = 8 * 2 ** 20;
const AHEAD_LEAST = 4;
const AHEAD_MOST = 64;
/** A message costs about as much time as copying this many bytes: smaller minibatches travel together. */
const MESSAGE_BYTES = 256 * 2 ** 10;

export class InputPipeline {
  readonly #worker: Worker;
  #deliveries: Delivery[] = [];
  /** How many of the first delivery have been taken. */
  #taken = 0;
  #failure: Error | undefined;
  #isDisposed = false;
  #wake: () => void = () => undefined;
  #waited = 0;

  /**
   * Starts the worker, which begins at once.
   *
   * @param from the first minibatch that will be asked for
   * @param atOnce how many are taken for one step: at least twice as many are prepared ahead
   */
  constructor(plan: InputPlan, from: Place, atOnce = 1, options: InputOptions = {}) {
    const ahead = options.ahead ?? aheadOf(plan, atOnce);
    const perMessage = Math.max(1, Math.min(Math.floor(MESSAGE_BYTES / bytesOf(plan)), Math.floor(ahead / 2)));
    const workerData: WorkerOrder = { plan, from, perMessage, messages: Math.max(1, Math.floor(ahead / perMessage)) };
    this.#worker = new Worker(options.worker ?? new URL('./worker.js', import.meta.url), {
      workerData,
      name: 'alix input',
    });
    this.#worker.on('message', (delivery: Delivery) => {
      this.#deliveries.push(delivery);
      this.#wake();
    });
    this.#worker.on('error', (error) => this.#fail(`${(error as NodeJS.ErrnoException).code ?? error.message}`, error));
    this.#worker.on('exit', (code) => this.#fail(`exit code ${code}`));
  }

  /** Seconds that `next` has waited, all calls together. */
  get waitedSeconds(): number {
    return this.#waited;
  }

  /** When the first minibatch is there, or it is known that it cannot be had; `next` then says why. */
  async ready(signal?: AbortSignal): Promise<void> {
    while (this.#isEmpty && !this.#isDisposed && !signal?.aborted) await this.#change(signal);
  }

  /**
   * The next minibatch, in order; one call at a time. Undefined where the signal is aborted, or the pipeline disposed of,
   * before it is there.
   *
   * @throws AlixError what the data could not be read for; 'input-failed' where the worker itself has ended
   */
  async next(signal?: AbortSignal): Promise<Prepared | undefined> {
    if (this.#isEmpty) {
      const started = performance.now();
      await this.ready(signal);
      this.#waited += (performance.now() - started) / 1000;
    }
    const first = this.#deliveries[0];
    const minibatch = first?.minibatches[this.#taken];
    if (!first || !minibatch) {
      const failure = first?.failure ? fromPlain(first.failure) : this.#failure;
      if (failure) throw failure;
      return undefined;
    }
    this.#taken += 1;
    if (this.#taken === first.minibatches.length && !first.failure) {
      this.#deliveries.shift();
      this.#taken = 0;
      this.#worker.postMessage('more' satisfies More);
    }
    return minibatch;
  }

  /** Ends the worker. Whatever it has open is closed with it. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#deliveries = [];
    await this.#worker.terminate();
  }

  get #isEmpty(): boolean {
    return this.#deliveries.length === 0 && !this.#failure;
  }

  /** Until something has arrived, or the signal is aborted. */
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        signal?.removeEventListener('abort', this.#wake);
        resolve();
      };
      signal?.addEventListener('abort', this.#wake);
    });
  }

  #fail(found: string, cause?: Error): void {
    if (!this.#isDisposed)
      this.#failure ??= new AlixError('input-failed', 'the thread that prepares minibatches has ended', {
        found,
        remedy: 'if memory is short, choose a smaller batch; then go on with --resume',
        cause,
      });
    this.#wake();
  }
}

/** Of one minibatch, labels too. */
function bytesOf({ batch, preparation: { shape }, classes, attributes }: InputPlan): number {
  return 4 * batch * (shape.reduce((product, n) => product * n, 1) + (attributes?.count ?? classes ?? 0));
}

function aheadOf(plan: InputPlan, atOnce: number): number {
  const fitting = Math.floor(AHEAD_BYTES / bytesOf(plan));
  return Math.max(2 * atOnce, Math.min(AHEAD_MOST, Math.max(AHEAD_LEAST, fitting)));
}
