/** Which checkpoint is the best. */

import { objectives } from '@alix/train';
import { bestWith, checkBest } from '@alix/train/best';
import { expect, it } from 'vitest';

const auto = { metric: 'auto', direction: 'auto' } as const;
const mse = (step: number, value: number) => ({ metric: 'reconstruction_mse', step, value });

it.each([
  ['the first that is measured', undefined, { reconstruction_mse: 0.3 }, mse(8, 0.3)],
  ['a lower error', mse(4, 0.3), { reconstruction_mse: 0.2 }, mse(8, 0.2)],
  ['not a higher one', mse(4, 0.3), { reconstruction_mse: 0.4 }, mse(4, 0.3)],
  ['of two alike the earlier', mse(4, 0.3), { reconstruction_mse: 0.3 }, mse(4, 0.3)],
  ['never one that is not a number', mse(4, 0.3), { reconstruction_mse: Number.NaN }, mse(4, 0.3)],
  ['not even the first', undefined, { reconstruction_mse: Number.NaN }, undefined],
  ['not minus infinity', mse(4, 0.3), { reconstruction_mse: Number.NEGATIVE_INFINITY }, mse(4, 0.3)],
  ['nothing where nothing is measured', mse(4, 0.3), {}, mse(4, 0.3)],
  ['the error before the accuracy', undefined, { held_out_accuracy: 0.9, reconstruction_mse: 0.3 }, mse(8, 0.3)],
])('%s', (_what, before, measures, after) => {
  expect(bestWith(auto, before, 8, measures)).toEqual(after);
});

it('an accuracy is better when it is higher, and any other metric as it was said', () => {
  const accuracy = (value: number) => ({ metric: 'held_out_accuracy', step: 8, value });
  expect(bestWith(auto, { ...accuracy(0.5), step: 4 }, 8, { held_out_accuracy: 0.6 })).toEqual(accuracy(0.6));
  const own = { metric: 'held_out_depth', direction: 'higher' } as const;
  const before = { metric: 'held_out_depth', step: 4, value: 2 };
  expect(bestWith(own, before, 8, { held_out_depth: 3, reconstruction_mse: 0 })?.value).toBe(3);
  expect(bestWith(own, before, 8, { reconstruction_mse: 0 })).toBe(before);
  expect(bestWith({ metric: 'none', direction: 'auto' }, undefined, 8, { reconstruction_mse: 0 })).toBeUndefined();
});

it('another metric than before begins anew', () => {
  const settings = { metric: 'held_out_accuracy', direction: 'auto' } as const;
  expect(bestWith(settings, mse(4, 0.3), 8, { held_out_accuracy: 0.1, reconstruction_mse: 0.1 })).toMatchObject({
    metric: 'held_out_accuracy',
    step: 8,
  });
});

it('a metric of which it is not known how it gets better is refused', () => {
  expect(() => checkBest({ metric: 'held_out_fid', direction: 'auto' })).toThrow(
    /low or a high "held_out_fid" is better \(expected auto, none, reconstruction_mse, held_out_accuracy/,
  );
  checkBest({ metric: 'held_out_fid', direction: 'lower' });
});

it('what the objectives of alix measure is in the table', () => {
  const own = Object.values(objectives).filter(({ heldOut }) => heldOut);
  expect(own.map(({ name }) => name)).toEqual(['classifier']);
  for (const metric of ['reconstruction_mse', 'held_out_accuracy']) checkBest({ metric, direction: 'auto' });
});
