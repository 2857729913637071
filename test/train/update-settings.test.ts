/** What a run's length makes of schedules, and what networks have of their own. */
import { resolveConfig } from '@alix/train';
import { plannedEpochs, settingsOf } from '@alix/train/update-settings';
import { expect, it } from 'vitest';

const config = (over: object) => resolveConfig([{ from: 'test', config: over }]);

it.each([
  [{ epochs: 8 }, 8],
  [{ epochs: 8, steps: 30 }, 8],
  [{ steps: 30 }, 3],
  [{ steps: 31 }, 4],
  [{ hours: 1 }, Number.POSITIVE_INFINITY],
])('%j of ten steps an epoch is planned over %d epochs', (length, epochs) => {
  expect(plannedEpochs(config({ length }), 10)).toBe(epochs);
});

it('a schedule falls over the steps of a run that names steps alone, and a network keeps what it has of its own', () => {
  const run = config({
    length: { steps: 30 },
    optimiser: {
      learningRate: 1,
      clipValue: 0.5,
      schedule: 'linear',
      networks: { E: { schedule: 'constant', l2: 2 } },
    },
  });
  const moment = { epoch: 3, epochs: plannedEpochs(run, 10) };
  expect(settingsOf(run, 'G', moment).learningRate).toBeCloseTo(1 / 3, 12);
  expect(settingsOf(run, 'G', moment)).toMatchObject({ clipValue: 0.5, l2: 0 });
  expect(settingsOf(run, 'E', moment)).toMatchObject({ learningRate: 1, clipValue: 0.5, l2: 2 });
});

it.each([
  ['inverse-sqrt-epoch', 4, 9, 0.5],
  ['half-then-exponential', 200, 400, 1],
  ['half-then-exponential', 300, 400, 0.1],
  ['half-then-exponential', 400, 400, 0.01],
  ['exponential', 1, 11, 1],
  ['exponential', 11, 11, 0.1],
] as const)('%s in epoch %d of %d is %f', (schedule, epoch, epochs, factor) => {
  const run = config({ length: { epochs }, optimiser: { learningRate: 1, schedule } });
  expect(settingsOf(run, 'G', { epoch, epochs }).learningRate).toBeCloseTo(factor, 12);
});
