import { expect, test } from 'vitest';
import { type Plan, planned } from '../../cli/dist/plan.js';

/** What a context of these options is told. */
function tell(options: { dryRun: boolean; json: boolean }, plan: Plan) {
  const [out, log]: [string[], string[]] = [[], []];
  const stopped = planned({ ...options, out: (text) => out.push(text), log: (text) => log.push(text) }, plan);
  return { stopped, out, log };
}

const plan: Plan = {
  model: 'strokes-dali',
  device: 'cpu',
  inputs: ['a', 'b\u001b[2J', 'c', 'd', 'e', 'f'],
  counts: { images: 12345 },
  outputs: ['codes.npy'],
};

test('without --dry-run nothing is said, and the verb goes on', () => {
  expect(tell({ dryRun: false, json: false }, plan)).toEqual({ stopped: false, out: [], log: [] });
});

test('with it a person reads a line for each thing, long lists summed up, without control characters', () => {
  const { stopped, out, log } = tell({ dryRun: true, json: false }, plan);
  expect(stopped).toBe(true);
  expect(out.join('\n').split('\n')).toEqual([
    'model   strokes-dali on cpu',
    'reads   a, b\ufffd[2J, c, d and 2 more',
    'images  12,345',
    'writes  codes.npy',
  ]);
  expect(log).toEqual(['a dry run: nothing was written']);
});

test('with --json it is one object, whole', () => {
  const { stopped, out, log } = tell({ dryRun: true, json: true }, plan);
  expect([stopped, out.length, log]).toEqual([true, 1, []]);
  expect(JSON.parse(out[0] ?? '')).toEqual({ dryRun: true, ...plan });
});
