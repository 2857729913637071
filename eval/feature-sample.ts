/**
 * A random sample of features of a fixed size that does not depend on how the images were cut into shards or batches: each image has
 * a key, and those with the lowest hashes of their keys stay (bottom-k sampling, Cohen & Kaplan 2007).
 */
import { AlixError } from '@alix/infer/io/errors';
import { checkRows, type Features } from './features.js';

/** Rows of features that were chosen by the hashes of their keys. */
export interface FeatureSample {
  readonly d: number;
  /** At most so many rows stay. */
  readonly capacity: number;
  /** Which hash: samples merge only where it is equal. */
  readonly seed: number;
  /** Rows that were seen; a key that comes twice counts twice, and its row is kept once. */
  readonly seen: number;
  /** Of the rows that stay, by their hashes: an order that knows nothing of classes or files. */
  readonly keys: readonly string[];
  /** [keys,d] */
  readonly features: Float32Array;
}

/** Collects a sample, batch by batch. */
export interface SampleCollector {
  /**
   * @param keys of the rows, unique in the data set, e.g. a path or an index
   * @throws AlixError 'bad-shape', 'not-finite', 'bad-key' (one key with different features)
   */
  add(keys: readonly string[], rows: Float32Array): void;
  /** What was collected so far. */
  sample(): FeatureSample;
}

/** A kept row and the two words of its hash. */
interface Row {
  readonly key: string;
  readonly high: number;
  readonly low: number;
  readonly values: Float32Array;
}

/** Memory: at most twice the capacity's rows. */
export function collectSample(d: number, capacity: number, seed = 0): SampleCollector {
  let rows: Row[] = [];
  let seen = 0;
  let last: Row | undefined;
  const shrink = () => {
    rows = lowest(rows, capacity);
    last = rows.length === capacity ? rows.at(-1) : undefined;
  };
  return {
    add(keys, values) {
      if (checkRows({ data: values, d }, 'sampled', 0) !== keys.length)
        throw new AlixError('bad-shape', 'a key for each row is needed', {
          expected: `${values.length / d}`,
          found: `${keys.length}`,
        });
      keys.forEach((key, i) => {
        const [high, low] = hash(key, seed);
        const row = { key, high, low, values: values.subarray(i * d, (i + 1) * d) };
        if (last && byHash(row, last) > 0) return;
        rows.push({ ...row, values: row.values.slice() });
        if (rows.length >= 2 * capacity) shrink();
      });
      seen += keys.length;
    },
    sample() {
      shrink();
      return packed(rows, { d, capacity, seed, seen });
    },
  };
}

/**
 * The sample of all shards: the one of a single pass over all of them.
 *
 * @throws AlixError 'bad-shape' (different extractors), 'bad-seed', 'bad-key', 'too-few' (no sample)
 */
export function mergeSamples(samples: readonly FeatureSample[]): FeatureSample {
  const first = samples[0];
  if (!first) throw new AlixError('too-few', 'no samples to merge', { expected: 'at least one' });
  const { d, seed } = first;
  for (const other of samples) {
    if (other.d !== d)
      throw new AlixError('bad-shape', 'samples of different extractors', {
        expected: `${d} features`,
        found: `${other.d}`,
      });
    if (other.seed !== seed)
      throw new AlixError('bad-seed', 'samples by different hashes', {
        expected: `seed ${seed}`,
        found: `${other.seed}`,
      });
  }
  // a smaller sample knows nothing of the rows beyond its own last
  const capacity = Math.min(...samples.map((sample) => sample.capacity));
  const rows = samples.flatMap(({ keys, features }) =>
    keys.map((key, i): Row => {
      const [high, low] = hash(key, seed);
      return { key, high, low, values: features.subarray(i * d, (i + 1) * d) };
    }),
  );
  const seen = samples.reduce((sum, sample) => sum + sample.seen, 0);
  return packed(lowest(rows, capacity), { d, capacity, seed, seen });
}

/** What a sample is to the metrics. */
export function sampledFeatures({ d, features }: FeatureSample): Features {
  return { data: features, d };
}

/** How far features of one image may differ, of their largest: a graph's last bits depend on the batch. */
const SAME = 1e-4;

function lowest(rows: Row[], capacity: number): Row[] {
  const sorted = rows
    .sort((a, b) => byHash(a, b) || byValues(a, b))
    .filter((row, i, all) => {
      const before = all[i - 1];
      if (i === 0 || before?.key !== row.key) return true;
      const scale = before.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (before.values.some((value, j) => Math.abs(value - row.values[j]!) > SAME * scale))
        throw new AlixError('bad-key', 'one key came with different features', {
          found: row.key,
          remedy: 'make keys unique in the data set',
        });
      return false;
    });
  return sorted.slice(0, capacity);
}

/** So that which of two rows with one key stays does not depend on which came first. */
function byValues(a: Row, b: Row): number {
  const j = a.values.findIndex((value, at) => value !== b.values[at]);
  return j < 0 ? 0 : a.values[j]! - b.values[j]!;
}

function packed(rows: readonly Row[], rest: Pick<FeatureSample, 'd' | 'capacity' | 'seed' | 'seen'>): FeatureSample {
  const features = new Float32Array(rows.length * rest.d);
  rows.forEach(({ values }, i) => {
    features.set(values, i * rest.d);
  });
  return { ...rest, keys: rows.map(({ key }) => key), features };
}

function byHash(a: Row, b: Row): number {
  return a.high - b.high || a.low - b.low || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/** 64 bits of a text: two lanes of MurmurHash3's mixing, finished against each other. */
function hash(text: string, seed: number): readonly [number, number] {
  let a = 0x9747b28c ^ seed;
  let b = 0x1b873593 ^ Math.imul(seed, 0x85ebca6b);
  for (let i = 0; i < text.length; i++) {
    const word = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    a = Math.imul(rotate(a ^ word, 13), 5) + 0xe6546b64;
    b = Math.imul(rotate(b ^ word, 15) ^ a, 0x27d4eb2f);
  }
  a = finish(a ^ text.length);
  b = finish(b ^ a);
  return [finish(a + b) >>> 0, b >>> 0];
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finish(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
