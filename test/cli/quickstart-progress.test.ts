/** How much of a run is done and left, whichever of steps and time ends it. */
import type { Progress } from '@alix/train';
import { expect, test } from 'vitest';
import { duration } from '../../cli/dist/progress.js';
import { outlook } from '../../cli/dist/train-progress.js';

const progress = (more: Partial<Progress>): Progress => ({
  step: 100,
  steps: Number.POSITIVE_INFINITY,
  epoch: 1,
  stepsPerEpoch: 200,
  imagesPerSecond: 500,
  seconds: 20,
  secondsLimit: Number.POSITIVE_INFINITY,
  metrics: {},
  ...more,
});

test('steps end it: 300 more of 100 images at 500/s are 60 s', () => {
  expect(outlook(progress({ steps: 400 }), 100)).toEqual({ share: 0.25, secondsLeft: 60 });
});

test('time ends it', () => {
  expect(outlook(progress({ secondsLimit: 80 }), 100)).toEqual({ share: 0.25, secondsLeft: 60 });
});

test('of both, the one that comes first', () => {
  expect(outlook(progress({ steps: 400, secondsLimit: 25 }), 100)).toEqual({ share: 0.8, secondsLeft: 5 });
  expect(outlook(progress({ steps: 110, secondsLimit: 1000 }), 100).secondsLeft).toBe(2);
});

test('a last step that overran is done, not more than done', () => {
  expect(outlook(progress({ secondsLimit: 19 }), 100)).toEqual({ share: 1, secondsLeft: 0 });
});

test('nothing ends it', () => {
  expect(outlook(progress({}), 100).share).toBeUndefined();
});

test('durations are as short as they can be said', () => {
  expect([0, 8.2, 60, 75, 3600, 7320].map(duration)).toEqual(['0s', '9s', '1m00s', '1m15s', '1h00m', '2h02m']);
});
