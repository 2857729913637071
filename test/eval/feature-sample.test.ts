/** Samples by key hash: one pass, shards in any order and other batches give the same rows. */
import { collectSample, type FeatureSample, mergeSamples, sampledFeatures } from '@alix/eval';
import { expect, test } from 'vitest';
import { features } from './support.js';

const [n, d] = [900, 3];
const { data } = features(n, d, 51) as { data: Float32Array };
const keys = Array.from({ length: n }, (_, i) => `images/${i % 10}/${i}.png`);

function sampleOf(indices: readonly number[], { capacity = 100, seed = 1, batch = 64 } = {}): FeatureSample {
  const collector = collectSample(d, capacity, seed);
  for (let i = 0; i < indices.length; i += batch) {
    const part = indices.slice(i, i + batch);
    collector.add(
      part.map((row) => keys[row]!),
      Float32Array.from(part.flatMap((row) => Array.from(data.subarray(row * d, (row + 1) * d)))),
    );
  }
  return collector.sample();
}

const all = keys.map((_, i) => i);
const whole = sampleOf(all);

test('100 rows of 900, with their own features', () => {
  expect(whole).toMatchObject({ seen: n, capacity: 100, d });
  expect(new Set(whole.keys).size).toBe(100);
  whole.keys.forEach((key, i) => {
    const row = keys.indexOf(key);
    expect(whole.features.subarray(i * d, (i + 1) * d)).toEqual(data.subarray(row * d, (row + 1) * d));
  });
  expect(sampledFeatures(whole)).toEqual({ data: whole.features, d });
});

test.each([1, 7, 64])('%i shards, either way round, are the whole', (shards) => {
  const parts = Array.from({ length: shards }, (_, s) => sampleOf(all.filter((i) => i % shards === s)));
  expect(mergeSamples(parts)).toEqual(whole);
  expect(mergeSamples(parts.toReversed())).toEqual(whole);
});

test('other batches and another order are the whole; another seed is not', () => {
  expect(sampleOf(all, { batch: 1 })).toEqual(whole);
  expect(sampleOf(all.toReversed(), { batch: 900 })).toEqual(whole);
  expect(sampleOf(all, { seed: 2 }).keys).not.toEqual(whole.keys);
});

test('every part of the data has its share, and the order knows nothing of classes', () => {
  // 10 classes of 90 among 300 kept of 900: 30 each, standard deviation 4.2
  const { keys: kept } = sampleOf(all, { capacity: 300 });
  for (let c = 0; c < 10; c++) {
    const share = kept.filter((key) => key.startsWith(`images/${c}/`)).length;
    expect(Math.abs(share - 30)).toBeLessThan(17);
  }
  const mean = kept.slice(0, 150).reduce((sum, key) => sum + keys.indexOf(key), 0) / 150;
  // of 150 indices of 900: standard error 21
  expect(Math.abs(mean - 450)).toBeLessThan(85);
});

test('fewer rows than the capacity are all of them', () => {
  expect(sampleOf(all.slice(0, 5)).keys.toSorted()).toEqual(keys.slice(0, 5).toSorted());
  expect(mergeSamples([sampleOf([]), sampleOf([3])]).keys).toEqual([keys[3]]);
});

test('a shard that was read twice changes nothing but the count', () => {
  const twice = mergeSamples([whole, sampleOf(all.slice(0, 500))]);
  expect(twice.keys).toEqual(whole.keys);
  expect(twice.features).toEqual(whole.features);
  expect(twice.seen).toBe(n + 500);
});

test('what does not go together', () => {
  const collector = collectSample(2, 5);
  expect(() => collector.add(['a'], Float32Array.of(1, 2, 3, 4))).toThrow(/expected 2, found 1/);
  expect(() => collector.add(['a'], Float32Array.of(1, Number.NaN))).toThrow(/NaN/);
  collector.add(['a', 'a'], Float32Array.of(1, 2, 1, 3));
  expect(() => collector.sample()).toThrow(/one key came with different features.*a/);
  expect(() => mergeSamples([whole, sampleOf([1], { seed: 2 })])).toThrow(/different hashes/);
  expect(() => mergeSamples([whole, collectSample(2, 5, 1).sample()])).toThrow(/different extractors/);
  expect(() => mergeSamples([])).toThrow(/no samples/);
});
