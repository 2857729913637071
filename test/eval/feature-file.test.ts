/** Files of statistics: what is written comes back, shards merge to the whole in any order, and strangers are refused. */
import {
  collectSample,
  decodeFeatureFile,
  encodeFeatureFile,
  type FeatureFile,
  featureDistance,
  featureStatistics,
  imagesDigest,
  mergeFeatureFiles,
} from '@alix/eval';
import { decodeSafetensors, encodeSafetensors } from '@alix/infer/io/safetensors';
import { expect, test } from 'vitest';
import { features } from './support.js';

const [n, d] = [320, 6];
const { data } = features(n, d, 7) as { data: Float32Array };
const other = featureStatistics(features(400, d, 8));
const digest = (i: number) =>
  ((BigInt(i + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95n) % 2n ** 256n)
    .toString(16)
    .padStart(64, '0');
const extractor = { graph: 'a'.repeat(64), output: 'pool', preprocessing: 'as stored' };

/** The file of these images, as a pass over them makes it. */
function fileOf(rows: readonly number[], capacity = 50): FeatureFile {
  const picked = Float32Array.from(rows.flatMap((i) => Array.from(data.subarray(i * d, (i + 1) * d))));
  const collector = collectSample(d, capacity);
  collector.add(rows.map(digest), picked);
  const statistics = featureStatistics({ data: picked, d });
  return { extractor, images: imagesDigest(rows.map(digest)), statistics, sample: collector.sample() };
}

const all = Array.from({ length: n }, (_, i) => i);
const whole = fileOf(all);
const named = (files: readonly FeatureFile[]) => files.map((file, i) => ({ where: `${i}.safetensors`, file }));
const shards = (count: number) =>
  Array.from({ length: count }, (_, s) => fileOf(all.filter((i) => (i * 7919) % count === s)));

test('what was written comes back, bit for bit', () => {
  const bytes = encodeFeatureFile(whole);
  expect(decodeFeatureFile(bytes, 'f')).toEqual(whole);
  // the scatter's lower triangle, the mean, the sample; names and keys
  expect(bytes.length).toBeLessThan(8 * 21 + 8 * d + 4 * 50 * d + 50 * 67 + 1200);
});

test.each([1, 7, 64])('%i shards in any order make the file of one pass', (count) => {
  const parts = shards(count);
  const merged = mergeFeatureFiles(named(parts));
  const reversed = mergeFeatureFiles(named(parts.toReversed()));
  expect(encodeFeatureFile(reversed)).toEqual(encodeFeatureFile(merged));
  expect(merged.images).toBe(whole.images);
  expect(merged.statistics.n).toBe(n);
  expect(merged.sample).toEqual(whole.sample);
  const apart = featureDistance(merged.statistics, other).value;
  const once = featureDistance(whole.statistics, other).value;
  expect(Math.abs(apart / once - 1)).toBeLessThan(1e-11);
});

test('merging goes on from what was merged', () => {
  const [a, b, c] = shards(3) as [FeatureFile, FeatureFile, FeatureFile];
  const twice = mergeFeatureFiles(named([mergeFeatureFiles(named([c, a])), b]));
  expect(twice.images).toBe(whole.images);
  expect(twice.sample).toEqual(whole.sample);
});

test('the digest of a set is the sum of those of its images', () => {
  expect(imagesDigest([])).toBe('0'.repeat(64));
  expect(imagesDigest(['f'.repeat(64), `${'0'.repeat(63)}3`])).toBe(`${'0'.repeat(63)}2`);
  expect(imagesDigest([digest(1), digest(2)])).toBe(imagesDigest([digest(2), digest(1)]));
});

test.each(['graph', 'output', 'preprocessing'] as const)('another %s does not merge', (part) => {
  const [a, b] = shards(2) as [FeatureFile, FeatureFile];
  const strange = { ...b, extractor: { ...extractor, [part]: 'b'.repeat(64) } };
  expect(() => mergeFeatureFiles(named([a, strange]))).toThrow(
    expect.objectContaining({ code: 'other-extractor', message: expect.stringMatching(`^1.safetensors: .*${part}`) }),
  );
});

test('a file that comes twice is refused, and no file at all', () => {
  const twice = named([whole, fileOf([1, 2]), whole]);
  expect(() => mergeFeatureFiles(twice)).toThrow(
    expect.objectContaining({ code: 'same-images', message: expect.stringContaining('those of 0.safetensors') }),
  );
  expect(() => mergeFeatureFiles([])).toThrow(expect.objectContaining({ code: 'too-few' }));
});

test('one image in two shards, its features off by the last bits, is one row of the sample', () => {
  const [a, b] = [fileOf([1, 2]), fileOf([2, 3])];
  const at = b.sample.keys.indexOf(digest(2)) * d;
  const moved = b.sample.features.map((value, i) => (i >= at && i < at + d ? value * (1 + 1e-6) : value));
  const nearly = { ...b, sample: { ...b.sample, features: moved } };
  const merged = mergeFeatureFiles(named([a, nearly]));
  expect([...merged.sample.keys].sort()).toEqual([1, 2, 3].map(digest).sort());
  expect(encodeFeatureFile(mergeFeatureFiles(named([nearly, a])))).toEqual(encodeFeatureFile(merged));
});

test('damaged files, and files that are something else, are errors that name them', () => {
  const bytes = encodeFeatureFile(whole);
  const { tensors, metadata } = decodeSafetensors(bytes, 'f');
  const bad = (code: string, change: Uint8Array) =>
    expect(() => decodeFeatureFile(change, 'x.safetensors')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(/^x.safetensors: .*; /) }),
    );
  const without = (name: string) => new Map([...tensors].filter(([key]) => key !== name));
  const nan = { shape: [d], data: new Float64Array(d).fill(Number.NaN) };
  bad('bad-safetensors', bytes.subarray(0, bytes.length - 8));
  bad('bad-features', encodeSafetensors(tensors, {}));
  bad('bad-features', encodeSafetensors(tensors, { ...metadata, version: '2' }));
  bad('bad-features', encodeSafetensors(tensors, { ...metadata, n: 'many' }));
  bad('bad-features', encodeSafetensors(tensors, { ...metadata, images: 'none' }));
  for (const name of tensors.keys()) bad('bad-features', encodeSafetensors(without(name), metadata));
  bad('bad-features', encodeSafetensors(new Map([...tensors, ['mean', nan]]), metadata));
  bad(
    'bad-features',
    encodeSafetensors(new Map([...tensors, ['mean', { shape: [1], data: new Float64Array(1) }]]), metadata),
  );
});

test('no flipped bit gives other numbers', () => {
  const bytes = encodeFeatureFile(whole);
  let refused = 0;
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice();
    flipped[at]! ^= 1 << (at % 8);
    try {
      expect(decodeFeatureFile(flipped, 'x'), `byte ${at}`).toEqual(whole);
    } catch (error) {
      expect(error, `byte ${at}`).toMatchObject({ code: expect.stringMatching(/^bad-/) });
      refused += 1;
    }
  }
  // all but what pads the head
  expect(refused).toBeGreaterThan(bytes.length - 16);
});
