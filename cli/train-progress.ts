/** A training run with its progress on the terminal. */
import type { RunConfig, TrainResult } from '@alix/train';
import type { Context } from './commands/command.js';
import { createProgress, type Progress } from './progress.js';

interface Run {
  readonly config: RunConfig;
  readonly folder: string;
  readonly resume?: boolean;
  readonly threads?: number | undefined;
}

/** Trains; the bar shows steps, time left, images per second and the newest losses. */
export async function withProgress(context: Context, { config, folder, resume, threads }: Run): Promise<TrainResult> {
  const { runTraining } = await import('@alix/train');
  let bar: Promise<Progress> | undefined;
  let progress: Progress | undefined;
  try {
    return await runTraining({
      config,
      folder,
      resume: resume === true,
      signal: context.signal,
      ...(threads === undefined ? {} : { threads }),
      onEvent(line) {
        // the bar is on the line that the words want
        progress?.stop();
        progress = undefined;
        bar = undefined;
        context.log(line);
      },
      onProgress({ step, steps, imagesPerSecond, metrics }) {
        bar ??= createProgress(context, 'train', 'steps', Number.isFinite(steps) ? steps : undefined).then((made) => {
          progress = made;
          return made;
        });
        const losses = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(3)}`);
        progress?.update(step, `${imagesPerSecond.toFixed(0)} images/s, ${losses.join(', ')}`);
      },
    });
  } finally {
    (await bar)?.stop();
  }
}
