/** A whole run: folder, data and TensorFlow made ready, then the training loop. What `alix train` calls, and a program can. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { orLeftOut } from '@alix/infer/io/leave-out';
import { beginnings } from './beginnings.js';
import { checkBest } from './best.js';
import { checkShape } from './check-data.js';
import { checkpointSteps, removeUnfinished } from './checkpoints.js';
import type { RunConfig } from './config.js';
import type { Dataset } from './datasets/dataset.js';
import { openDataset, type SkippedImage } from './datasets/index.js';
import { type Design, design } from './design.js';
import { checkUnchanged, keepExtensions, loadExtensions } from './extensions/index.js';
import { initInWords } from './init.js';
import { leftOutInWords, skippingOf } from './leaving-out.js';
import { type MeanImageError, meanImageError, meanImageInWords } from './mean-image-error.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import { checkSameRun, createRun, readRun, writeRun } from './run-folder.js';
import { lockRun } from './run-lock.js';
import { multipliesInBfloat16, NO_BFLOAT16 } from './tensorflow/bfloat16.js';
import { loadTensorflow, nodeBackend } from './tensorflow/load.js';
import { usualThreads } from './threads.js';
import type { Progress, TrainResult } from './trainer.js';

/** What `runTraining` is asked for. */
export interface RunRequest {
  /** Absent only with `resume`: the run's own configuration is then taken. */
  readonly config?: RunConfig;
  readonly folder: string;
  /** Continue the run in `folder`; where there is none and a configuration is given, begin it. */
  readonly resume?: boolean;
  /** Threads of TensorFlow; unless given all cores, or one where the networks are tiny (threads.ts). */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Told after each step. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told in one line of what is worth a line: epochs, checkpoints, what was passed over. */
  readonly onEvent?: (line: string) => void;
}

/** What came of a run. */
export interface RunResult extends TrainResult {
  /** Images that could not be read and were left out, as run.json has them. */
  readonly skipped: readonly SkippedImage[];
  /** The error of the mean image on the held-out rows; undefined where no reconstructions of images are measured. */
  readonly meanImage: MeanImageError | undefined;
}

const { version } = createRequire(import.meta.url)('@alix/train/package.json') as { version: string };

/**
 * Trains a run in `folder`.
 *
 * @throws AlixError 'bad-config', 'output-exists', 'no-tensorflow', 'bad-data', 'diverged', ...
 */
export async function runTraining(request: RunRequest): Promise<RunResult> {
  const { folder } = request;
  // a run that was killed before run.json is begun, if it is known what it is
  const isThere = existsSync(join(folder, 'run.json')) || !request.config;
  const before = request.resume && isThere ? await readRun(folder) : undefined;
  const asked = request.config ?? before?.config;
  if (!asked) throw new AlixError('bad-config', 'a new run needs a configuration');
  for (const { extensions } of before ? [before.config, asked] : [asked]) await loadExtensions({ extensions }, folder);
  if (before) await checkUnchanged(before.config.extensions, asked.extensions);
  const designed = design(asked);
  const { architecture, config } = designed;
  checkBest(config.best);
  if (before) checkSameRun(design(before.config).config, config, folder);
  const skipping = skippingOf(config, before, request);
  const open = (split: 'train' | 'test') => {
    const { source, options } = config.data;
    return openDataset(source, { split, options, seed: config.seed, skipping: skipping?.of(split) });
  };
  const data = await open('train');
  const heldOut = await open('test');
  for (const part of [data, heldOut]) checkShape(part, architecture.data, config.architecture.name);
  checkEnds(designed, data);
  if (before && before.data.fingerprint !== data.fingerprint)
    throw new AlixError('bad-data', 'the data are not those that the run began with', {
      where: data.name,
      expected: `fingerprint ${before.data.fingerprint}`,
      found: data.fingerprint,
      remedy: 'put them back as they were, say where they are with --data, or start another run with -o',
    });
  const skipped = skipping?.skipped ?? [];
  const leftOut = leftOutInWords(skipped);
  if (leftOut) request.onEvent?.(leftOut);
  const begun = before && (await checkpointSteps(folder)).length > 0;
  const start = begun ? undefined : await beginnings(config, data);
  const init = start?.init;
  if (init && before?.init && before.init.sha256 !== init.record.sha256)
    throw new AlixError('bad-init', 'the run that this one starts from has other weights by now', {
      where: config.init,
      expected: `those of step ${before.init.step}`,
      found: `step ${init.record.step}`,
      remedy: `start another run with -o, with --init ${before.init.run}/checkpoint-${before.init.step} if it is still there`,
    });
  if (init) request.onEvent?.(initInWords(init));
  const mean = before?.meanImage ?? (await meanImageError(designed, data, heldOut));
  if (mean && !before?.meanImage) request.onEvent?.(meanImageInWords(mean));
  // before the lock, which makes the folder: without TensorFlow nothing is left behind
  const { threads } = request;
  const tf = await loadTensorflow({
    ...(threads === undefined ? {} : { threads }),
    usualThreads: usualThreads(designed),
    bfloat16: config.bfloat16,
  });
  if (config.bfloat16 && !multipliesInBfloat16(tf)) request.onEvent?.(NO_BFLOAT16);
  const lock = await lockRun(folder, request);
  try {
    await removeUnfinished(folder);
    // its end or its data's place may be new, and a later --resume has only this to go by
    if (before)
      await writeRun(folder, {
        ...before,
        data: { ...before.data, name: data.name },
        ...(mean && { meanImage: mean }),
        config,
      });
    else
      await createRun(folder, {
        alixVersion: version,
        tensorflowVersion: `${nodeBackend().binding.TF_Version} (tfjs ${tf.version_core})`,
        nodeVersion: process.versions.node,
        created: new Date().toISOString(),
        data: {
          name: data.name,
          count: data.count,
          fingerprint: data.fingerprint,
          ...(data.options && { options: data.options }),
          ...(skipped.length > 0 && { skipped: [...skipped] }),
        },
        ...(init && { init: init.record }),
        ...(mean && { meanImage: mean }),
        config,
      });
    await keepExtensions(config, folder);
    const { train } = await import('./trainer.js');
    const result = await train({ ...request, config, data, heldOut, start, isMine: () => lock.isHeld() }).catch(
      (error: unknown) => {
        throw skipping ? error : orLeftOut(error);
      },
    );
    return { ...result, skipped, meanImage: mean };
  } finally {
    // on a disk that takes nothing any more it fails too, and must not hide why the run ended
    await lock.release().catch(() => undefined);
  }
}

/** A run must end, and an epoch must hold a step. */
function checkEnds(designed: Design, data: Dataset): void {
  const { length, batch } = designed.config;
  if (Object.values(length).every((end) => end === undefined))
    throw new AlixError('bad-config', 'nothing says when the run ends', {
      remedy: 'give --epochs, --steps or --hours, or "length" in the configuration',
    });
  const minibatches = minibatchesPerStep(designed);
  if (data.count >= batch * minibatches) return;
  const needed =
    minibatches === 1 ? 'one batch' : `the ${minibatches} batches of a step, one for each update of a player`;
  throw new AlixError('bad-config', `the data set is smaller than ${needed}`, {
    where: data.name,
    expected: `at least ${batch * minibatches} rows`,
    found: `${data.count}`,
    remedy:
      data.count >= minibatches
        ? `choose a smaller batch: --set batch=${Math.floor(data.count / minibatches)}, or less`
        : 'add more images',
  });
}
