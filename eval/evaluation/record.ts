/** report.json: everything that an evaluation found, and everything that a reader needs to compare it. */
import { distanceName, scoreName } from '../extractor.js';
import type { Interval } from '../intervals.js';
import type { ImageSize } from '../report/images.js';
import type { Evaluation, SkippedMetric } from './evaluate.js';
import type { Naming, Row, Subject } from './measure.js';
import { measures } from './measures/index.js';
import { learning } from './training.js';

/** report.json; versions add and take nothing away, so that what reads one reads all before it. */
export interface EvalRecord {
  readonly format: 'alix-eval';
  readonly version: 2;
  readonly alixVersion: string;
  readonly created: string;
  readonly model: Readonly<Record<'name' | 'sha256' | 'system' | 'dataset' | 'device', string>> & {
    readonly precision?: string;
    /** Steps that it was trained for, where its bundle says so. */
    readonly steps?: number;
    /** Names the training run whatever its length, so that models of one run are known as such. */
    readonly run?: string;
  };
  readonly data: {
    readonly name: string;
    readonly split?: string;
    readonly n: number;
    /** How many there are. */
    readonly of: number;
    readonly size: ImageSize;
    readonly fingerprint?: string;
    /** What names the images that were measured whatever their order. */
    readonly images: string;
    /** What flags them, e.g. lossy files. */
    readonly notes?: readonly string[];
    /** Images that could not be read and are in no number: neither in `n` nor in `of`. */
    readonly skipped?: readonly UnreadImage[];
  };
  /** What metrics learn from, where they do. */
  readonly train?: {
    readonly name: string;
    readonly n: number;
    readonly fingerprint?: string;
    readonly skipped?: readonly UnreadImage[];
  };
  readonly extractor?: ExtractorRecord & { readonly distance: string };
  readonly classifier?: ExtractorRecord & { readonly score: string };
  readonly reference?: { readonly name: string; readonly sha256?: string; readonly n?: number };
  readonly conventions: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly skipped: readonly SkippedMetric[];
  /** How numbers went over the checkpoints of the model's run. */
  readonly curves?: CheckpointCurves;
}

/** Numbers of a run's checkpoints, all of the same images. */
export interface CheckpointCurves {
  /** The first so many images of the data. */
  readonly n: number;
  /** Images sampled from the prior at each, where features were compared. */
  readonly samples?: number;
  /** By step; values by the keys of `metrics`. */
  readonly points: readonly {
    readonly step: number;
    readonly values: Readonly<Record<string, { readonly value: number; readonly interval?: Interval }>>;
  }[];
}

/** An image that could not be read, and why. */
export type UnreadImage = Readonly<Record<'name' | 'code' | 'message', string>>;

type ExtractorRecord = Readonly<Record<'graph' | 'output' | 'preprocessing', string>> & { readonly d: number };

/** What the caller knows of where things come from. */
export interface Origin {
  readonly alixVersion: string;
  readonly created: string;
  readonly split?: string;
  /** Images that the data have, measured or not. */
  readonly of?: number;
  readonly notes?: readonly string[];
  readonly curves?: CheckpointCurves | undefined;
  /** Images of the data, and of what metrics learn from, that could not be read. */
  readonly skipped?: readonly UnreadImage[];
  readonly trainSkipped?: readonly UnreadImage[];
  /** What names the model's training run. */
  readonly run?: string;
  /** Further conventions, e.g. the tool whose conventions were taken. */
  readonly conventions?: Readonly<Record<string, unknown>>;
}

const unread = ({ name, code, message }: UnreadImage): UnreadImage => ({ name, code, message });

/** A sentence without a full stop. */
function unreadNotes({ length: n, 0: first }: readonly UnreadImage[]): string[] {
  if (!first) return [];
  return [
    `${n === 1 ? '1 image' : `${n} images`} could not be read and ${n === 1 ? 'is' : 'are'} in no number; the first: ${first.name}`,
  ];
}

/** An evaluation as report.json has it. */
export function evalRecord(subject: Subject, evaluation: Evaluation, origin: Origin): EvalRecord {
  const { model, images, train, extractor, classifier, reference, settings } = subject;
  const { alixVersion, created, split, of = images.n, curves, run, conventions, skipped = [] } = origin;
  const { trainSkipped = [] } = origin;
  const notes = [...classNotes(images), ...unreadNotes(skipped), ...(origin.notes ?? [])];
  const { bundle, precision } = model;
  const steps = (bundle.training as { steps?: unknown } | undefined)?.steps;
  const learns = Object.keys(evaluation.metrics).some((key) => learning.includes(key));
  const { options, ...numbers } = settings;
  return plain({
    format: 'alix-eval',
    version: 2,
    alixVersion,
    created,
    model: {
      name: bundle.name,
      sha256: model.sha256,
      ...(precision !== bundle.precision && { precision }),
      system: bundle.system,
      dataset: bundle.dataset,
      device: model.device,
      ...(typeof steps === 'number' && { steps }),
      ...(run !== undefined && { run }),
    },
    data: {
      name: images.name,
      ...(split !== undefined && { split }),
      n: images.n,
      of,
      size: images.size,
      ...(images.fingerprint && { fingerprint: images.fingerprint }),
      images: evaluation.images,
      ...(notes.length > 0 && { notes }),
      ...(skipped.length > 0 && { skipped: skipped.map(unread) }),
    },
    ...(train &&
      learns && {
        train: {
          name: train.name,
          n: train.n,
          ...(train.fingerprint && { fingerprint: train.fingerprint }),
          ...(trainSkipped.length > 0 && { skipped: trainSkipped.map(unread) }),
        },
      }),
    ...(extractor && {
      extractor: { ...extractor.identity, d: extractor.d, distance: distanceName(extractor.identity) },
    }),
    ...(classifier && {
      classifier: { ...classifier.identity, d: classifier.d, score: scoreName(classifier.identity) },
    }),
    ...(reference && {
      reference: {
        name: reference.name,
        ...(reference.sha256 && { sha256: reference.sha256 }),
        ...(reference.statistics && { n: reference.statistics.n }),
      },
    }),
    conventions: {
      ...numbers,
      ...options,
      confidence: 0.95,
      ...(extractor && { features_of: 'images as stored: what the decoder makes is rounded to uint8' }),
      ...conventions,
      ...evaluation.conventions,
    },
    metrics: evaluation.metrics,
    skipped: evaluation.skipped,
    ...(curves && { curves }),
  });
}

/** The first images of data that are sorted by class are of some classes alone. */
function classNotes({ labels, classes = 0, n }: Subject['images']): string[] {
  const present = labels ? new Set(labels.subarray(0, n)).size : classes;
  if (present >= classes) return [];
  return [
    `The images are of ${present} of the ${classes} classes alone: data that come sorted by class are measured whole, or shuffled before`,
  ];
}

/** All numbers of a record, in the order in which they are shown. */
export function rowsOf(record: Pick<EvalRecord, 'metrics' | 'extractor' | 'classifier'>): Row[] {
  return measures.flatMap((measure) => measure.rows(record.metrics, namingOf(record)));
}

/** What numbers of a record are called. */
export function namingOf({ extractor, classifier }: Pick<EvalRecord, 'extractor' | 'classifier'>): Naming {
  return { distance: extractor?.distance, score: classifier?.score };
}

/** Typed arrays as plain ones, so that a record is what its JSON gives back. */
function plain<T>(value: T): T {
  const text = JSON.stringify(value, (_, part: unknown) => {
    return ArrayBuffer.isView(part) ? Array.from(part as Float64Array) : part;
  });
  return JSON.parse(text) as T;
}
