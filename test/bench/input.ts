/** How long training waits for data: runs on PNG files in a folder and in tar shards, read from disk all the way. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, whole } from './bench.js';
import { describeMachine, percent } from './machine.js';
import { type MadeImages, makeImageFolder, makeShards } from './make-images.js';
import { runChild } from './memory.js';
import { median } from './pairs.js';
import { type Measured, runSide } from './side.js';

interface InputCase {
  readonly name: string;
  readonly title: string;
  readonly recipe: string;
  readonly images: MadeImages;
  /** Of a run: enough for some ten seconds. */
  readonly steps: number;
}

const cases: readonly InputCase[] = [
  {
    name: '28',
    title: '28x28, the networks of AIM Table 3',
    recipe: 'dali-mnist',
    images: { count: 10_000, size: 28, channels: 1 },
    steps: 100,
  },
  {
    name: '64',
    title: '64x64, the networks of AIM Table 4',
    recipe: 'dali-celeba',
    images: { count: 4000, size: 64, channels: 3 },
    steps: 10,
  },
  {
    name: 'small',
    title: '28x28, small networks: the fastest step on images that there is',
    recipe: 'dali-strokes',
    images: { count: 10_000, size: 28, channels: 1 },
    steps: 400,
  },
];

const formats: readonly { readonly name: string; make(folder: string, images: MadeImages): void }[] = [
  { name: 'PNG folder', make: makeImageFolder },
  { name: 'tar shards', make: makeShards },
];

/** The bar on the share of steps' time. */
const MOST_WAIT = 0.05;

/** What some runs say together; `waits` are shares in [0,1]. */
export function waitLine(name: string, waits: readonly number[], rates: readonly number[], others: number): string {
  const share = (wait: number) => `${(100 * wait).toFixed(2)} %`;
  const middle = median(waits);
  return (
    `${name}: waits ${share(middle)} of the steps' time, median of ${waits.length}, most ${share(Math.max(...waits))} ` +
    `(under ${percent(MOST_WAIT)}: ${middle < MOST_WAIT ? 'met' : 'NOT met'}); ${median(rates).toFixed(1)} images/s; others up to ${percent(others)}`
  );
}

export const input: Bench = {
  name: 'input',
  usage: '[CASE...] [--runs 5] [--steps N] [--threads N]',
  summary: `the share of steps' time spent waiting for data, from PNG files and tar shards; cases: ${cases.map((c) => c.name).join(', ')}`,
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: 'string', default: '5' },
        steps: { type: 'string' },
        threads: { type: 'string', default: `${availableParallelism()}` },
      },
    });
    const unknown = positionals.find((name) => !cases.some((one) => one.name === name));
    if (unknown)
      throw new Error(`there is no case called "${unknown}"; there are ${cases.map((c) => c.name).join(', ')}`);
    const runs = whole('runs', values.runs);
    const steps = values.steps === undefined ? undefined : whole('steps', values.steps);
    const threads = whole('threads', values.threads);
    print(await describeMachine());
    for (const one of cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
      print(`\n# ${one.title}, batches of 100 PNG images that were just written`);
      for (const { name, make } of formats) {
        const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
        try {
          const data = join(scratch, 'data');
          make(data, one.images);
          const waits: number[] = [];
          const rates: number[] = [];
          let others = 0;
          for (let run = 0; run < runs; run++) {
            const measured = await runSide([
              ...[process.execPath, runChild, '--recipe', one.recipe, '--folder', join(scratch, `run-${run}`)],
              ...['--steps', `${steps ?? one.steps}`, '--threads', `${threads}`],
              ...['--set', `data.source=${data}`, '--set', 'evaluationRows=0'],
            ]);
            waits.push((measured as Measured & { data_wait: number }).data_wait);
            rates.push(measured.images_per_second);
            others = Math.max(others, measured.others);
          }
          print(waitLine(name, waits, rates, others));
        } finally {
          await rm(scratch, { recursive: true, force: true });
        }
      }
    }
  },
};
