/** Resident memory and tensors of a long run, at every so many steps. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { recipes } from '@alix/train';
import { type Bench, whole } from './bench.js';
import { describeMachine } from './machine.js';
import { type Measured, runSide } from './side.js';

export const runChild = fileURLToPath(new URL('./run-side.js', import.meta.url));

/** Of a run at one step. */
export interface Sample {
  readonly step: number;
  /** Bytes of the process in memory, and of V8's heap in use. */
  readonly resident: number;
  readonly heap: number;
  /** Tensors alive inside TensorFlow. */
  readonly tensors: number;
}

/** The bars: bytes, and growth from the first sample to the last. */
const MOST_BYTES = 1.2e9;
const MOST_GROWTH = 0.03;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const verdict = (isMet: boolean) => (isMet ? 'met' : 'NOT met');

export const sampleLine = ({ step, resident, heap, tensors }: Sample): string =>
  `step ${step}: resident ${megabytes(resident)}, V8's heap ${megabytes(heap)}, ${tensors} tensors`;

/**
 * What the samples say: growth of the resident memory, the peak, and whether tensors stayed as many.
 *
 * @param peak bytes, the most the process had at any time
 */
export function memorySummary(samples: readonly Sample[], peak: number): readonly string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < 2)
    return ['too few samples for a growth: more --steps, or a smaller --every'];
  const growth = last.resident / first.resident - 1;
  const counts = [...new Set(samples.map(({ tensors }) => tensors))];
  return [
    `resident memory grew by ${(100 * growth).toFixed(2)} % from step ${first.step} to step ${last.step} (under ${100 * MOST_GROWTH} %: ${verdict(growth < MOST_GROWTH)})`,
    `peak ${megabytes(peak)} (at most ${megabytes(MOST_BYTES)}: ${verdict(peak <= MOST_BYTES)})`,
    counts.length === 1
      ? `${counts[0]} tensors at every sample`
      : `the number of tensors is NOT constant: ${Math.min(...counts)} to ${Math.max(...counts)}`,
  ];
}

/** The environment of a run, with a place for real data: ALIX_DATA, or shared/data beside the repository. */
export function dataEnvironment(): NodeJS.ProcessEnv {
  const beside = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
  if (process.env.ALIX_DATA || !existsSync(beside)) return process.env;
  return { ...process.env, ALIX_DATA: beside };
}

export const memory: Bench = {
  name: 'memory',
  usage: '[--steps 10000] [--every 1000] [--config dali-mnist] [--threads N]',
  summary:
    'resident memory and tensors of a real run of a recipe, data and checkpoints included; its data from $ALIX_DATA',
  async run(args, print) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        steps: { type: 'string', default: '10000' },
        every: { type: 'string', default: '1000' },
        config: { type: 'string', default: 'dali-mnist' },
        threads: { type: 'string', default: `${availableParallelism()}` },
      },
    });
    if (!Object.hasOwn(recipes, values.config)) throw new Error(`there is no recipe called "${values.config}"`);
    const options = [
      ...['--recipe', values.config, '--steps', `${whole('steps', values.steps)}`],
      ...['--every', `${whole('every', values.every)}`, '--threads', `${whole('threads', values.threads)}`],
    ];
    print(await describeMachine());
    const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
    const samples: Sample[] = [];
    try {
      const onLine = (line: string) => {
        if (!line.startsWith('{')) return;
        const parsed = JSON.parse(line) as Partial<Sample>;
        if (parsed.resident === undefined) return;
        samples.push(parsed as Sample);
        print(sampleLine(parsed as Sample));
      };
      const command = [process.execPath, runChild, '--folder', join(scratch, 'run'), ...options];
      const measured = await runSide(command, { onLine, env: dataEnvironment() });
      for (const line of memorySummary(samples, (measured as Measured & { peak: number }).peak)) print(line);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};
