/** Curves over the checkpoints of a run: some images through each of them. */
import { join } from 'node:path';
import {
  type CheckpointCurves,
  conventionsOf,
  type EvaluateOptions as EngineOptions,
  evaluate as measure,
  type Subject,
} from '@alix/eval';
import type { Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { Context } from '../commands/command.js';
import type { ModelOptions } from '../options.js';
import { createProgress } from '../progress.js';
import { version } from '../version.js';
import type { RunModels } from './run-models.js';
import { partsFolder } from './stores.js';
import { passing } from './unfinished.js';

export interface CurveOptions extends Pick<ModelOptions, 'device' | 'threads'> {
  /** The run folder. */
  readonly run: string;
  /** The first so many images. */
  readonly curveN?: number | undefined;
  readonly resume?: boolean | undefined;
  /** Where finished parts go. */
  readonly parts: string;
  readonly cache: EngineOptions['cache'];
}

/** Images by which the model is compared with the checkpoint of its step. */
const COMPARED = 16;

type Value = CheckpointCurves['points'][number]['values'][string];

/**
 * Checks, before anything is measured, that the model is of that run. What it gives measures the checkpoints; a damaged one is told and
 * passed over.
 *
 * @throws AlixError 'no-run', 'no-checkpoint', 'other-run'; from what it gives, those of evaluations
 */
export async function checkpointCurves(
  subject: Subject,
  options: CurveOptions,
  context: Context,
): Promise<() => Promise<CheckpointCurves>> {
  const { run, ...runs } = options;
  const { checkSameWeights, openRun } = await import('./run-models.js');
  const { model, images } = subject;
  const metrics = drawnOf(subject);
  const opened = await openRun(run, model, runs);
  const own = model.bundle.training.steps;
  const checkpoint = opened.steps.includes(own) ? await openWhole(opened.open, own, context) : undefined;
  if (checkpoint)
    try {
      const n = Math.min(COMPARED, images.n);
      const data = await images.read(Uint32Array.from({ length: n }, (_, row) => row));
      await checkSameWeights(model, checkpoint, { data, n }, run);
    } finally {
      await checkpoint.dispose();
    }
  return () => measureAll(subject, metrics, opened, options, context);
}

async function measureAll(
  { images, extractor, settings }: Subject,
  metrics: readonly string[],
  { steps, open }: RunModels,
  { run, curveN = 1000, resume, parts, cache }: CurveOptions,
  context: Context,
): Promise<CheckpointCurves> {
  const few = { ...images, n: Math.min(curveN, images.n) };
  const samples = metrics.includes('fd') ? few.n : undefined;
  const stores = steps.map((step) => partsFolder(join(parts, `checkpoint-${step}`)));
  const remove = () => Promise.all(stores.map((store) => store.remove()));
  if (!resume) await remove();
  const bar = await createProgress(context, 'curves', 'checkpoints', steps.length);
  const points: CheckpointCurves['points'][number][] = [];
  try {
    for (const [i, step] of steps.entries()) {
      bar.update(i, `step ${step}`);
      const checkpoint = await openWhole(open, step, context);
      if (!checkpoint) continue;
      try {
        const evaluation = await measure(
          { model: checkpoint, images: few, extractor, settings: { ...settings, options: {}, samples: few.n } },
          { metrics, lenient: true, signal: context.signal, parts: stores[i], cache, version: version() },
        );
        // a checkpoint whose samples are all equal has no distance, and the others have
        for (const { metric, why } of evaluation.skipped)
          context.log(`note: the checkpoint of step ${step} has no ${metric}: ${why}`);
        points.push({ step, values: valuesOf(evaluation.metrics) });
      } finally {
        await checkpoint.dispose();
      }
    }
    await remove();
  } catch (error) {
    if (error instanceof AlixError && !passing.has(error.code)) await remove();
    throw error;
  } finally {
    bar.stop();
  }
  if (points.length === 0)
    throw new AlixError('no-checkpoint', 'no whole checkpoint in this run', { where: run, remedy: 'train it first' });
  return { n: few.n, ...(samples !== undefined && { samples }), points };
}

/** The metrics that curves are of. @throws AlixError 'usage' where a tool has none of them */
function drawnOf({ extractor, settings: { compat } }: Subject): string[] {
  const names = (extractor ? ['mse', 'fd'] : ['mse']).filter(
    (name) => compat === undefined || Object.hasOwn(conventionsOf(compat).metrics, name),
  );
  if (names.length > 0) return names;
  throw new AlixError('usage', `curves are of mse and of fd, and ${compat} with these options has neither`, {
    where: '--run',
    remedy: 'leave out --run or --compat, or name an --extractor',
  });
}

async function openWhole(open: RunModels['open'], step: number, context: Context): Promise<Model | undefined> {
  try {
    return await open(step);
  } catch (error) {
    if (!(error instanceof AlixError) || error.code !== 'bad-checkpoint') throw error;
    context.log(`note: the checkpoint of step ${step} is passed over: ${error.message}`);
    return undefined;
  }
}

/** What is drawn, by its key. */
function valuesOf(metrics: Readonly<Record<string, unknown>>): Readonly<Record<string, Value>> {
  const drawn = ['mse', 'reconstructions.fd', 'samples.fd'].flatMap((key): [string, Value][] => {
    const found = metrics[key] as { mean?: number; value?: number; interval?: Value['interval'] } | undefined;
    const value = found?.value ?? found?.mean;
    if (value === undefined) return [];
    return [[key, { value, ...(found?.interval && { interval: found.interval }) }]];
  });
  return Object.fromEntries(drawn);
}
