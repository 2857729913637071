/** Ten thousand damaged inputs over all formats, from ALIX_SEED; ALIX_FUZZ_COUNT says how many others, main.ts how to have more of one. */
import { expect, test } from 'vitest';
import { formats } from './formats/index.js';
import { fuzz } from './fuzz.js';

const COUNT = Number(process.env.ALIX_FUZZ_COUNT ?? 10_000);
/** Two at once, as CI has cores; what is not reached in time on a slow machine is told, and is no failure. */
const WITHIN = 165_000;

test('damaged inputs are taken or refused in one line', { timeout: 15 * 60_000 }, async () => {
  const seed = Number(process.env.ALIX_SEED ?? 1);
  const to = Math.ceil(COUNT / formats.length);
  const jobs = formats.map(({ name }) => ({ format: name, seed, from: 0, to }));
  const halves = [0, 1].map((half) => jobs.filter((_, i) => i % 2 === half));
  const within = COUNT > 10_000 ? Number.POSITIVE_INFINITY : WITHIN;
  const outcomes = await Promise.all(halves.map((half) => fuzz(half, { within, limit: 30_000 })));
  const inputs = outcomes.reduce((sum, one) => sum + one.inputs, 0);
  console.log(`${inputs} damaged inputs, seed ${seed}`);
  expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
  expect(inputs).toBeGreaterThan(formats.length);
});
