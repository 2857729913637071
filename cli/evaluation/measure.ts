/** One pass over the images feeds every metric of reconstructions and codes; a second over samples from the prior. */
import {
  activeUnits,
  codeReconstruction,
  type Extractor,
  imageErrors,
  latentDiagnostics,
  meanInterval,
  psnr,
  ssim,
  summariseErrors,
  summarisePsnr,
  unitDivergence,
} from '@alix/eval';
import { type Model, meanAndStd, sampleBatches } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { collectFeatures, type FeatureCollector } from './collect.js';
import type { EvalImages } from './data.js';
import { distances, featureMetrics } from './distances.js';

/** What `--metrics` takes. */
export const metricNames = ['mse', 'psnr', 'ssim', 'codes', ...featureMetrics] as const;
export type MetricName = (typeof metricNames)[number];

export interface MeasureOptions {
  /** Those asked for by name, which are an error where they cannot be had; undefined: all that can. */
  readonly metrics?: readonly MetricName[] | undefined;
  readonly samples: number;
  readonly featureSample: number;
  readonly seed: number;
  readonly batch: number;
  readonly signal: AbortSignal;
  /** Images done, in the pass over the data and then over samples. */
  readonly onProgress: (pass: 'images' | 'samples', done: number) => void;
}

/** A metric that was not asked for by name and could not be had. */
export interface SkippedMetric {
  readonly metric: string;
  readonly why: string;
}

export interface Measurements {
  readonly n: number;
  /** What names the images, whatever their order. */
  readonly images: string | undefined;
  /** By metric; `reconstructions` and `samples` hold those of features. */
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly skipped: readonly SkippedMetric[];
  /** [n] mean squared errors, in the data's order. */
  readonly errors: Float64Array;
}

export async function measureModel(
  model: Model,
  images: EvalImages,
  extractor: Extractor | undefined,
  options: MeasureOptions,
): Promise<Measurements> {
  const { seed, signal, batch, onProgress } = options;
  const skipped: SkippedMetric[] = [];
  const metrics: Record<string, unknown> = {};
  const wanted = (name: MetricName) => options.metrics?.includes(name) ?? true;
  const attempt = async (name: MetricName, work: () => unknown, key: string = name) => {
    if (!wanted(name)) return;
    try {
      metrics[key] = await work();
    } catch (error) {
      if (options.metrics || !(error instanceof AlixError) || error.code === 'interrupted') throw error;
      skipped.push({ metric: key, why: error.message });
    }
  };
  const features = extractor ? featureMetrics.filter(wanted) : [];
  const collector = () => extractor && collectFeatures(extractor.identity, extractor.d, options.featureSample);
  const [real, made, fresh] = [collector(), collector(), collector()];
  const d = model.latent.size;
  const isRandom = !model.bundle.encoder?.deterministic;
  const errors = new Float64Array(images.n);
  const similarities = new Float64Array(images.n);
  const canCompare = wanted('ssim') && (options.metrics || Math.min(images.size.height, images.size.width) >= 11);
  const codes = {
    mean: new Float32Array(images.n * d),
    log: new Float32Array(images.n * d),
    drawn: new Float32Array(images.n * d),
  };
  for await (const { start, n, pixels } of images.batches(batch, signal)) {
    const names = Array.from({ length: n }, (_, i) => `${start + i}`);
    const sample = isRandom ? { seed } : undefined;
    const { mean, logVariance, latent } = await model.encode({ data: pixels, n, names }, { batch, signal, sample });
    const back = await model.decode(mean, { batch, signal });
    errors.set(imageErrors(pixels, back.image, n), start);
    if (canCompare)
      similarities.set(
        ssim(
          Float32Array.from(pixels, (v) => v / 255),
          back.image,
          images.size,
        ),
        start,
      );
    codes.mean.set(mean, start * d);
    if (logVariance)
      codes.log.set(
        logVariance.map((v) => v / 2),
        start * d,
      );
    codes.drawn.set(latent ?? mean, start * d);
    if (extractor && real && made && features.length > 0) {
      real.add(pixels, await extractor.extract(pixels, n));
      made.add(back.pixels, await extractor.extract(back.pixels, n), names);
    }
    onProgress('images', start + n);
  }
  await attempt('mse', () => {
    const { mse, rmse } = summariseErrors(errors);
    metrics.rmse = { ...rmse, n: images.n, interval: meanInterval(errors.map(Math.sqrt)) };
    return { ...mse, n: images.n, interval: meanInterval(errors) };
  });
  await attempt('psnr', () => ({
    ...summarisePsnr(errors),
    interval: meanInterval(psnr(errors).filter(Number.isFinite)),
  }));
  await attempt('ssim', () => {
    if (!canCompare) throw new AlixError('bad-shape', 'images smaller than the window of SSIM, 11x11');
    return { ...meanAndStd(similarities), n: images.n, interval: meanInterval(similarities) };
  });
  const again = await samplePass(model, extractor, features.length > 0 ? fresh : undefined, wanted('codes'), options);
  await attempt('codes', () => {
    if (model.latent.prior !== 'normal')
      throw new AlixError('bad-option', 'codes are compared with a normal prior', { found: model.latent.prior });
    const { mean, std, skewness, excessKurtosis, ...rest } = latentDiagnostics({ data: codes.drawn, d });
    const units = {
      mean,
      std,
      skewness,
      excessKurtosis,
      variance_of_mean: activeUnits({ data: codes.mean, d }).variance,
    };
    const { active, threshold } = activeUnits({ data: codes.mean, d });
    const { mse, explained, n } = codeReconstruction({ data: again.latent, d }, { data: again.mean, d });
    const divergence = isRandom ? unitDivergence({ data: codes.mean, d }, { data: codes.log, d }) : undefined;
    return {
      ...rest,
      of: isRandom ? 'draws of q(z|x)' : 'codes of a deterministic encoder',
      active: { active, threshold },
      there_and_back: { n, mse, explained: meanAndStd(explained).mean },
      ...(divergence && { divergence: divergence.reduce((sum, value) => sum + value, 0) }),
      units: Object.fromEntries(
        Object.entries({ ...units, explained, ...(divergence && { divergence }) }).map(([k, v]) => [k, Array.from(v)]),
      ),
    };
  });
  for (const metric of features)
    for (const [of, collected] of [
      ['reconstructions', made],
      ['samples', fresh],
    ] as const)
      await attempt(metric, () => distances[metric](real!.file(), collected!.file()), `${of}.${metric}`);
  return { n: images.n, images: features.length > 0 ? real?.file().images : undefined, metrics, skipped, errors };
}

/** Samples from the prior: their features, and their codes when they are encoded again. */
async function samplePass(
  model: Model,
  extractor: Extractor | undefined,
  collector: FeatureCollector | undefined,
  wantsCodes: boolean,
  { samples, seed, batch, signal, onProgress }: MeasureOptions,
): Promise<{ readonly latent: Float32Array; readonly mean: Float32Array }> {
  const d = model.latent.size;
  const [latent, mean] = [new Float32Array(samples * d), new Float32Array(samples * d)];
  if (!collector && !wantsCodes) return { latent, mean };
  let done = 0;
  for await (const part of sampleBatches(model, samples, { seed, batch, signal })) {
    const { n, pixels } = part;
    if (extractor && collector)
      collector.add(
        pixels,
        await extractor.extract(pixels, n),
        Array.from({ length: n }, (_, i) => `${done + i}`),
      );
    if (wantsCodes) {
      latent.set(part.latent, done * d);
      mean.set((await model.encode({ data: pixels, n }, { batch, signal })).mean, done * d);
    }
    done += n;
    onProgress('samples', done);
  }
  return { latent, mean };
}

/** @throws AlixError 'bad-data' where the images are not of the model's size */
export function checkImages(model: Model, { size, dataset }: EvalImages): void {
  const { height, width, channels } = model.image;
  if (size.height === height && size.width === width && size.channels === channels) return;
  throw new AlixError('bad-data', 'images of another size than the model takes', {
    where: dataset.name,
    expected: `${height}x${width}x${channels}`,
    found: `${size.height}x${size.width}x${size.channels}`,
    remedy: 'choose data of that size',
  });
}
