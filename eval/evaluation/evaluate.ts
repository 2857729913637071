/** An evaluation: all metrics that can be had, of one pass over each set of images. */
import { AlixError } from '@alix/infer/io/errors';
import { sha256 } from '@alix/infer/sha256';
import { type CompatTool, checkCompat, conventionsOf, conventionWords } from '../compat.js';
import { digestOfImages, errorsOfImages } from './common-recorders.js';
import { keptStates } from './keep.js';
import type { Measure, OpenMeasure, Pass, Recorded, Recorder, Subject } from './measure.js';
import { measures } from './measures/index.js';
import { checkOptions } from './options.js';
import type { PartStore, States } from './parts.js';
import { runPasses } from './passes.js';

export interface EvaluateOptions {
  /** By name, and an error where one cannot be had; undefined: all that can. */
  readonly metrics?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((pass: Pass, done: number, total: number) => void) | undefined;
  /** What a person should know and is no error. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Finished parts, so that an evaluation that was interrupted goes on. */
  readonly parts?: PartStore | undefined;
  /** Images of a part; 4096 where it is not given. */
  readonly partSize?: number | undefined;
  /** What does not depend on the model, by the data's content: features of real images. Used where `images.fingerprint` is given. */
  readonly cache?: PartStore | undefined;
}

/** A metric that was not asked for by name and could not be had. */
export interface SkippedMetric {
  readonly metric: string;
  readonly why: string;
}

export interface Evaluation {
  readonly n: number;
  /** What names the images whatever their order: see `imagesDigest`. */
  readonly images: string;
  /** By key. */
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly conventions: Readonly<Record<string, unknown>>;
  readonly skipped: readonly SkippedMetric[];
  /** [n] mean squared errors of the reconstructions, in the data's order. */
  readonly errors: Float64Array;
}

/**
 * ```ts
 * const { metrics } = await evaluate({ model, images: imagesInMemory(pixels, model.image), settings: { ...defaultSettings, samples: 1000 } });
 * ```
 * @throws AlixError 'bad-option'; 'bad-data' where images are of another size than the model's; 'other-plan'; 'interrupted'; for a metric asked
 * for by name whatever keeps it from being computed
 */
export async function evaluate(subject: Subject, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { metrics: names, parts, cache, partSize = 4096, onProgress, onNote } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { compat, seed } = subject.settings;
  checkImages(subject);
  checkOptions(subject.settings.options, measures);
  const skipped: SkippedMetric[] = [];
  const attempt = async <T>(metric: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (names || !(error instanceof AlixError) || error.code === 'interrupted') throw error;
      skipped.push({ metric, why: error.message });
      return undefined;
    }
  };
  const open: { readonly name: string; readonly measure: OpenMeasure }[] = [];
  for (const measure of wanted(names)) {
    const opened = await attempt(measure.name, () => {
      if (compat) checkCompat(compat, [measure.name]);
      return measure.open(subject);
    });
    if (opened) open.push({ name: measure.name, measure: opened });
  }
  const recorders = unique([digestOfImages, errorsOfImages, ...open.flatMap(({ measure }) => measure.recorders)]);
  const states = await recordAll(subject, recorders, {
    signal,
    onProgress: onProgress ?? (() => undefined),
    onNote,
    parts,
    plan: await planOf(subject, recorders),
    partSize,
    cache,
  });
  const recorded: Recorded = { of: <S>({ name }: Recorder<S>) => states.get(name) as S };
  const metrics: Record<string, unknown> = {};
  for (const { measure } of open)
    for (const [key, compute] of Object.entries(measure.results)) {
      const result = await attempt(key, () => compute(recorded));
      if (result) metrics[key] = result;
    }
  return {
    n: subject.images.n,
    images: recorded.of(digestOfImages),
    metrics,
    conventions: Object.assign(
      compat ? compatWords(compat, seed, new Set(open.map(({ name }) => name))) : {},
      ...open.map(({ measure }) => measure.conventions ?? {}),
    ),
    skipped,
    errors: recorded.of(errorsOfImages),
  };
}

/** In the table's order. @throws AlixError 'bad-option' */
function wanted(names: readonly string[] | undefined): readonly Measure[] {
  if (!names) return measures.filter(({ onRequest }) => !onRequest);
  for (const name of names)
    if (!measures.some((measure) => measure.name === name))
      throw new AlixError('bad-option', 'no such metric', {
        found: name,
        remedy: `choose of: ${measures.map((measure) => measure.name).join(', ')}`,
      });
  return measures.filter(({ name }) => names.includes(name));
}

/** A tool's conventions, of the metrics that are measured. */
function compatWords(compat: CompatTool, seed: number, measured: ReadonlySet<string>): Record<string, unknown> {
  const conventions = conventionsOf(compat);
  const isMeasured = (metric: string) => measured.has(metric) || !Object.hasOwn(conventions.metrics, metric);
  const words = Object.entries(conventionWords(conventions, seed)).filter(([key]) => isMeasured(key));
  const differs = conventions.differs.filter((line) => isMeasured(line.slice(0, line.indexOf(':'))));
  return { ...Object.fromEntries(words), differs };
}

function unique(recorders: readonly Recorder[]): Recorder[] {
  return [...new Map(recorders.map((recorder) => [recorder.name, recorder])).values()];
}

/** All passes, but for what the cache has. */
async function recordAll(
  subject: Subject,
  recorders: readonly Recorder[],
  options: Parameters<typeof runPasses>[2] & { readonly cache: PartStore | undefined },
): Promise<States> {
  const { cache, onNote } = options;
  const all = new Map<string, unknown>();
  const places = new Map<Recorder, string>();
  for (const recorder of cache ? recorders : []) {
    const source = recorder.pass === 'train' ? subject.train : subject.images;
    if (recorder.cached === undefined || recorder.pass === 'samples' || !source?.fingerprint) continue;
    const { cached, store: _ } = recorder;
    places.set(recorder, await sha256(textBytes([source.fingerprint, `${source.n}`, recorder.name, cached])));
  }
  // what lies in the cache already needs no pass; what does not is recorded with the rest, and put there
  const missing: Recorder[] = [];
  const absent = new Error('absent');
  for (const recorder of recorders) {
    const key = places.get(recorder);
    if (key === undefined) {
      missing.push(recorder);
      continue;
    }
    try {
      const kept = await keptStates(placeOf(cache, key, onNote), [recorder], () => Promise.reject(absent));
      all.set(recorder.name, kept.get(recorder.name));
    } catch (error) {
      if (error !== absent) throw error;
      missing.push(recorder);
    }
  }
  const fresh = await runPasses(subject, missing, options);
  for (const [name, state] of fresh) all.set(name, state);
  for (const recorder of missing) {
    const key = places.get(recorder);
    if (key !== undefined) await keptStates(placeOf(cache, key), [recorder], async () => fresh);
  }
  return all;
}

function placeOf(store: PartStore | undefined, key: string, onNote?: (note: string) => void) {
  return { store, name: `${key}.safetensors`, label: {}, plan: key, onNote };
}

/** Names everything that recorded states depend on. */
async function planOf(
  { model, images, train, extractor, classifier, settings }: Subject,
  recorders: readonly Recorder[],
) {
  const source = (one: typeof train) => one && [one.fingerprint ?? one.name, `${one.n}`];
  return sha256(
    textBytes([
      model.sha256,
      model.precision,
      source(images),
      source(train),
      extractor?.identity,
      classifier?.identity,
      settings,
      recorders.map(({ name }) => name).sort(),
    ]),
  );
}

const textBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** @throws AlixError 'bad-data' where the images are not of the model's size */
function checkImages({ model, images, train }: Subject): void {
  const { height, width, channels } = model.image;
  for (const source of [images, train]) {
    if (!source) continue;
    const { size, name } = source;
    if (size.height === height && size.width === width && size.channels === channels) continue;
    throw new AlixError('bad-data', 'images of another size than the model takes', {
      where: name,
      expected: `${height}x${width}x${channels}`,
      found: `${size.height}x${size.width}x${size.channels}`,
      remedy: 'choose data of that size',
    });
  }
}
