/** Has damaged inputs read in a child process, and tells which it hung, crashed or failed on. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, Told } from './messages.js';

export interface Failure {
  /** What ALIX_FUZZ takes to read this input again. */
  readonly replay: string;
  readonly problem: string;
}

export interface Outcome {
  readonly inputs: number;
  readonly refused: number;
  readonly failures: readonly Failure[];
  /** By format: inputs, and how many of them were refused. */
  readonly formats: Readonly<Record<string, { inputs: number; refused: number }>>;
}

export interface FuzzOptions {
  /** Milliseconds that an input may take. */
  readonly limit?: number;
  /** And so many more the first of a format, for its valid ones are made then. */
  readonly seeds?: number;
  /** Told of each input that was read. */
  readonly onInput?: (replay: string, told: Extract<Told, { kind: 'ended' }>) => void;
  /** After so many milliseconds no further input is begun. */
  readonly within?: number;
}

// compiled, whether this runs from the source (vitest) or from dist
const child = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? './child.js' : '../dist/fuzz/child.js', import.meta.url),
);

export async function fuzz(jobs: readonly Job[], options: FuzzOptions = {}): Promise<Outcome> {
  if (!existsSync(child)) throw new Error('not built: run `npm run build` first');
  const formats: Record<string, { inputs: number; refused: number }> = {};
  const failures: Failure[] = [];
  let left = [...jobs];
  const end = performance.now() + (options.within ?? Number.POSITIVE_INFINITY);
  while (left.length > 0 && performance.now() < end) left = await once(left, formats, failures, end, options);
  const all = Object.values(formats);
  const sum = (key: 'inputs' | 'refused') => all.reduce((total, one) => total + one[key], 0);
  return { inputs: sum('inputs'), refused: sum('refused'), failures, formats };
}

/** One child's life. @returns what it has not come to */
function once(
  jobs: readonly Job[],
  formats: Record<string, { inputs: number; refused: number }>,
  failures: Failure[],
  end: number,
  { limit = 20_000, seeds = 60_000, onInput }: FuzzOptions,
): Promise<Job[]> {
  const root = mkdtempSync(join(tmpdir(), 'alix-fuzz-'));
  const started: ChildProcess = fork(child, [root, JSON.stringify(jobs)], {
    cwd: root,
    execArgv: ['--max-old-space-size=1024'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let at: Extract<Told, { kind: 'begins' }> | undefined;
  let printed = '';
  let isDone = false;
  let timer: NodeJS.Timeout;
  const known = new Set<string>();
  const fail = (problem: string) => at && failures.push({ replay: `${at.format}:${at.seed}:${at.index}`, problem });
  const kill = (problem: string) => {
    fail(problem);
    started.kill('SIGKILL');
  };
  for (const stream of [started.stdout, started.stderr])
    stream?.on('data', (part: Buffer) => {
      printed = (printed + part).slice(-2000);
    });
  started.on('message', (told: Told) => {
    clearTimeout(timer);
    if (told.kind === 'done') isDone = true;
    if (told.kind === 'begins') {
      at = told;
      const most = known.has(told.format) ? limit : limit + seeds;
      known.add(told.format);
      timer = setTimeout(() => kill(`takes more than ${limit / 1000} s`), most);
    }
    if (told.kind === 'ended' && at) {
      formats[at.format] ??= { inputs: 0, refused: 0 };
      const counts = formats[at.format]!;
      counts.inputs++;
      if (told.refused) counts.refused++;
      if (told.problem) fail(told.problem);
      if (printed) fail(`printed: ${printed}`);
      printed = '';
      onInput?.(`${at.format}:${at.seed}:${at.index}`, told);
      if (performance.now() > end) started.kill('SIGKILL');
    }
  });
  return new Promise((settle, reject) => {
    started.on('error', reject);
    started.on('close', (code, signal) => {
      clearTimeout(timer);
      rmSync(root, { recursive: true, force: true });
      if (isDone) return settle([]);
      if (!at) return reject(new Error(`the child did not start: ${printed}`));
      const { format, seed, index } = at;
      const replay = `${format}:${seed}:${index}`;
      if (signal !== 'SIGKILL' || failures.at(-1)?.replay !== replay)
        if (performance.now() < end) fail(`the process ended (${signal ?? code}): ${printed}`);
      const reached = jobs.findIndex(
        (job) => job.format === format && job.seed === seed && index >= job.from && index < job.to,
      );
      settle([{ ...jobs[reached]!, from: index + 1 }, ...jobs.slice(reached + 1)].filter(({ from, to }) => from < to));
    });
  });
}

/** `format:seed:index`, as a failure has it. */
export function replayJob(text: string): Job {
  const [format = '', seed, index] = text.split(':');
  return { format, seed: Number(seed), from: Number(index), to: Number(index) + 1 };
}
