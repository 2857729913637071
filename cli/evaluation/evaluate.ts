/** alix eval <model>: measures, then writes report.json and report.html. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byError, distanceName, type Extractor } from '@alix/eval';
import type { Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { ensureWritableFolder, removeEmptyFolders, writeFileAtomic } from '@alix/infer/io/files';
import { unstack } from '@alix/infer/io/sheet';
import type { Context } from '../commands/command.js';
import type { ModelOptions } from '../options.js';
import { createProgress } from '../progress.js';
import { identity, needEncoder, withModel } from '../session.js';
import { type EvalImages, openImages } from './data.js';
import { type ExtractorOptions, withExtractor } from './extractors.js';
import { checkImages, type Measurements, type MetricName, measureModel, metricNames } from './measure.js';
import { checkNeeded } from './needed.js';
import { type EvalRecord, evalReport, rowsOf, type Shown } from './report.js';

interface Options extends ModelOptions, ExtractorOptions {
  readonly data?: string;
  readonly split: 'train' | 'test';
  readonly n?: number;
  readonly metrics?: string;
  readonly samples?: number;
  readonly seed: number;
  readonly featureSample: number;
  readonly output?: string;
}

const MOST_SAMPLES = 10_000;
/** Pairs of the best, the middle and the worst, and samples, that are shown. */
const SHOWN = 16;
const SHOWN_SAMPLES = 64;

export async function evaluate(argument: string, options: Options, context: Context): Promise<void> {
  const { data, output, batch, seed, featureSample } = options;
  if (data === undefined || output === undefined)
    return checkNeeded(options, { data: '--data', output: '-o, --output' }, 'eval');
  const metrics = namesOf(options);
  await withModel(argument, options, context, async (model) => {
    needEncoder(model);
    const images = await openImages(data, options.split, options.n);
    checkImages(model, images);
    const samples = options.samples ?? Math.min(images.n, MOST_SAMPLES);
    const made = await ensureWritableFolder(output);
    try {
      const measured = await withOptional(options, images, async (extractor) => {
        const bar = await createProgress(context, 'eval', 'images', images.n + samples);
        const onProgress = (pass: 'images' | 'samples', done: number) =>
          bar.update(pass === 'images' ? done : images.n + done, pass === 'images' ? '' : 'samples');
        try {
          const settings = { metrics, samples, featureSample, seed, batch, signal: context.signal, onProgress };
          return { found: await measureModel(model, images, extractor, settings), extractor };
        } finally {
          bar.stop();
        }
      });
      const record = recordOf(model, images, { ...options, samples }, measured);
      const shown = await picturesOf(model, images, measured.found, seed);
      await writeFileAtomic(join(output, 'report.html'), evalReport(record, shown));
      await writeFileAtomic(join(output, 'report.json'), `${JSON.stringify(record, null, 2)}\n`);
      if (context.json) return context.out(JSON.stringify({ ...record, output }));
      for (const { group, name, value, interval, n } of rowsOf(record))
        context.out(`${group}: ${name} ${value}${interval && ` (95 %: ${interval})`} over ${n} images`);
      for (const { metric, why } of record.skipped) context.log(`without ${metric}: ${why}`);
      context.log(`-> ${join(output, 'report.html')}`);
    } catch (error) {
      await removeEmptyFolders(output, made);
      throw error;
    }
  });
}

/** @throws AlixError 'usage' for an unknown metric, and for one of features without an extractor */
function namesOf({ metrics, extractor }: Options): MetricName[] | undefined {
  if (metrics === undefined) return undefined;
  return metrics.split(',').map((text) => {
    const name = metricNames.find((known) => known === text.trim());
    if (!name)
      throw new AlixError('usage', 'no such metric', {
        where: '--metrics',
        found: text,
        remedy: `choose of: ${metricNames.join(', ')}`,
      });
    if (['fd', 'kid', 'prdc'].includes(name) && extractor === undefined)
      throw new AlixError('usage', `${name} compares features, and there is nothing that makes them`, {
        where: '--metrics',
        remedy: 'name an --extractor',
      });
    return name;
  });
}

async function withOptional<T>(
  options: Options,
  images: EvalImages,
  work: (extractor?: Extractor) => Promise<T>,
): Promise<T> {
  return options.extractor === undefined ? work() : withExtractor(options.extractor, images, options, work);
}

function recordOf(
  model: Model,
  { dataset, split, n, size }: EvalImages,
  { samples, seed, batch, featureSample }: Options,
  { found, extractor }: { readonly found: Measurements; readonly extractor: Extractor | undefined },
): EvalRecord {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    format: 'alix-eval',
    version: 1,
    alixVersion: version,
    created: new Date().toISOString(),
    model: { ...identity(model), system: model.bundle.system, dataset: model.bundle.dataset, device: model.device },
    data: {
      name: dataset.name,
      split,
      n,
      of: dataset.count,
      size,
      fingerprint: dataset.fingerprint,
      ...(found.images && { images: found.images }),
    },
    ...(extractor && {
      extractor: { ...extractor.identity, d: extractor.d, distance: distanceName(extractor.identity) },
    }),
    conventions: {
      seed,
      samples,
      batch,
      pixel_range: [0, 1],
      reconstructions: "the decoder's float image of the encoder's mean, against stored pixels / 255",
      std: 'over images, ddof 0',
      ssim: '11x11 Gaussian window, sigma 1.5, inside the image, mean over channels',
      psnr: 'mean over images that differ from their originals',
      confidence: 0.95,
      ...(extractor && {
        features_of: 'images as stored: what the decoder makes is rounded to uint8',
        fd: 'covariances with ddof 1',
        kid: 'unbiased, all pairs, kernel (xy/d + 1)^3, float64, jackknife over 20 groups',
        prdc: "k = 5, edges out; the intervals of precision, recall and coverage are Wilson's, with the balls as they are",
        paired:
          'reconstructions are not independent of the images that they are compared with: their kernel distance may be below 0',
        feature_sample: featureSample,
      }),
    },
    metrics: found.metrics,
    skipped: found.skipped,
  };
}

/** The best, middle and worst reconstructions, made again, and samples. */
async function picturesOf(
  model: Model,
  { dataset, size, n }: EvalImages,
  { errors }: Measurements,
  seed: number,
): Promise<Shown> {
  const order = byError(errors);
  const middle = Math.max(0, Math.floor((n - SHOWN) / 2));
  const groups = [
    { heading: 'Best', rows: order.slice(0, SHOWN) },
    { heading: 'Median', rows: order.slice(middle, middle + SHOWN) },
    { heading: 'Worst', rows: order.slice(-SHOWN).reverse() },
  ];
  const pairs = [];
  for (const { heading, rows } of groups) {
    const data = await dataset.pixels!(Uint32Array.from(rows));
    const { pixels } = await model.reconstruct({ data, n: rows.length });
    const [originals, made] = [unstack(data, rows.length), unstack(pixels, rows.length)];
    const list = rows.map((row, i) => ({
      original: originals[i]!,
      reconstruction: made[i]!,
      name: `image ${row}`,
      caption: errors[row]!.toFixed(3),
    }));
    pairs.push({ heading, pairs: list });
  }
  const { pixels } = await model.sample(SHOWN_SAMPLES, { seed });
  return { size, groups: pairs, samples: unstack(pixels, SHOWN_SAMPLES) };
}
