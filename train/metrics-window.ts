/** The steps since the last line of the log. */
import type { StepMetrics } from './step.js';

/** Sums up steps; gives the means of their metrics and their rate. */
export class MetricsWindow {
  #sums: StepMetrics = {};
  #steps = 0;
  #seconds = 0;
  #waited = 0;

  get isEmpty(): boolean {
    return this.#steps === 0;
  }

  /** Steps per second; 0 where there are none. */
  get rate(): number {
    return this.#seconds > 0 ? this.#steps / this.#seconds : 0;
  }

  /** The share of the steps' time that was spent waiting for data, in [0,1]. */
  get dataWait(): number {
    return this.#seconds > 0 ? this.#waited / this.#seconds : 0;
  }

  /** @param seconds that the step took @param waited of them, for data */
  add(metrics: StepMetrics, seconds: number, waited: number): void {
    for (const [key, value] of Object.entries(metrics)) this.#sums[key] = (this.#sums[key] ?? 0) + value;
    this.#steps += 1;
    this.#seconds += seconds;
    this.#waited += waited;
  }

  means(): StepMetrics {
    return Object.fromEntries(Object.entries(this.#sums).map(([key, sum]) => [key, sum / this.#steps]));
  }
}
