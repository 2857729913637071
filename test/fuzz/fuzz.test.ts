/**
 * Some damaged inputs of every format, each read in a process of its own kind: a value that makes sense or one line, never a crash, a hang
 * or a file elsewhere. `ALIX_FUZZ=format:seed:index npx vitest run test/fuzz/fuzz.test.ts` reads one again.
 */
import { expect, test } from 'vitest';
import { formats } from './formats/index.js';
import { planted } from './formats/planted.js';
import { fuzz, replayJob } from './fuzz.js';

const again = process.env.ALIX_FUZZ;

test.skipIf(!again)('the input of ALIX_FUZZ', async () => {
  const { failures, inputs } = await fuzz([replayJob(again!)]);
  expect({ failures, inputs }).toEqual({ failures: [], inputs: 1 });
});

/** The valid ones are among the first. */
const EACH = 14;

test.skipIf(again)(
  'every reader takes what is valid, and damage is taken or refused in one line',
  { timeout: 300_000 },
  async () => {
    const seed = Number(process.env.ALIX_SEED ?? 1);
    const {
      failures,
      inputs,
      refused,
      formats: counts,
    } = await fuzz(
      formats.map(({ name }) => ({ format: name, seed, from: 0, to: EACH })),
      { limit: 30_000 },
    );
    expect(failures).toEqual([]);
    expect(inputs).toBe(EACH * formats.length);
    // damage that is hardly ever refused would be none: some formats forgive much, and a run as short as this has luck
    expect(refused / inputs).toBeGreaterThan(0.35);
    expect(Object.keys(counts)).toHaveLength(formats.length);
  },
);

const EXPECTED: Readonly<Record<string, RegExp | undefined>> = {
  'planted-nothing': undefined,
  'planted-refuses': undefined,
  'planted-other-class': /^TypeError: Cannot read/,
  'planted-two-lines': /^more than one line/,
  'planted-no-name': /^names no file/,
  'planted-unsound': /^not sound: three rows/,
  'planted-hangs': /^takes more than 2 s/,
  'planted-waits': /^takes more than 2 s/,
  'planted-aborts': /^the process ended \(SIGABRT\)/,
  'planted-exits': /^the process ended \(0\)/,
  'planted-stray': /^nobody waits for: Error: late/,
  'planted-memory': /^took \d+ MB/,
  'planted-escapes': /^files outside the folder: escaped/,
  'planted-prints': /^printed: a warning/,
  'planted-pollutes': /^all objects have got: polluted/,
};

test.skipIf(again)(
  'readers that are wrong are found, each for what is wrong with it',
  { timeout: 300_000 },
  async () => {
    expect(planted.map(({ name }) => name)).toEqual(Object.keys(EXPECTED));
    const jobs = planted.map(({ name }) => ({ format: name, seed: 1, from: 1, to: 2 }));
    const { failures } = await fuzz(jobs, { limit: 2000, seeds: 5000 });
    const wanted = Object.entries(EXPECTED).flatMap(([format, problem]) =>
      problem ? [{ replay: `${format}:1:1`, problem: expect.stringMatching(problem) }] : [],
    );
    expect(failures).toEqual(wanted);
  },
);
