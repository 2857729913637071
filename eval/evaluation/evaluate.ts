/** An evaluation: all metrics that can be had, of one pass over each set of images. */
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';
import { sha256 } from '@alix/infer/io/sha256';
import { meant } from '@alix/infer/io/suggest';
import { turns } from '@alix/infer/io/turn';
import { type CompatTool, checkCompat, conventionsOf, conventionWords } from '../compat.js';
import { recordAll } from './cached.js';
import { digestOfImages, errorsOfImages } from './common-recorders.js';
import type { Measure, OpenMeasure, Pass, Recorded, Recorder, Subject } from './measure.js';
import { measures } from './measures/index.js';
import { checkOptions } from './options.js';
import type { PartStore } from './parts.js';
import { checkTraining } from './training.js';

/** Settings of `evaluate`, all of which may be left out. */
export interface EvaluateOptions {
  /** By name, and an error where one cannot be had; undefined: all that can. */
  readonly metrics?: readonly string[] | undefined;
  /** Named metrics that cannot be had are no error, and told as others are. */
  readonly lenient?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many rows are done, of all passes together. */
  readonly onProgress?: ((pass: Pass, done: number, total: number) => void) | undefined;
  /** What a person should know and is no error. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Finished parts, so that an evaluation that was interrupted goes on. */
  readonly parts?: PartStore | undefined;
  /** Images of a part; 4096 where it is not given. */
  readonly partSize?: number | undefined;
  /** What does not depend on the model, by the data's content: features of real images. Used where `images.fingerprint` is given. */
  readonly cache?: PartStore | undefined;
  /** Of the program that measures: what another version has left in `parts` and `cache` is not taken, for its numbers may differ. */
  readonly version?: string | undefined;
}

/** A metric that could not be had. */
export interface SkippedMetric {
  readonly metric: string;
  readonly why: string;
}

/** What `evaluate` measured, and what it could not. */
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
 * const { metrics } = await evaluate({ model, images: imagesInMemory(pixels, model.image), settings: defaultSettings });
 * ```
 * @throws AlixError 'bad-option', for an option of a metric that is not measured too; 'bad-data' where images are of another size than the model's; 'other-plan'; 'interrupted'; for a metric asked
 * for by name whatever keeps it from being computed
 */
export async function evaluate(subject: Subject, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { metrics: names, lenient = names === undefined, parts, cache, partSize = 4096, onProgress, onNote } = options;
  const { version, signal = new AbortController().signal } = options;
  const { compat, seed } = subject.settings;
  checkImages(subject);
  checkOptions(subject.settings.options, measures);
  const chosen = wanted(names);
  checkUsed(subject.settings.options, chosen);
  const skipped: SkippedMetric[] = [];
  const attempt = async <T>(metric: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!lenient || !(error instanceof AlixError) || error.code === 'interrupted') throw error;
      skipped.push({ metric, why: error.message });
      return undefined;
    }
  };
  const open: { readonly name: string; readonly measure: OpenMeasure }[] = [];
  for (const measure of chosen) {
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
    plan: await planOf(subject, recorders, version),
    partSize,
    cache,
    version,
  });
  const recorded: Recorded = { signal, of: <S>({ name }: Recorder<S>) => states.get(name) as S };
  const metrics: Record<string, unknown> = {};
  const turn = turns();
  for (const { measure } of open)
    for (const [key, compute] of Object.entries(measure.results)) {
      await turn();
      throwIfAborted(signal);
      const result = await attempt(key, async () => checkNumbers(key, await compute(recorded)));
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
  const all = measures.map(({ name }) => name);
  for (const name of names)
    if (!all.includes(name))
      throw new AlixError('bad-option', `no such metric${meant(name, all)}`, {
        found: name,
        remedy: `choose of: ${all.join(', ')}`,
      });
  return measures.filter(({ name }) => names.includes(name));
}

/** @throws AlixError 'bad-option' for an option of a metric that is not measured */
function checkUsed(options: Subject['settings']['options'], chosen: readonly Measure[]): void {
  for (const key of Object.keys(options)) {
    const metric = key.slice(0, key.indexOf('.'));
    if (!chosen.some(({ name }) => name === metric))
      throw new AlixError('bad-option', `an option of ${metric}, which is not measured`, {
        where: key,
        remedy: `leave it out, or name ${metric} among the --metrics`,
      });
  }
}

/** A number that is none is no result: JSON has nothing for it. @throws AlixError 'not-finite' */
function checkNumbers<T>(where: string, value: T): T {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new AlixError('not-finite', 'a result that is no number', { where, found: `${value}` });
  if (ArrayBuffer.isView(value)) for (const number of value as unknown as Float64Array) checkNumbers(where, number);
  else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) checkNumbers(`${where}.${key}`, part);
  return value;
}

/** A tool's conventions, of the metrics that are measured. */
function compatWords(compat: CompatTool, seed: number, measured: ReadonlySet<string>): Record<string, unknown> {
  const conventions = conventionsOf(compat);
  const isMeasured = (metric: string) => measured.has(metric) || !Object.hasOwn(conventions.metrics, metric);
  // whether images were resized, and how, is said by the networks' preprocessing
  const { resize: _, ...said } = conventionWords(conventions, seed);
  const words = Object.entries(said).filter(([key]) => isMeasured(key));
  const differs = conventions.differs.filter((line) => isMeasured(line.slice(0, line.indexOf(':'))));
  return { ...Object.fromEntries(words), differs };
}

function unique(recorders: readonly Recorder[]): Recorder[] {
  return [...new Map(recorders.map((recorder) => [recorder.name, recorder])).values()];
}

/** Names everything that recorded states depend on. */
async function planOf(
  { model, images, train, extractor, classifier, perceptual, settings }: Subject,
  recorders: readonly Recorder[],
  version: string | undefined,
) {
  // a fingerprint may be of files' names and sizes alone: a few images tell folders apart that are named alike
  const source = async (one: typeof train) => one && [one.fingerprint ?? one.name, `${one.n}`, await probe(one)];
  return sha256(
    textBytes([
      model.sha256,
      model.precision,
      model.device,
      await source(images),
      await source(train),
      extractor?.identity,
      classifier?.identity,
      perceptual?.identity.graph,
      settings,
      version,
      recorders.map(({ name }) => name).sort(),
    ]),
  );
}

/** sha256 of some of the images, spread over all of them. */
async function probe({ n, read }: Subject['images']): Promise<string> {
  const count = Math.min(n, 16);
  return sha256((await read(Uint32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count)))).slice());
}

const textBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** @throws AlixError 'bad-data' where the images are not of the model's size; 'too-few' where there is one alone */
function checkImages({ model, images, train }: Subject): void {
  if (images.n < 2)
    throw new AlixError('too-few', 'too few images to say anything of a model', {
      where: images.name,
      expected: 'at least 2',
      found: `${images.n}`,
    });
  checkTraining({ images, train });
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
