/** What a metric is to an evaluation. One file per metric in measures/, and index.ts there is their table. */
import type { Decoded, Model } from '@alix/infer';
import type { CompatTool } from '../compat/tools.js';
import type { Extractor } from '../extractor.js';
import type { Gaussian } from '../frechet.js';
import type { Interval } from '../intervals.js';
import type { Perceptual } from '../perceptual.js';
import type { Html } from '../report/html.js';
import type { ClassLabels, EvalImages } from './images.js';
import type { MetricOptions } from './options.js';
import type { FeatureSet, Store } from './store.js';

/** What is measured, and with what. */
export interface Subject {
  readonly model: Model;
  /** Held-out images of the model's size. */
  readonly images: EvalImages;
  /** Training images, for what learns from them; never those that are measured. */
  readonly train?: EvalImages | undefined;
  /** Makes the features that distances compare. */
  readonly extractor?: Extractor | undefined;
  /** Makes logits of classes. */
  readonly classifier?: Extractor | undefined;
  /** Compares images with their reconstructions as eyes do. */
  readonly perceptual?: Perceptual | undefined;
  /** Real features that are compared with in place of those of `images`. */
  readonly reference?: ReferenceSet | undefined;
  readonly settings: Settings;
}

/** Real features from a file. A Gaussian alone, as pytorch-fid keeps it, can be compared by the Fréchet distance and nothing else. */
export interface ReferenceSet extends RealSet {
  /** What it is called in the report: a file's name. */
  readonly name: string;
  /** Of the file, so that references of one name are told apart. */
  readonly sha256?: string | undefined;
}

/** What is known of real features. */
export interface RealSet {
  readonly statistics?: FeatureSet['statistics'] | undefined;
  readonly sample?: FeatureSet['sample'] | undefined;
  /** Where there are no statistics. */
  readonly gaussian?: Gaussian | undefined;
}

/** Settings of an evaluation that its metrics share. */
export interface Settings {
  /** Images sampled from the prior. */
  readonly samples: number;
  /** Of samples, and of draws from q(z|x). */
  readonly seed: number;
  /** Images per run of a graph. */
  readonly batch: number;
  /** Rows of features that stay of each set at most. */
  readonly featureSample: number;
  /** Of single metrics, by `metric.option`; what is not given has its default. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The tool whose conventions are taken in place of the papers' own code. */
  readonly compat?: CompatTool | undefined;
}

/** Those of `alix eval`, but that it samples no more images than are measured. */
export const defaultSettings: Settings = { samples: 10_000, seed: 0, batch: 64, featureSample: 5000, options: {} };

/** The passes over images: the held-out ones, samples from the prior, and training images. */
export type Pass = 'images' | 'samples' | 'train';

/** A batch of images of a data set. What is computed is computed once, when a recorder first asks. */
export interface ImageBatch {
  readonly start: number;
  readonly n: number;
  /** uint8 [n,H,W,C], as stored. */
  readonly pixels: Uint8Array;
  /** sha256 of each image, hexadecimal: names it whatever the order. */
  readonly keys: readonly string[];
  /** Class numbers; undefined where the data have none. */
  readonly labels: ClassLabels | undefined;
  /** float32 [n,d] each: the code, log of its variance, a draw of q(z|x) (the code itself where the encoder is deterministic). */
  codes(): Promise<{ readonly mean: Float32Array; readonly logVariance?: Float32Array; readonly drawn: Float32Array }>;
  /** The mean codes' images. */
  reconstruction(): Promise<Decoded>;
  /** float32 [n,f] of the extractor, of stored pixels and of those that the decoder makes. */
  features(): Promise<Float32Array>;
  /** Of the reconstructions, by the extractor. */
  reconstructedFeatures(): Promise<Float32Array>;
  /** float32 [n,classes] of the classifier, likewise. */
  logits(): Promise<Float32Array>;
  /** Of the reconstructions, by the classifier. */
  reconstructedLogits(): Promise<Float32Array>;
  /** float32 [n,f]: the model's own features.onnx. */
  ownFeatures(): Promise<Float32Array>;
}

/** A batch of images from the prior. */
export interface SampleBatch {
  readonly start: number;
  readonly n: number;
  /** float32 [n,d] */
  readonly latent: Float32Array;
  readonly keys: readonly string[];
  /** The images of the codes. */
  image(): Promise<Decoded>;
  /** float32 [n,f] of the extractor. */
  features(): Promise<Float32Array>;
  /** float32 [n,classes] of the classifier. */
  logits(): Promise<Float32Array>;
  /** float32 [n,d]: the mean codes of the samples' pixels. */
  encoded(): Promise<Float32Array>;
}

/** A quantity that one pass records. Recorders of one name are the same quantity, and are run once. */
export interface Recorder<S = unknown> {
  readonly name: string;
  readonly pass: Pass;
  readonly store: Store<unknown, S>;
  /** Takes a batch down. */
  take(batch: ImageBatch | SampleBatch): unknown;
  /** Names all it depends on but the images themselves; it may then be kept and used for other models. Undefined: it depends on the model. */
  readonly cached?: string | undefined;
}

/** What a pass over a data set records. */
export function ofImages<T, S>(
  name: string,
  store: Store<T, S>,
  take: (batch: ImageBatch) => T | Promise<T>,
  options: { readonly pass?: 'images' | 'train'; readonly cached?: string } = {},
): Recorder<S> {
  const { pass = 'images', cached } = options;
  return { name: `${pass}.${name}`, pass, store: store as Store<unknown, S>, take: take as Recorder['take'], cached };
}

/** What the pass over samples records. */
export function ofSamples<T, S>(
  name: string,
  store: Store<T, S>,
  take: (batch: SampleBatch) => T | Promise<T>,
): Recorder<S> {
  return {
    name: `samples.${name}`,
    pass: 'samples',
    store: store as Store<unknown, S>,
    take: take as Recorder['take'],
  };
}

/** What was recorded. */
export interface Recorded {
  /** For results that take long. */
  readonly signal?: AbortSignal | undefined;
  /** What a recorder has recorded. */
  of<S>(recorder: Recorder<S>): S;
}

/** A metric on its way. */
export interface OpenMeasure {
  readonly recorders: readonly Recorder[];
  /**
   * Results by key ('mse', 'samples.fd', ...), each JSON-able but for typed arrays, computed one by one; one that throws an AlixError is
   * left out and told, or, where the metric was asked for by name, ends the evaluation.
   */
  readonly results: Readonly<Record<string, (recorded: Recorded) => object | Promise<object>>>;
  /** What a reader must know to compare the numbers, by name. */
  readonly conventions?: Readonly<Record<string, unknown>>;
}

/** A number as a table shows it. */
export interface Row {
  readonly group: Group;
  /** With its unit. */
  readonly name: string;
  readonly value: number;
  /** 95 % */
  readonly interval?: Interval | undefined;
  /** Images it is of, e.g. '10000' or '10000 and 5000'. */
  readonly n: string;
  /** Which direction is better; undefined where there is none. */
  readonly better?: 'lower' | 'higher' | undefined;
}

export const groups = ['reconstructions', 'samples', 'codes', 'likelihood'] as const;
/** One of `groups`. */
export type Group = (typeof groups)[number];

/** What `rows` and `figures` may name. */
export interface Naming {
  /** What Fréchet distances are called: FD(digits:output). */
  readonly distance?: string | undefined;
  /** What Inception Scores are called: IS(digits:logit). */
  readonly score?: string | undefined;
}

/** A metric of an evaluation: what it records in which pass, what it makes of that, and how it is told. */
export interface Measure {
  /** What `--metrics` takes. */
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  /** Left out unless asked for by name: it takes long, or needs what most do not have. */
  readonly onRequest?: boolean;
  /** What can be set, by name. */
  readonly options?: MetricOptions;
  /** @throws AlixError saying what it lacks */
  open(subject: Subject): OpenMeasure | Promise<OpenMeasure>;
  /** The numbers of its results, whichever of them are there. Results come from report.json: arrays are plain. */
  rows(results: Readonly<Record<string, unknown>>, naming: Naming): readonly Row[];
  /** Pictures of its results for the report, each in the section of a group. */
  figures?(results: Readonly<Record<string, unknown>>, naming: Naming): readonly Drawn[];
}

/** A figure, and where it goes. */
export interface Drawn {
  readonly group: Group;
  readonly content: Html;
}

/** The row of a mean over images, such as measures give as `mean`, `interval` and `n`; none where it was not measured. */
export function meanRow(result: unknown, group: Group, name: string, better: Row['better']): Row[] {
  const found = result as { mean: number; interval?: Interval; n: number } | undefined;
  if (!found) return [];
  return [{ group, name, value: found.mean, interval: found.interval, n: `${found.n}`, better }];
}
