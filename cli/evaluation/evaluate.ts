/** alix eval <model>: measures, then writes report.json and report.html. */
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import {
  type CompatTool,
  checkSameExtractor,
  type EvalRecord,
  evalRecord,
  makeGallery,
  evaluate as measure,
  measures,
  parseOptions,
  type ReferenceSet,
  rowsOf,
  type Subject,
  shortInterval,
  shortNumber,
  warningsOf,
} from '@alix/eval';
import { AlixError } from '@alix/infer/io/errors';
import { ensureWritableFolder, removeEmptyFolders } from '@alix/infer/io/files';
import { cacheFolder } from '@alix/train/tensorflow/cache';
import type { Context } from '../commands/command.js';
import type { ModelOptions } from '../options.js';
import { planned } from '../plan.js';
import { createProgress } from '../progress.js';
import { needEncoder, withModel } from '../session.js';
import { type SkipFlags, skippingOf, tellSkipped } from '../skip-options.js';
import { version } from '../version.js';
import { checkpointCurves } from './curves.js';
import { type OpenImages, openImages, trainedOn } from './data.js';
import { type ClassifierOptions, type ExtractorOptions, type Networks, withNetworks } from './extractors.js';
import { readReference } from './files.js';
import { checkNeeded } from './needed.js';
import { originNotes } from './origin-notes.js';
import { evalPlan } from './plan.js';
import { evaluateOfPoints, tellPoints } from './points.js';
import { runIdentity } from './run-identity.js';
import { cacheStore, partsFolder, removeUnfinishedReports } from './stores.js';
import { afterFailure } from './unfinished.js';
import { checkPictures, writeReport } from './written.js';

export interface EvaluateOptions extends ModelOptions, ExtractorOptions, ClassifierOptions, SkipFlags {
  readonly data?: string;
  readonly split: 'train' | 'test';
  readonly n?: number;
  readonly train?: string;
  readonly metrics?: string;
  readonly set: readonly string[];
  readonly compat?: CompatTool;
  readonly samples?: number;
  readonly seed: number;
  readonly featureSample: number;
  readonly reference?: string;
  readonly run?: string;
  readonly curveN?: number;
  readonly cache: boolean;
  readonly resume?: boolean;
  readonly output?: string;
}

export const MOST_SAMPLES = 10_000;
/** In the output folder, while it is not finished. */
export const PARTS = 'parts';

export async function evaluate(argument: string, options: EvaluateOptions, context: Context): Promise<void> {
  const { data, output } = options;
  if (data === undefined || output === undefined)
    return checkNeeded(options, { data: '--data', output: '-o, --output' }, 'eval');
  if (options.curveN !== undefined && options.run === undefined)
    throw new AlixError('usage', '--curve-n is of the curves of a run, and none is named', {
      remedy: 'name it with --run',
    });
  const metrics = options.metrics?.split(',').map((name) => name.trim());
  const [skipping, ofTrain] = [await skippingOf(options, context), await skippingOf(options, context)];
  await withModel(argument, options, context, async (model) => {
    if (context.dryRun) {
      planned(context, await evalPlan(model, { ...options, data, output }));
      return;
    }
    if (model.bundle.points) {
      const record = await intoFolder(output, () => evaluateOfPoints(model, data, output, options, context));
      return tellPoints(record, output, context);
    }
    const settings = settingsOf(options);
    needEncoder(model);
    const before = trainedOn(model.bundle);
    const images = await openImages(data, options.split, { limit: options.n, before, skipping });
    // the same limit, another list: the two may be parts of one folder
    const train =
      options.train === undefined ? undefined : await openImages(options.train, 'train', { before, skipping: ofTrain });
    await withNetworks(options, images.size, async (networks) => {
      const subject: Subject = {
        model,
        images,
        train,
        ...networks,
        reference: options.reference === undefined ? undefined : await referenceOf(options.reference, networks),
        settings: settings(images.n),
      };
      const record = await intoFolder(output, () =>
        measured(subject, images, { ...options, output, metrics, trainSkipped: train?.skipped ?? [] }, context),
      );
      tell(record, output, context);
      tellSkipped([...images.skipped, ...(train?.skipped ?? [])], context, join(output, 'report.json'));
    });
  });
}

/** @throws AlixError 'bad-option' before any image is read */
function settingsOf({ set, compat, seed, batch, featureSample, samples }: EvaluateOptions) {
  const options = parseOptions(set, measures);
  return (n: number) => ({
    samples: samples ?? Math.min(n, MOST_SAMPLES),
    seed,
    batch,
    featureSample,
    options,
    ...(compat && { compat }),
  });
}

/** @throws AlixError 'other-extractor'; 'bad-shape' where the reference is of as many features as the extractor makes */
async function referenceOf(path: string, { extractor }: Networks): Promise<ReferenceSet> {
  if (!extractor)
    throw new AlixError('usage', 'a reference is compared by features, and there is nothing that makes them', {
      where: '--reference',
      remedy: 'name the --extractor that it was made with',
    });
  const found = await readReference(path);
  const name = basename(path);
  if (found.kind === 'features') checkSameExtractor(extractor.identity, found.file.extractor, path);
  const set = found.kind === 'features' ? found.file : { gaussian: found.gaussian };
  const d = found.kind === 'features' ? found.file.statistics.d : found.gaussian.mean.length;
  if (d !== extractor.d)
    throw new AlixError('bad-shape', 'the reference has other features than the extractor makes', {
      where: path,
      expected: `${extractor.d}`,
      found: `${d}`,
    });
  return { name, sha256: found.sha256, ...set };
}

async function measured(
  subject: Subject,
  images: OpenImages,
  options: Omit<EvaluateOptions, 'metrics'> & {
    readonly output: string;
    readonly metrics: readonly string[] | undefined;
    readonly trainSkipped: OpenImages['skipped'];
  },
  context: Context,
): Promise<EvalRecord> {
  const { model } = subject;
  const { signal } = context;
  await checkPictures(options.output);
  const parts = partsFolder(join(options.output, PARTS));
  const note = (text: string) => context.log(`note: ${text}`);
  if (!options.resume) await parts.remove();
  else if (!(await parts.any())) note('there is nothing to resume: it begins anew');
  const cache = options.cache
    ? cacheStore(join(cacheFolder({ env: process.env, platform: process.platform, home: homedir() }), 'eval'), note)
    : undefined;
  const total = images.n + subject.settings.samples + (subject.train?.n ?? 0);
  const { run, resume } = options;
  const curves =
    run === undefined
      ? undefined
      : await checkpointCurves(
          subject,
          { ...options, run, resume, cache, parts: join(options.output, PARTS) },
          context,
        );
  const bar = await createProgress(context, 'eval', 'images', total);
  try {
    const evaluation = await measure(subject, {
      metrics: options.metrics,
      signal,
      onProgress(pass, done, all) {
        // metrics that are measured may not need every pass
        bar.setTotal(all);
        bar.update(done, pass);
      },
      onNote: note,
      parts,
      cache,
      version: version(),
    });
    bar.stop();
    const record = evalRecord(subject, evaluation, {
      alixVersion: version(),
      created: new Date().toISOString(),
      split: images.split,
      of: images.dataset.count,
      notes: originNotes(images.dataset.origin),
      skipped: images.skipped,
      trainSkipped: options.trainSkipped,
      curves: await curves?.(),
      run: runIdentity(model.bundle.training),
    });
    const gallery = await makeGallery(model, images, evaluation.errors, { seed: options.seed, signal });
    await writeReport(options.output, record, gallery);
    await parts.remove();
    await removeUnfinishedReports(options.output);
    return record;
  } catch (error) {
    throw await afterFailure(error, parts);
  } finally {
    bar.stop();
  }
}

/** A folder that was made for nothing goes away again. */
async function intoFolder<T>(output: string, work: () => Promise<T>): Promise<T> {
  const made = await ensureWritableFolder(output);
  try {
    return await work();
  } catch (error) {
    await removeEmptyFolders(output, made);
    throw error;
  }
}

function tell(record: EvalRecord, output: string, context: Context): void {
  if (context.json) {
    context.out(JSON.stringify({ ...record, output }));
    return;
  }
  for (const { group, name, value, interval, n } of rowsOf(record))
    context.out(
      `${group}: ${name} ${shortNumber(value)}${interval ? ` (95 %: ${shortInterval(interval)})` : ''} over ${n} images`,
    );
  for (const warning of warningsOf(record)) context.log(`note: ${warning}`);
  if (record.skipped.length > 0)
    context.log(`not measured, and the report says why: ${record.skipped.map(({ metric }) => metric).join(', ')}`);
  context.log(`-> ${join(output, 'report.html')}`);
}
