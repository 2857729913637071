/** One side of a comparison: a process that prints one JSON line, and what the machine did meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { watchOthers } from './machine.js';

/** What a side prints as its last line. */
export interface Report {
  /** Program and version, e.g. "torch 2.13.0". */
  readonly what: string;
  readonly images_per_second: number;
  /** CPU seconds of the whole process, all threads. */
  readonly cpu_seconds: number;
}

export interface Measured extends Report {
  /** Seconds from start to exit. */
  readonly wall: number;
  /** Share of all cores in [0,1] that other processes used meanwhile. */
  readonly others: number;
}

export interface SideOptions {
  /** Then it is killed. */
  readonly mostSeconds?: number | undefined;
  /** Told each whole line of its output as it comes. */
  readonly onLine?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

const running = new Set<ChildProcess>();
let interrupted: NodeJS.Signals | undefined;

/** From now on Ctrl-C and SIGTERM end the sides, and no other starts: whoever awaits one gets an Error and cleans up. */
export function endSidesOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupted = signal;
      for (const child of running) child.kill('SIGKILL');
    });
}

/** Runs a command to its end. Throws an Error of one line if it fails. */
export async function runSide(command: readonly string[], options: SideOptions = {}): Promise<Measured> {
  if (interrupted) throw new Error(`interrupted by ${interrupted}`);
  const others = watchOthers();
  const start = performance.now();
  const { code, stdout, stderr } = await collect(command, options);
  const wall = (performance.now() - start) / 1000;
  if (interrupted) throw new Error(`interrupted by ${interrupted}`);
  const { mostSeconds = Number.POSITIVE_INFINITY } = options;
  const name = command.slice(0, 2).join(' ');
  if (code === null && wall >= mostSeconds) throw new Error(`${name} was still at it after ${mostSeconds} s`);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !line.startsWith('{')) {
    const reason = stderr.trim().split('\n').at(-1) || `exit code ${code}`;
    throw new Error(`${name} failed: ${reason}`);
  }
  const report = JSON.parse(line) as Report;
  return { ...report, wall, others: others(report.cpu_seconds) };
}

function collect([program = '', ...args]: readonly string[], { mostSeconds, onLine, env }: SideOptions) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(env ? { env } : {}),
      ...(mostSeconds === undefined ? {} : { timeout: 1000 * mostSeconds, killSignal: 'SIGKILL' }),
    });
    running.add(child);
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (part: string) => {
        text[name] += part;
      });
    if (onLine) createInterface({ input: child.stdout }).on('line', onLine);
    child.on('error', (error) => {
      running.delete(child);
      reject(new Error(`${program} cannot be started: ${error.message}`));
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, ...text });
    });
  });
}
