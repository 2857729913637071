/**
 * What is kept of a set of images for distances: count, mean and scatter of their features, a sample of these, and what they were made
 * of and with. Small files that merge; as bytes here, reading and writing them is the caller's.
 */

import { crc32 } from '@alix/infer/io/crc32';
import { AlixError } from '@alix/infer/io/errors';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '@alix/infer/io/safetensors';
import { type FeatureSample, mergeSamples } from './feature-sample.js';
import { type FeatureStatistics, mergeStatistics } from './feature-statistics.js';
import { packedSize, packLower, unpackLower } from './linear/packed.js';

/** What made features of images. */
export interface ExtractorIdentity {
  /** sha256 of the graph's file. */
  readonly graph: string;
  /** The graph's output that is taken. */
  readonly output: string;
  /** From stored pixels to the graph's input, in words: equal words, equal steps. */
  readonly preprocessing: string;
}

/** What a file of features' statistics holds. */
export interface FeatureFile {
  readonly extractor: ExtractorIdentity;
  /** Of the images as stored: see `imagesDigest`. */
  readonly images: string;
  readonly statistics: FeatureStatistics;
  readonly sample: FeatureSample;
}

const FORMAT = 'alix-features';
const VERSION = '1';
const MODULUS = 2n ** 256n;

/**
 * What names a set of images whatever their order: the sum of the images' sha256, modulo 2^256. Of two sets together it is
 * the sum of theirs.
 *
 * @param digests 64 hexadecimal digits each: of images, or of sets of them
 */
export function imagesDigest(digests: Iterable<string>): string {
  let sum = 0n;
  for (const digest of digests) sum = (sum + BigInt(`0x${digest}`)) % MODULUS;
  return sum.toString(16).padStart(64, '0');
}

/** The bytes of a file: safetensors with `mean`, `scatter` (lower triangle by rows), `sample` and `keys`, and the rest as metadata. */
export function encodeFeatureFile({ extractor, images, statistics, sample }: FeatureFile): Uint8Array<ArrayBuffer> {
  const { n, d, mean, scatter } = statistics;
  const lower = packLower(scatter, d);
  const keys = new TextEncoder().encode(JSON.stringify(sample.keys));
  const tensors = new Map<string, NamedTensor>([
    ['mean', { shape: [d], data: mean }],
    ['scatter', { shape: [lower.length], data: lower }],
    ['sample', { shape: [sample.keys.length, d], data: sample.features }],
    ['keys', { shape: [keys.length], data: keys }],
  ]);
  const { capacity, seed, seen } = sample;
  const numbers = { n, capacity, seed, seen };
  const head = {
    format: FORMAT,
    version: VERSION,
    images,
    ...extractor,
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, `${value}`])),
  };
  return encodeSafetensors(tensors, { ...head, sum: sumOf(tensors, head) });
}

/** Of everything in the file: safetensors itself would not notice a flipped bit, and a distance would be wrong. */
function sumOf(tensors: ReadonlyMap<string, NamedTensor>, head: Readonly<Record<string, string>>): string {
  const sums = [...tensors].map(
    ([name, { shape, data }]) =>
      `${name} [${shape}] ${crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))}`,
  );
  const text = JSON.stringify([sums.sort(), Object.entries(head).sort()]);
  return crc32(new TextEncoder().encode(text)).toString(16);
}

/**
 * Reads the bytes of a file.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-safetensors'; 'bad-features' for what is no such file, of a newer version, or at odds with itself
 */
export function decodeFeatureFile(bytes: Uint8Array, where: string): FeatureFile {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const bad = (what: string, found?: string) =>
    new AlixError('bad-features', what, {
      where,
      ...(found && { found }),
      remedy: 'make the file again with `alix eval features`',
    });
  if (metadata.format !== FORMAT) throw bad('not a file of feature statistics');
  if (metadata.version !== VERSION)
    throw bad('a version of the format that is not known', `version ${metadata.version}`);
  const whole = (name: string): number => {
    const value = Number(metadata[name] ?? 'none');
    if (Number.isSafeInteger(value)) return value;
    throw bad(`${name} is no whole number`, metadata[name]);
  };
  const floats = (name: string): Float64Array => {
    const data = tensors.get(name)?.data;
    if (data instanceof Float64Array && data.every(Number.isFinite)) return data;
    throw bad(`${name} is missing, or not of finite float64`);
  };
  const mean = floats('mean');
  const lower = floats('scatter');
  const d = mean.length;
  const features = tensors.get('sample')?.data;
  const keys = keysOf(tensors.get('keys')?.data);
  const { graph = '', output = '', preprocessing = '', images = '' } = metadata;
  if (
    d < 1 ||
    lower.length !== packedSize(d) ||
    !keys ||
    !(features instanceof Float32Array) ||
    features.length !== keys.length * d ||
    !features.every(Number.isFinite) ||
    ![graph, images].every((digest) => /^[0-9a-f]{64}$/.test(digest))
  )
    throw bad('the parts of the file do not fit each other');
  const { sum, ...head } = metadata;
  if (sum !== sumOf(tensors, head)) throw bad('the file is damaged: its checksum is another');
  return {
    extractor: { graph, output, preprocessing },
    images,
    statistics: { n: whole('n'), d, mean, scatter: unpackLower(lower, d) },
    sample: { d, capacity: whole('capacity'), seed: whole('seed'), seen: whole('seen'), keys, features },
  };
}

function keysOf(data: unknown): string[] | undefined {
  if (!(data instanceof Uint8Array)) return undefined;
  try {
    const keys: unknown = JSON.parse(new TextDecoder().decode(data));
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The file of the images of all files, whatever their order.
 *
 * @param files with the path of each, for error messages
 * @throws AlixError 'too-few' (no file), 'other-extractor', 'same-images' (a file that comes twice), 'bad-seed'
 */
export function mergeFeatureFiles(
  files: readonly { readonly where: string; readonly file: FeatureFile }[],
): FeatureFile {
  const first = files[0];
  if (!first) throw new AlixError('too-few', 'no files to merge', { expected: 'at least one' });
  const seen = new Map<string, string>();
  for (const { where, file } of files) {
    checkSameExtractor(first.file.extractor, file.extractor, where);
    const before = seen.get(file.images);
    if (before !== undefined)
      throw new AlixError('same-images', 'the same images are in two files', {
        where,
        found: `those of ${before}`,
        remedy: 'name each file once',
      });
    seen.set(file.images, where);
  }
  return {
    extractor: first.file.extractor,
    images: imagesDigest(seen.keys()),
    statistics: mergeStatistics(files.map(({ file }) => file.statistics)),
    sample: mergeSamples(files.map(({ file }) => file.sample)),
  };
}

/** @param where the file that differs @throws AlixError 'other-extractor' naming what differs */
export function checkSameExtractor(wanted: ExtractorIdentity, found: ExtractorIdentity, where: string): void {
  for (const part of ['graph', 'output', 'preprocessing'] as const)
    if (wanted[part] !== found[part])
      throw new AlixError('other-extractor', `the features are another network's: another ${part}`, {
        where,
        expected: wanted[part],
        found: found[part],
        remedy: 'make both with one extractor',
      });
}
