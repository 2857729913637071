/** Moments against closed forms, and against the same rows in one piece however they are cut and merged. */
import { mergeMoments, momentsOf, noMoments, variance } from '@alix/eval';
import { createRandom } from '@alix/infer/io/random';
import { expect, test } from 'vitest';

/** 1, 2, ..., n has mean (n+1)/2 and variance (n²-1)/12. */
const counting = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);

test('1..n: mean (n+1)/2, variance (n²-1)/12 and, unbiased, n(n+1)/12', () => {
  const moments = momentsOf(counting(1000), 1);
  expect(moments.n).toBe(1000);
  expect(moments.mean[0]).toBeCloseTo(500.5, 12);
  expect(variance(moments)[0]).toBeCloseTo((1000 ** 2 - 1) / 12, 8);
  expect(variance(moments, 1)[0]).toBeCloseTo((1000 * 1001) / 12, 8);
});

test('columns are apart: [i, -2i, 5]', () => {
  const rows = Array.from({ length: 9 }, (_, i) => [i, -2 * i, 5]).flat();
  const moments = momentsOf(rows, 3);
  expect(Array.from(moments.mean)).toEqual([4, -8, 5]);
  expect(Array.from(variance(moments))).toEqual([80 / 12, 320 / 12, 0]);
});

test('a large mean costs no digits: 1e9 + {0,1,2}', () => {
  expect(variance(momentsOf([1e9, 1e9 + 1, 1e9 + 2], 1))[0]).toBe(2 / 3);
  const apart = mergeMoments(momentsOf([1e9, 1e9 + 1], 1), momentsOf([1e9 + 2], 1));
  expect(variance(apart)[0]).toBeCloseTo(2 / 3, 12);
});

const d = 5;
const n = 640;
const rows = createRandom(3)
  .normal(n * d)
  .map((value, i) => 100 * (i % d) + (1 + (i % d)) * value);
const whole = momentsOf(rows, d);
const shard = (from: number, to: number) => momentsOf(rows.subarray(from * d, to * d), d);

test.each([1, 7, 64])('%i shards, merged in order, from the back and as a tree, are the whole', (shards) => {
  const cuts = Array.from({ length: shards + 1 }, (_, i) => Math.floor((i * n) / shards));
  const parts = Array.from({ length: shards }, (_, i) => shard(cuts[i] as number, cuts[i + 1] as number));
  const inOrder = parts.reduce(mergeMoments, noMoments(d));
  const fromTheBack = parts.reduceRight((sum, part) => mergeMoments(part, sum), noMoments(d));
  const tree = (list: typeof parts): (typeof parts)[number] =>
    list.length === 1
      ? (list[0] as (typeof parts)[number])
      : mergeMoments(tree(list.slice(0, list.length >> 1)), tree(list.slice(list.length >> 1)));
  for (const merged of [inOrder, fromTheBack, tree(parts)]) {
    expect(merged.n).toBe(n);
    for (let j = 0; j < d; j++) {
      expect(Math.abs((merged.mean[j] as number) - (whole.mean[j] as number))).toBeLessThan(1e-12 * 500);
      expect((merged.m2[j] as number) / (whole.m2[j] as number)).toBeCloseTo(1, 12);
    }
  }
});

test('shards of one row each, and empty ones between', () => {
  const merged = Array.from({ length: n }, (_, i) => [shard(i, i + 1), noMoments(d)])
    .flat()
    .reduce(mergeMoments, noMoments(d));
  expect((merged.m2[2] as number) / (whole.m2[2] as number)).toBeCloseTo(1, 11);
});

test('no rows, too few for the estimate, and rows that do not fit', () => {
  expect(variance(noMoments(1))[0]).toBeNaN();
  expect(variance(momentsOf([4], 1))[0]).toBe(0);
  expect(variance(momentsOf([4], 1), 1)[0]).toBeNaN();
  expect(() => momentsOf([1, 2, 3], 2)).toThrow(/expected a multiple of 2 values, found 3/);
  expect(() => mergeMoments(momentsOf([1], 1), momentsOf([1, 2], 2))).toThrow(/expected rows of 1, found rows of 2/);
});
