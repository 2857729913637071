/** How long the event loop of this thread stood still. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoopDelay {
  /** What monitorEventLoopDelay says, in milliseconds: on a busy machine also the time that the thread got no core. */
  readonly longest: number;
  /** The most that the thread computed in one piece, in milliseconds, where the system tells it; else the same. */
  readonly own: number;
  /** How long the work took, in milliseconds. */
  readonly took: number;
}

/** Milliseconds between two looks. */
const STEP = 5;

export async function loopDelayDuring(work: () => Promise<unknown>): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: STEP });
  histogram.enable();
  let own = 0;
  let last = look();
  const watch = setInterval(() => {
    const now = look();
    own = Math.max(own, now - last);
    last = now;
  }, STEP);
  try {
    // the histogram measures from its timer's first turn on, and records what stood still last when the timer comes again
    await turns();
    const start = performance.now();
    await work();
    const took = performance.now() - start;
    await turns();
    return { longest: histogram.max / 1e6, own, took };
  } finally {
    clearInterval(watch);
    histogram.disable();
  }
}

/** Milliseconds that this thread has computed (Linux, Documentation/scheduler/sched-stats), or simply the time. */
function look(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** A timeout alone may be due in the turn that it is set in. */
async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
