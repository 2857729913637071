/** When Inception Scores are warned of: the bound against the bias of scores whose true value is known. */
import { type EvalRecord, inceptionScore, warningsOf } from '@alix/eval';
import { leastOfSplit } from '@alix/eval/evaluation/measures/is';
import { createRandom } from '@alix/infer/io/random';
import { expect, test } from 'vitest';

/** Images each surely of one class, drawn evenly: the score of infinitely many is the number of classes. */
function meanScore(classes: number, ofSplit: number, splits: number): number {
  const random = createRandom(5).split(`${classes} ${ofSplit}`);
  const data = new Float64Array(classes * ofSplit * splits);
  for (let i = 0; i < ofSplit * splits; i++) data[i * classes + random.integer(0, classes - 1)] = 1;
  return inceptionScore({ data, d: classes }, { input: 'probabilities', splits }).mean;
}

test.each([5, 10, 40])(
  'at the bound splits of %i classes lose about a tenth, with ten times as many a hundredth',
  (classes) => {
    const bound = leastOfSplit(classes);
    expect(meanScore(classes, bound, 200) / classes).toBeCloseTo(Math.exp(-0.1), 1.7);
    expect(meanScore(classes, 10 * bound, 100) / classes).toBeCloseTo(Math.exp(-0.01), 2.5);
  },
);

const record = (found: object) => ({ metrics: { 'samples.is': found }, data: {} }) as unknown as EvalRecord;

test('the warning names how many a split holds, and is not there where they are enough', () => {
  expect(warningsOf(record({ smallSplits: 12 }))).toEqual([expect.stringMatching(/hold 12 images each.*is\.splits=1/)]);
  expect(warningsOf(record({}))).toEqual([]);
});
