import { nearest } from '@alix/infer/io/suggest';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

test.each([
  ['strokes-dal', 'strokes-dali'],
  ['Stroke-dali', 'strokes-dali'],
  ['mnist-ali', 'mnist-dali'],
  ['something', undefined],
  ['', undefined],
])('nearest to %j is %j', (given, wanted) => {
  expect(nearest(given, ['mnist-dali', 'strokes-dali'])).toBe(wanted);
});

const cwd = temporaryFolder();

test.each([
  ['train dali --set optimizer.learningRate=1', '"optimizer" is not a setting (did you mean optimiser?)'],
  [
    'train dali --set optimiser.learningrate=1',
    '"optimiser.learningrate" is not a setting (did you mean learningRate?)',
  ],
  ['train dali-mnst', '(did you mean dali-mnist?)'],
  ['recipes dalli', '(did you mean dali?)'],
  ['data info storkes', 'no such data set, folder or file (did you mean strokes?)'],
  ['eval strokes-dali --data strokes --metrics mze -o r', 'no such metric (did you mean mse?)'],
  ['eval strokes-dali --data strokes --set kid.sise=3 -o r', 'no such option of a metric (did you mean kid.size?)'],
])('alix %s', async (line, words) => {
  const { code, stdout, stderr } = await inside(line.split(' '), cwd);
  expect([code === 0, stdout]).toEqual([false, '']);
  expect(stderr).toContain(words);
});
