/** What many files cost: memory of training from them beside the same networks' on a few images in memory, and the time to the first step. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeIdx } from '@alix/infer/io/idx';
import { type Bench, whole } from './bench.js';
import { describeMachine, percent } from './machine.js';
import { type MadeImages, makeImageFolder, makeShards } from './make-images.js';
import { runChild } from './memory.js';
import { median } from './pairs.js';
import { type Measured, runSide } from './side.js';

/** The bar in bytes: more than the networks need. */
const MOST_MORE = 600e6;
/** Of the small networks that are trained: steps are fast, so that the reading is as hurried as it can be. */
const RECIPE = 'dali-strokes';
const IMAGE = { size: 28, channels: 1 } as const;
/** Images of the run that reads no files: two minibatches, and one held out. */
const FEW = { train: 200, t10k: 100 };

/** Of one run. */
export interface LoadedRun {
  /** The most that the process had resident, its threads included, in bytes. */
  readonly peak: number;
  /** Seconds from the start of the process to the end of its first step. */
  readonly first: number;
}

const formats: Readonly<Record<string, (folder: string, images: MadeImages) => void>> = {
  folder: makeImageFolder,
  tar: makeShards,
};

/** A format's runs beside those on a few images: the most of the former, the least of the latter. */
export function moreLine(name: string, runs: readonly LoadedRun[], few: readonly LoadedRun[]): string {
  const [most, least] = [Math.max(...runs.map((run) => run.peak)), Math.min(...few.map((run) => run.peak))];
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const seconds = (of: readonly LoadedRun[]) => `${median(of.map((run) => run.first)).toFixed(1)} s`;
  return (
    `${name}: peak ${mb(most)}, ${mb(most - least)} more than on a few images (at most ${mb(MOST_MORE)}: ${most - least <= MOST_MORE ? 'met' : 'NOT met'}); ` +
    `first step after ${seconds(runs)}, on a few images ${seconds(few)}`
  );
}

export const loadingMemory: Bench = {
  name: 'loading-memory',
  usage: '[folder] [tar] [--images 100000] [--steps 300] [--runs 3] [--threads N]',
  summary:
    'memory of training from many PNG files or tar shards beside the same networks on a few images; start to first step',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        images: { type: 'string', default: '100000' },
        steps: { type: 'string', default: '300' },
        runs: { type: 'string', default: '3' },
        threads: { type: 'string', default: `${availableParallelism()}` },
      },
    });
    const unknown = positionals.find((name) => !Object.hasOwn(formats, name));
    if (unknown) throw new Error(`there is no case called "${unknown}"; there are ${Object.keys(formats).join(', ')}`);
    const [count, steps, runs, threads] = [
      whole('images', values.images),
      whole('steps', values.steps),
      whole('runs', values.runs),
      whole('threads', values.threads),
    ];
    print(await describeMachine());
    const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
    let run = 0;
    const train = async (name: string, data: string): Promise<LoadedRun[]> => {
      const done: LoadedRun[] = [];
      while (done.length < runs) {
        const start = performance.now();
        let first: number | undefined;
        const command = [
          ...[process.execPath, runChild, '--recipe', RECIPE, '--folder', join(scratch, `run-${run++}`)],
          ...['--steps', `${steps}`, '--every', '1', '--threads', `${threads}`, '--set', `data.source=${data}`],
        ];
        const onLine = (line: string): void => {
          if (line.startsWith('{')) first ??= (performance.now() - start) / 1000;
        };
        const measured = (await runSide(command, { onLine })) as Measured & { peak: number };
        done.push({ peak: measured.peak, first: first ?? Number.NaN });
        const { images_per_second, others } = measured;
        print(
          `${name}: peak ${(measured.peak / 1e6).toFixed(0)} MB, first step after ${first?.toFixed(1)} s, ${images_per_second.toFixed(0)} images/s; others ${percent(others)}`,
        );
      }
      return done;
    };
    try {
      const few = join(scratch, 'few');
      makeFew(few);
      const without = await train('a few images in memory', few);
      for (const [name, make] of Object.entries(formats)) {
        if (positionals.length > 0 && !positionals.includes(name)) continue;
        const data = join(scratch, name);
        make(data, { ...IMAGE, count });
        print(moreLine(`${name} of ${count} images`, await train(name, data), without));
        await rm(data, { recursive: true, force: true });
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

/** IDX files as MNIST's. */
function makeFew(folder: string): void {
  mkdirSync(folder);
  for (const [split, n] of Object.entries(FEW)) {
    const pixels = Uint8Array.from({ length: n * IMAGE.size ** 2 }, (_, i) => (i * 31) % 256);
    const images = encodeIdx({ shape: [n, IMAGE.size, IMAGE.size], data: pixels });
    writeFileSync(join(folder, `${split}-images-idx3-ubyte`), images);
    const labels = encodeIdx({ shape: [n], data: Uint8Array.from({ length: n }, (_, i) => i % 10) });
    writeFileSync(join(folder, `${split}-labels-idx1-ubyte`), labels);
  }
}
