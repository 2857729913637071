/** How long the event loop of this thread stood still, beside that of a thread which does nothing: a starved machine stops both. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

export interface LoopDelay {
  /** Milliseconds. */
  readonly longest: number;
  /** The same of an idle thread meanwhile. */
  readonly idle: number;
  /** How long the work took, in milliseconds. */
  readonly took: number;
}

const IDLE = `
  const { parentPort } = require('node:worker_threads');
  const histogram = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
  parentPort.on('message', (word) => {
    if (word === 'begin') histogram.enable();
    parentPort.postMessage(histogram.max / 1e6);
  });`;

export async function loopDelayDuring(work: () => Promise<unknown>): Promise<LoopDelay> {
  const idle = new Worker(IDLE, { eval: true });
  const ask = (word: string) =>
    new Promise<number>((resolve) => {
      idle.once('message', resolve);
      idle.postMessage(word);
    });
  try {
    await ask('begin');
    const histogram = monitorEventLoopDelay({ resolution: 5 });
    histogram.enable();
    // it measures from its timer's first turn on, and records what stood still last when the timer comes again
    await turns();
    const start = performance.now();
    await work();
    const took = performance.now() - start;
    await turns();
    histogram.disable();
    return { longest: histogram.max / 1e6, idle: await ask('end'), took };
  } finally {
    await idle.terminate();
  }
}

/**
 * Measures until the machine was not starved meanwhile, five times at most. Work that blocks the loop does so every time, and is
 * told at the first calm measurement: repeating hides nothing.
 */
export async function calmLoopDelay(work: () => Promise<unknown>, bar: number): Promise<LoopDelay> {
  for (let attempt = 1; ; attempt++) {
    const delay = await loopDelayDuring(work);
    if (delay.longest < bar || delay.idle < bar / 2 || attempt === 5) return delay;
  }
}

/** A timeout alone may be due in the turn that it is set in. */
async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
