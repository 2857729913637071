/**
 * What is kept of quantities that come batch by batch: enough for the metrics and no more, so that parts of a data set can be measured
 * apart (on another day, or another machine), written to small files and merged.
 */
import { AlixError } from '@alix/infer/io/errors';
import type { NamedTensor } from '@alix/infer/io/safetensors';
import { collectSample, type FeatureSample, mergeSamples } from '../feature-sample.js';
import { collectStatistics, type FeatureStatistics, mergeStatistics } from '../feature-statistics.js';
import { packedSize, packLower, unpackLower } from '../linear/packed.js';

/** Tensors by name, as a file holds them. */
export type Tensors = ReadonlyMap<string, NamedTensor>;

/** How values T of a batch become a state S that merges. Pure: a store holds nothing itself. */
export interface Store<T, S> {
  /** @param keys one for each row of the batch, unique in the data but for equal images */
  start(): { add(values: T, keys: readonly string[]): void; state(): S };
  /** Of the rows of `a` and then of `b`. */
  merge(a: S, b: S): S;
  encode(state: S): Tensors;
  /** @param where for messages @throws AlixError 'bad-part' */
  decode(tensors: Tensors, where: string): S;
}

/** Every row, in order: float64 [n,width]. For few numbers an image. */
export function rowsStore(width: number): Store<ArrayLike<number>, Float64Array> {
  return {
    start() {
      const batches: Float64Array[] = [];
      return {
        add(values, keys) {
          if (values.length !== keys.length * width)
            throw new AlixError('bad-shape', `${width} numbers for each row are needed`, { found: `${values.length}` });
          batches.push(Float64Array.from(values));
        },
        state: () => joined(Float64Array, batches),
      };
    },
    merge: (a, b) => joined(Float64Array, [a, b]),
    encode: (rows) => new Map([['rows', { shape: [rows.length / width, width], data: rows }]]),
    decode: (tensors, where) => numbers(tensors, 'rows', where),
  };
}

/** What stays of features: their statistics, exact over all rows, and a sample of rows whose size has a cap. */
export interface FeatureSet {
  readonly statistics: FeatureStatistics;
  readonly sample: FeatureSample;
}

/** Features of d numbers, float32 [n,d]. Memory: d² numbers and 2·capacity rows, whatever the number of images. */
export function featuresStore(d: number, capacity: number): Store<Float32Array, FeatureSet> {
  const sampled = sampleStore(d, capacity);
  return {
    start() {
      const statistics = collectStatistics(d);
      const sample = sampled.start();
      return {
        add(values, keys) {
          statistics.add(values);
          sample.add(values, keys);
        },
        state: () => ({ statistics: statistics.statistics(), sample: sample.state() }),
      };
    },
    merge: (a, b) => ({
      statistics: mergeStatistics([a.statistics, b.statistics]),
      sample: sampled.merge(a.sample, b.sample),
    }),
    encode({ statistics: { n, mean, scatter }, sample }) {
      const lower = packLower(scatter, d);
      return new Map<string, NamedTensor>([
        ['n', { shape: [1], data: Float64Array.of(n) }],
        ['mean', { shape: [d], data: mean }],
        ['scatter', { shape: [lower.length], data: lower }],
        ...sampled.encode(sample),
      ]);
    },
    decode(tensors, where) {
      const [n] = numbers(tensors, 'n', where);
      const mean = numbers(tensors, 'mean', where, d);
      const lower = numbers(tensors, 'scatter', where, packedSize(d));
      const scatter = unpackLower(lower, d);
      return { statistics: { n: n ?? 0, d, mean, scatter }, sample: sampled.decode(tensors, where) };
    },
  };
}

/** A sample of rows, float32 [at most capacity, d], chosen by the hashes of their keys: the same of any cut and order. */
export function sampleStore(d: number, capacity: number): Store<Float32Array, FeatureSample> {
  return {
    start() {
      const sample = collectSample(d, capacity);
      return { add: (values, keys) => sample.add(keys, values), state: () => sample.sample() };
    },
    merge: (a, b) => mergeSamples([a, b]),
    encode({ keys, features, seed, seen }) {
      const text = new TextEncoder().encode(JSON.stringify(keys));
      return new Map<string, NamedTensor>([
        ['sample', { shape: [keys.length, d], data: features }],
        ['keys', { shape: [text.length], data: text }],
        ['seen', { shape: [2], data: Float64Array.of(seed, seen) }],
      ]);
    },
    decode(tensors, where) {
      const features = tensors.get('sample')?.data;
      const text = tensors.get('keys')?.data;
      const [seed = 0, seen = 0] = numbers(tensors, 'seen', where, 2);
      const keys = text instanceof Uint8Array ? keysOf(text) : [];
      if (!keys || !(features instanceof Float32Array) || features.length !== keys.length * d) throw badPart(where);
      return { d, capacity, seed, seen, keys, features };
    },
  };
}

function keysOf(text: Uint8Array): string[] | undefined {
  try {
    const keys: unknown = JSON.parse(new TextDecoder().decode(text));
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : undefined;
  } catch {
    return undefined;
  }
}

/** @throws AlixError 'bad-part' where the tensor is missing or of another length */
function numbers(tensors: Tensors, name: string, where: string, length?: number): Float64Array {
  const data = tensors.get(name)?.data;
  if (data instanceof Float64Array && (length === undefined || data.length === length)) return data;
  throw badPart(where);
}

export function badPart(where: string): AlixError {
  return new AlixError('bad-part', 'a part of an evaluation that is damaged, or of another one', {
    where,
    remedy: 'delete it, or run without --resume',
  });
}

/** One array after the other. */
export function joined<A extends Float32Array | Float64Array>(
  Kind: new (length: number) => A,
  arrays: readonly A[],
): A {
  const all = new Kind(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
