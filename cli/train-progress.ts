/** A training run with its progress on the terminal. */
import type { RunConfig, RunResult, Progress as TrainProgress } from '@alix/train';
import type { Context } from './commands/command.js';
import { epochForecast } from './epoch-forecast.js';
import { createShareBar, duration, type ShareBar } from './progress.js';

interface Run {
  readonly config: RunConfig;
  readonly folder: string;
  readonly resume?: boolean;
  readonly threads?: number | undefined;
}

/** Where there is no bar: a line each so many milliseconds, so that logs show that it goes on. */
const LINE_EVERY = 10_000;

/**
 * Trains; the bar shows how much is done and left by whichever ends the run first, steps or time, with images per second
 * and the newest losses.
 *
 * @param plainLines a line now and then where stderr is no terminal
 */
export async function withProgress(context: Context, run: Run, plainLines = false): Promise<RunResult> {
  const { runTraining } = await import('@alix/train');
  const { config, folder, resume, threads } = run;
  const show = plainLines && !context.interactive ? lines(context) : bars(context);
  const forecast = epochForecast();
  const say = (line: string) => {
    show.stop();
    context.log(line);
  };
  try {
    return await runTraining({
      config,
      folder,
      resume: resume === true,
      signal: context.signal,
      ...(threads === undefined ? {} : { threads }),
      onEvent: say,
      onProgress: (progress) => {
        const told = forecast(progress);
        if (told) say(told);
        show.update(outlook(progress, config.batch), words(progress));
      },
    });
  } finally {
    show.stop();
  }
}

/** How much of a run is done, and how long the rest takes at the rate of now. */
export interface Outlook {
  /** 0 to 1; undefined where nothing but the user ends the run. */
  readonly share: number | undefined;
  readonly secondsLeft: number;
}

/** Steps or time: the one that leaves less. */
export function outlook(progress: TrainProgress, batch: number): Outlook {
  const { step, steps, imagesPerSecond, seconds, secondsLimit } = progress;
  const secondsLeft = Math.max(0, Math.min(((steps - step) * batch) / imagesPerSecond, secondsLimit - seconds));
  const share = Math.min(1, Math.max(step / steps, seconds / secondsLimit));
  const isEndless = !Number.isFinite(steps) && !Number.isFinite(secondsLimit);
  return { share: isEndless ? undefined : share, secondsLeft };
}

function words({ step, imagesPerSecond, metrics }: TrainProgress): string {
  const losses = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return `step ${step}, ${imagesPerSecond.toFixed(0)} images/s, ${losses.join(', ')}`;
}

interface Show {
  update(outlook: Outlook, note: string): void;
  /** Takes the bar away until the next update. */
  stop(): void;
}

function bars(context: Context): Show {
  let bar: ShareBar | undefined;
  return {
    update({ share, secondsLeft }, note) {
      bar ??= createShareBar(context, 'train', share !== undefined);
      bar.update(share ?? 0, secondsLeft, note);
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function lines(context: Context): Show {
  let next = 0;
  return {
    update({ share, secondsLeft }, note) {
      if (performance.now() < next) return;
      next = performance.now() + LINE_EVERY;
      const done = share === undefined ? '' : ` ${Math.floor(100 * share)}%, ${duration(secondsLeft)} left,`;
      context.log(`train${done} ${note}`);
    },
    stop() {},
  };
}
