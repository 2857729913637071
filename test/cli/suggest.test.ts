import { expect, test } from 'vitest';
import { nearest } from '../../cli/dist/suggest.js';

test.each([
  ['strokes-dal', 'strokes-dali'],
  ['Stroke-dali', 'strokes-dali'],
  ['mnist-ali', 'mnist-dali'],
  ['something', undefined],
  ['', undefined],
])('nearest to %j is %j', (given, wanted) => {
  expect(nearest(given, ['mnist-dali', 'strokes-dali'])).toBe(wanted);
});
