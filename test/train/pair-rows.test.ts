import { pairRows } from '@alix/train/pair-rows';
import { expect, test } from 'vitest';

const images = (...values: number[]) => values.map((value) => Uint8Array.of(value));
const values = (rows: Uint8Array[]) => rows.map(([value]) => value);

test('each image stands a row below its original, in the last row too', () => {
  expect(values(pairRows(images(1, 2, 3, 4, 5), images(11, 12, 13, 14, 15), 3, 0))).toEqual([
    ...[1, 2, 3],
    ...[11, 12, 13],
    ...[4, 5, 0],
    ...[14, 15, 0],
  ]);
});

test('fewer than a row', () => {
  expect(values(pairRows(images(1), images(11), 3, 128))).toEqual([1, 128, 128, 11, 128, 128]);
});
