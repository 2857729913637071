/** A progress bar with rate and time left, on stderr, on a terminal only. */
import { createRequire } from 'node:module';
import type { Context } from './commands/command.js';

export interface Progress {
  /** Bound, so that it can be passed on as a callback. A text after the count is shown behind the bar, e.g. a loss. */
  readonly update: (done: number, note?: unknown) => void;
  /** How many there are in all, once it is known better. */
  setTotal(total: number): void;
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
  if (!context.interactive) return { update() {}, setTotal() {}, stop() {} };
  const { default: library } = await import('cli-progress');
  const start = performance.now();
  // as of the last update: between two the bar is drawn again
  let perSecond = '';
  const bar = new library.SingleBar({
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
    format: (options, { progress, value, total: all, eta }, { note }: Payload) => {
      if (total === undefined) return `${label} ${value} ${unit}${perSecond} ${note}`;
      // nothing is known of the time before the first are done
      const left = value > 0 && Number.isFinite(eta) ? `, ${library.Format.TimeFormat(eta, options, 5)} left` : '';
      const drawn = library.Format.BarFormat(progress, options);
      return `${label} [${drawn}] ${Math.floor(100 * progress)}% ${value}/${all} ${unit}${perSecond}${left} ${note}`;
    },
  });
  bar.start(total ?? 0, 0, { note: '' } satisfies Payload);
  return {
    update(done, note) {
      if (done > 0) perSecond = ` ${rate(done, performance.now() - start)}/s`;
      bar.update(done, { note: typeof note === 'string' ? note : '' } satisfies Payload);
    },
    setTotal: (all) => bar.setTotal(all),
    stop() {
      bar.stop();
    },
  };
}

interface Payload {
  readonly note: string;
}

/** Things per second, with the digits that mean something. */
export function rate(done: number, milliseconds: number): string {
  const perSecond = milliseconds > 0 ? (done * 1000) / milliseconds : 0;
  return perSecond >= 100 ? `${Math.round(perSecond)}` : perSecond.toPrecision(2);
}

/** A bar of work whose share and time left the caller knows better than a count would tell. */
export interface ShareBar {
  /** @param share of the work that is done, 0 to 1 */
  update(share: number, secondsLeft: number, note: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** @param bounded false where nobody knows how much there is: the note alone is shown */
export function createShareBar(context: Pick<Context, 'interactive'>, label: string, bounded: boolean): ShareBar {
  if (!context.interactive) return { update() {}, stop() {} };
  const { SingleBar } = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress');
  const bar = new SingleBar({
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    format: bounded ? '{label} [{bar}] {percentage}%, {left} left, {note}' : '{label} {note}',
  });
  bar.start(1000, 0, { label, left: '', note: '' });
  return {
    update: (share, secondsLeft, note) =>
      bar.update(Math.floor(1000 * share), { label, left: duration(secondsLeft), note }),
    stop: () => bar.stop(),
  };
}

/** 75 -> "1m15s", as short as it can be said. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours}h${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m${String(whole % 60).padStart(2, '0')}s` : `${whole}s`;
}
