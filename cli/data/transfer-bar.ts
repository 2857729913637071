/** Progress of downloads: one bar per file with megabytes, the rate of the last seconds and the time left. */
import type { Context } from '../commands/command.js';
import { createShareBar, type ShareBar } from '../progress.js';

export interface TransferBar {
  /** Bound. `done` counts what earlier runs left too, the rate does not. */
  readonly update: (stage: string, done: number, total: number | undefined) => void;
  /** Bound. A line above the bar. */
  readonly message: (line: string) => void;
  /** Bound. */
  readonly stop: () => void;
}

/** Milliseconds over which the rate is taken. */
const WINDOW = 5000;
/** Milliseconds between two drawings. */
const EVERY = 100;

export function transferBar(context: Pick<Context, 'interactive' | 'log'>, now = () => performance.now()): TransferBar {
  let stage: string | undefined;
  let bar: ShareBar | undefined;
  let drawn = 0;
  let past: { readonly at: number; readonly done: number }[] = [];
  const stop = () => {
    bar?.stop();
    [bar, stage] = [undefined, undefined];
  };
  return {
    stop,
    message(line) {
      stop();
      context.log(line);
    },
    update(name, done, total) {
      const at = now();
      // a file that begins anew does so from fewer bytes
      if (name !== stage || done < (past.at(-1)?.done ?? 0)) {
        stop();
        stage = name;
        past = [];
        drawn = 0;
        bar = createShareBar(context, name, total !== undefined);
      }
      past = [...past.filter((point) => at - point.at < WINDOW), { at, done }];
      if (at - drawn < EVERY && done !== total) return;
      drawn = at;
      const { note, secondsLeft } = transferNote(past, total);
      bar?.update(total ? done / total : 0, secondsLeft, note);
    },
  };
}

/** "12.3 of 182.0 MB, 4.5 MB/s", and how long the rest takes at that rate. */
export function transferNote(
  past: readonly { readonly at: number; readonly done: number }[],
  total: number | undefined,
): { readonly note: string; readonly secondsLeft: number } {
  const [first, last] = [past[0], past.at(-1)];
  const done = last?.done ?? 0;
  const seconds = ((last?.at ?? 0) - (first?.at ?? 0)) / 1000;
  const rate = seconds > 0 ? (done - (first?.done ?? 0)) / seconds : 0;
  const mega = (bytes: number) => (bytes / 1e6).toFixed(1);
  return {
    note: `${mega(done)}${total === undefined ? '' : ` of ${mega(total)}`} MB, ${mega(rate)} MB/s`,
    secondsLeft: total !== undefined && rate > 0 ? (total - done) / rate : 0,
  };
}
