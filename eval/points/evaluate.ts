/** An evaluation of a model of points, as the toys of the papers are: modes of the mixture, errors of points and of codes. */
import { type Model, meanAndStd } from '@alix/infer';
import { latentOf } from '@alix/infer/bundle';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { priorDraws } from '@alix/infer/sample';
import { featureErrors } from '../feature-errors.js';
import { type Interval, meanInterval, shareInterval } from '../intervals.js';
import { modeCoverage } from '../modes.js';

/** Points as a file or a data set has them. */
export interface EvalPoints {
  readonly name: string;
  /** float32 [n,d] */
  readonly rows: Float32Array;
  readonly d: number;
  /** Rows there are, measured or not. */
  readonly of: number;
  readonly fingerprint?: string;
  readonly split?: string;
  /** The Gaussians that the points were drawn from, with equal weights and one deviation along both axes. */
  readonly mixture?: { readonly means: readonly (readonly [x: number, y: number])[]; readonly sigma: number };
}

export interface PointSettings {
  /** Drawn from the prior: 2,500 in VEEGAN's protocol, which AIM's Table 2 follows. */
  readonly samples: number;
  readonly seed: number;
  /** Standard deviations within which a sample counts for a mode. */
  readonly threshold: number;
  readonly batch: number;
}

/** Mean squared error over the coordinates of a row, then over rows; in the units of the data. */
interface RowErrors {
  readonly mean: number;
  readonly std: number;
  readonly n: number;
  readonly interval: Interval;
}

export interface PointMetrics {
  /** `captured` of `of` modes are the nearest one of a sample of high quality; `perfect` is what the mixture's own samples would reach. */
  readonly modes?: {
    readonly captured: number;
    readonly of: number;
    readonly high_quality: number;
    readonly interval: Interval;
    readonly perfect: number;
    readonly n: number;
  };
  /** Points through the encoder's mean and the decoder. */
  readonly mse?: RowErrors;
  /** Codes of the prior through the decoder and the encoder's mean. */
  readonly there_and_back?: RowErrors;
}

export interface PointEvaluation {
  readonly metrics: PointMetrics;
  readonly skipped: readonly { readonly metric: string; readonly why: string }[];
  /** float32 [samples,d] */
  readonly samples: Float32Array;
  /** float32 [n,d], where the model has an encoder */
  readonly reconstructions?: Float32Array;
}

/** The size of a model's points. @throws AlixError 'not-points' where it is a model of images */
export function pointsOf({ bundle }: Model): number {
  if (bundle.points) return bundle.points.size;
  throw new AlixError('not-points', 'this is a model of images', { where: bundle.name });
}

/**
 * Draws samples, counts modes, and sends points and codes there and back.
 *
 * @param options `onProgress` is told rows done of all, of both passes
 * @throws AlixError 'bad-shape' where the points have other coordinates than the model's, 'not-finite', 'interrupted', ...
 */
export async function evaluatePoints(
  model: Model,
  data: EvalPoints,
  { samples: count, seed, threshold, batch }: PointSettings,
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, all: number) => void } = {},
): Promise<PointEvaluation> {
  const d = pointsOf(model);
  if (data.d !== d)
    throw new AlixError('bad-shape', 'these points have other coordinates than the model makes', {
      where: data.name,
      expected: `${d}`,
      found: `${data.d}`,
    });
  const encodes = model.has('encoder');
  const n = data.rows.length / d;
  const all = count + (encodes ? n : 0);
  const z = latentOf(model.bundle).size;
  const decoder = { graph: 'decoder', output: 'points', width: d } as const;
  const encoder = { graph: 'encoder', output: 'mean', width: z } as const;
  const options = (done: number) => ({ batch, signal, onRows: (rows: number) => onProgress?.(done + rows, all) });
  const codes = priorDraws(model.bundle, createRandom(seed), undefined)(count);
  const [samples = none, again = none] = await through(
    model,
    codes,
    count,
    encodes ? [decoder, encoder] : [decoder],
    options(0),
  );
  const [, reconstructions] = encodes ? await through(model, data.rows, n, [encoder, decoder], options(count)) : [];
  const skipped = [
    ...(data.mixture ? [] : [{ metric: 'modes', why: 'the means of the data are not known' }]),
    ...(encodes ? [] : [{ metric: 'mse', why: 'the model has no encoder' }]),
  ];
  return {
    metrics: {
      ...(data.mixture && { modes: modesOf(samples, data.mixture, threshold) }),
      ...(reconstructions && { mse: errorsOf(data.rows, reconstructions, d) }),
      ...(encodes && { there_and_back: errorsOf(codes, again, z) }),
    },
    skipped,
    samples,
    ...(reconstructions && { reconstructions }),
  };
}

const none = new Float32Array(0);

interface Leg {
  readonly graph: 'encoder' | 'decoder';
  readonly output: 'mean' | 'points';
  /** Values of a row that it makes. */
  readonly width: number;
}

interface Way {
  readonly batch: number;
  readonly signal: AbortSignal | undefined;
  readonly onRows: (done: number) => void;
}

/** What each graph makes of what the one before it made, float32 [n,width] each. */
async function through(
  model: Model,
  rows: Float32Array,
  n: number,
  legs: readonly Leg[],
  { batch, signal, onRows }: Way,
) {
  const made = legs.map(({ width }) => new Float32Array(n * width));
  for (let start = 0; start < n; start += batch) {
    throwIfAborted(signal);
    const size = Math.min(batch, n - start);
    // a copy: the runtime may take what it is given
    let values: Float32Array = rows.slice((start * rows.length) / n, ((start + size) * rows.length) / n);
    for (const [at, { graph, output, width }] of legs.entries()) {
      values = (await model.run(graph, values, size))[output] as Float32Array;
      made[at]?.set(values, start * width);
    }
    onRows(start + size);
  }
  return made;
}

function modesOf(samples: Float32Array, { means, sigma }: NonNullable<EvalPoints['mixture']>, threshold: number) {
  const { n, modes, highQuality } = modeCoverage(samples, means, sigma, threshold);
  return {
    captured: modes,
    of: means.length,
    high_quality: highQuality,
    interval: shareInterval(Math.round(highQuality * n), n),
    perfect: 1 - Math.exp(-(threshold ** 2) / 2),
    n,
  };
}

function errorsOf(before: Float32Array, after: Float32Array, d: number): RowErrors {
  const errors = featureErrors({ data: before, d }, { data: after, d });
  return { ...meanAndStd(errors), n: errors.length, interval: meanInterval(errors) };
}
