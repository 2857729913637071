/** Progress of work that has several stages, each with its own length: one bar after another, or one line per stage. */
import type { Context } from './commands/command.js';
import { createProgress, type Progress } from './progress.js';

export interface StageBars {
  /** Bound. `done` and `total` are bytes; a stage that only goes from 0 to 1 gets no bar. */
  readonly update: (stage: string, done: number, total: number) => void;
  /** Bound. Takes the bar away; resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

export function stageBars(context: Pick<Context, 'interactive' | 'log'>): StageBars {
  let stage: string | undefined;
  let bar: Progress | undefined;
  // Bars start asynchronously; what is asked of them waits its turn here.
  let queue = Promise.resolve();
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const stop = () => {
    queue = queue.then(() => {
      bar?.stop();
      bar = undefined;
    });
    return queue;
  };
  return {
    stop,
    update(name, done, total) {
      if (name !== stage) {
        stage = name;
        void stop();
        if (!context.interactive || total === 1) context.log(name);
        if (total > 1) {
          queue = queue.then(async () => {
            bar = await createProgress(context, name, 'MB', megabytes(total));
          });
        }
      }
      queue = queue.then(() => bar?.update(megabytes(done)));
    },
  };
}
