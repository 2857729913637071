/** A progress bar with rate and time left, on stderr, on a terminal only. */
import type { Context } from './commands/command.js';

export interface Progress {
  /** Bound, so that it can be passed on as a callback. A text after the count is shown behind the bar, e.g. a loss. */
  readonly update: (done: number, note?: unknown) => void;
  /** Takes the bar away. Call it before anything else is printed, also after an error. */
  stop(): void;
}

/**
 * ```ts
 * const progress = await createProgress(context, 'encode', 'images', 10_000);
 * ```
 * @param total how many there are in all; undefined shows count and rate alone
 */
export async function createProgress(
  context: Pick<Context, 'interactive'>,
  label: string,
  unit: string,
  total: number | undefined,
): Promise<Progress> {
  if (!context.interactive) return { update() {}, stop() {} };
  const { default: library } = await import('cli-progress');
  const bar = new library.SingleBar({
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
    format: total === undefined ? '{label} {value} {unit} {rate}/s {note}' : fullFormat,
  });
  const start = performance.now();
  const payload = (done: number, note: string) => ({ label, unit, note, rate: rate(done, performance.now() - start) });
  bar.start(total ?? 0, 0, payload(0, ''));
  return {
    update(done, note) {
      bar.update(done, payload(done, typeof note === 'string' ? note : ''));
    },
    stop() {
      bar.stop();
    },
  };
}

const fullFormat = '{label} [{bar}] {percentage}% {value}/{total} {unit} {rate}/s, {eta_formatted} left {note}';

/** Things per second, with the digits that mean something. */
export function rate(done: number, milliseconds: number): string {
  const perSecond = milliseconds > 0 ? (done * 1000) / milliseconds : 0;
  return perSecond >= 100 ? `${Math.round(perSecond)}` : perSecond.toPrecision(2);
}
