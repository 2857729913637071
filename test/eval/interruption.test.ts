/** Long metrics let the event loop turn and end when they are told to; in pieces they give the same numbers. */
import {
  classifyByNeighbours,
  distanceAtInfinity,
  type FeatureStatistics,
  featureDistance,
  featureDistanceInTurns,
  featureDistanceInterval,
  featureStatistics,
  jackknifedDistance,
  kernelDistance,
  kernelDistanceOfAll,
  precisionRecall,
  randomSubsets,
} from '@alix/eval';
import { addProduct, matrix, transposed } from '@alix/eval/linear/product';
import { finish, inTurns, mirrorLower, productSteps, type Steps } from '@alix/eval/linear/steps';
import { turnsUntil } from '@alix/eval/turns';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, test } from 'vitest';
import { features, noise } from './support.js';

const [real, fake] = [features(3000, 160, 1), features(2500, 160, 2, { shift: 0.1 })];
const [ofReal, ofFake] = [featureStatistics(real), featureStatistics(fake)];
const wide = [5, 6].map((seed) => featureStatistics(features(900, 384, seed))) as [
  FeatureStatistics,
  FeatureStatistics,
];
const labels = new Int32Array(3000);
const subsets = randomSubsets({ real: 3000, fake: 2500 }, createRandom(1), { subsets: 20 });

const metrics: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  'Fréchet distance': (signal) => featureDistanceInTurns(...wide, { signal }),
  'its interval': (signal) =>
    featureDistanceInterval(
      featureDistance(ofReal, ofFake),
      { statistics: ofReal, sample: real },
      { statistics: ofFake, sample: fake },
      { signal },
    ),
  'its jackknife': (signal) => jackknifedDistance(real, fake, { signal }),
  'at infinity': (signal) => distanceAtInfinity(ofReal, fake, { random: createRandom(1), signal }),
  'kernel distance of subsets': (signal) => kernelDistance(real, fake, { subsets, signal }),
  'kernel distance of all': (signal) => kernelDistanceOfAll(real, fake, { signal }),
  'precision and recall': (signal) => precisionRecall(real, fake, { signal }),
  neighbours: (signal) => classifyByNeighbours(real, labels, fake, { signal }),
};

test.each(Object.entries(metrics))('%s ends when told to, before and meanwhile', async (_, run) => {
  await expect(run(AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
  const controller = new AbortController();
  // the next turn of the event loop: work in one piece would be done by then
  setImmediate(() => controller.abort());
  await expect(run(controller.signal)).rejects.toMatchObject({ code: 'interrupted' });
});

describe('in steps', () => {
  test('the Fréchet distance is the same number', async () => {
    const whole = featureDistance(ofReal, ofFake);
    expect(await featureDistanceInTurns(ofReal, ofFake)).toEqual(whole);
  });

  test.each([
    ['all elements', false],
    ['the lower triangle', true],
  ])('products are the same to the bit: %s', (_, lower) => {
    const [m, k] = [300, 190];
    const a = matrix(noise(m * k, 3), m, k);
    const [once, steps] = [noise(m * m, 4), noise(m * m, 4)];
    addProduct(matrix(once, m, m), a, transposed(a), { scale: -0.5, lower });
    finish(productSteps(matrix(steps, m, m), a, transposed(a), { scale: -0.5, lower }));
    expect(steps).toEqual(once);
  });

  test('what awaits comes between the pieces, and its error ends them', async () => {
    const seen: number[] = [];
    function* count(): Steps<string> {
      for (let i = 0; i < 3; i++) {
        seen.push(i);
        yield;
      }
      return 'done';
    }
    expect(await inTurns(count(), async () => void seen.push(-1))).toBe('done');
    expect(seen).toEqual([-1, 0, -1, 1, -1, 2, -1]);
    await expect(inTurns(count(), turnsUntil(AbortSignal.abort()))).rejects.toThrow(/interrupted/);
  });

  test('a triangle mirrored', () => {
    expect(Array.from(mirrorLower(Float64Array.of(1, 9, 2, 3), 2))).toEqual([1, 2, 2, 3]);
  });
});
