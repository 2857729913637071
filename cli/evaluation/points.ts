/** alix eval of a model of points: modes of the mixture, errors of points and codes, and a report with their pictures. */
import { join } from 'node:path';
import {
  type EvalPoints,
  evaluatePoints,
  type PointRecord,
  pointRecord,
  pointReport,
  pointRows,
  shortInterval,
  shortNumber,
} from '@alix/eval';
import type { Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { writeFileAtomic } from '@alix/infer/io/files';
import { keptOptions, openDataset } from '@alix/train/datasets/index';
import type { Context } from '../commands/command.js';
import { createProgress } from '../progress.js';
import { version } from '../version.js';
import { trainedOn } from './data.js';
import type { EvaluateOptions } from './evaluate.js';
import { jsonText } from './written.js';

/** VEEGAN's protocol, which AIM follows: this many samples, within this many deviations of a mean. */
const SAMPLES = 2500;
const THRESHOLD = 3;

/** Options that mean something for images alone, by the names that a person writes. */
const OF_IMAGES: Partial<Record<keyof EvaluateOptions | 'lpips', string>> = {
  train: '--train',
  metrics: '--metrics',
  compat: '--compat',
  extractor: '--extractor',
  classifier: '--classifier',
  lpips: '--lpips',
  reference: '--reference',
  run: '--run',
};

/** @throws AlixError 'usage' for options of images; 'bad-data' where the data are no points */
export async function evaluateOfPoints(
  model: Model,
  data: string,
  output: string,
  options: EvaluateOptions,
  context: Context,
): Promise<PointRecord> {
  refuseOthers(options, model);
  const threshold = thresholdOf(options.set);
  const points = await openPoints(data, options, model);
  const settings = { samples: options.samples ?? SAMPLES, seed: options.seed, threshold, batch: options.batch };
  const bar = await createProgress(context, 'eval', 'points', settings.samples + points.rows.length / points.d);
  try {
    const evaluation = await evaluatePoints(model, points, settings, {
      signal: context.signal,
      onProgress: (done) => bar.update(done),
    });
    const record = pointRecord(model, points, settings, evaluation, {
      alixVersion: version(),
      created: new Date().toISOString(),
    });
    await writeFileAtomic(join(output, 'report.html'), pointReport(record, points.rows, evaluation));
    await writeFileAtomic(join(output, 'report.json'), jsonText(record));
    return record;
  } finally {
    bar.stop();
  }
}

export function tellPoints(record: PointRecord, output: string, context: Context): void {
  if (context.json) {
    context.out(JSON.stringify({ ...record, output }));
    return;
  }
  for (const { group, name, value, interval, n } of pointRows(record.metrics))
    context.out(
      `${group}: ${name} ${shortNumber(value)}${interval ? ` (95 %: ${shortInterval(interval)})` : ''} over ${n} points`,
    );
  for (const { metric, why } of record.skipped) context.log(`not measured: ${metric}, ${why}`);
  context.log(`-> ${join(output, 'report.html')}`);
}

function refuseOthers(options: EvaluateOptions, { bundle }: Model): void {
  for (const [name, flag] of Object.entries(OF_IMAGES))
    if (options[name as keyof EvaluateOptions] !== undefined)
      throw new AlixError('usage', 'this is of models of images, and the model is one of points', {
        where: `${flag}, ${bundle.name}`,
        remedy: 'leave it out',
      });
}

/** @throws AlixError 'bad-option' */
function thresholdOf(set: readonly string[]): number {
  let threshold = THRESHOLD;
  for (const text of set) {
    const [key, value = ''] = text.split('=', 2);
    if (key !== 'modes.threshold')
      throw new AlixError('bad-option', 'no such option of a model of points', {
        where: text,
        remedy: 'the one there is: modes.threshold, in standard deviations',
      });
    threshold = Number(value);
    if (value.trim() === '' || !Number.isFinite(threshold) || threshold <= 0)
      throw new AlixError('bad-option', 'a value that the option cannot have', {
        where: text,
        expected: 'a number above 0',
      });
  }
  return threshold;
}

async function openPoints(
  data: string,
  { split, n: limit = Number.POSITIVE_INFINITY }: EvaluateOptions,
  { bundle }: Model,
): Promise<EvalPoints> {
  const before = trainedOn(bundle);
  // a mixture is drawn by its seed: that of training, so that the splits are those that it was trained and watched with
  const seed = (bundle.training.config as { seed?: unknown }).seed;
  const dataset = await openDataset(data, {
    split,
    seed: typeof seed === 'number' ? seed : 0,
    options: before ? await keptOptions(data, before) : {},
  });
  const { name, kind, shape, count, fingerprint, mixture } = dataset;
  if (kind !== 'points')
    throw new AlixError('bad-data', 'the model is one of points, and these are none', { where: data, found: kind });
  const n = Math.min(limit, count);
  const rows = await dataset.batch(Uint32Array.from({ length: n }, (_, i) => i));
  return { name, rows, d: shape[0] ?? 0, of: count, fingerprint, split, ...(mixture && { mixture }) };
}
