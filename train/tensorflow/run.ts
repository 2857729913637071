/** Runs another program to its end. */
import { spawn } from 'node:child_process';
import { throwIfAborted } from '@alix/infer/io/errors';

export interface Finished {
  /** The exit code; 127 if there is no such program, 128 if a signal ended it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  /** stdout and stderr as they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string;
}

/** Windows has no process groups; there only doctor's questions are asked. */
const grouped = process.platform !== 'win32';

/** Never throws for a program that fails; throws AlixError 'interrupted' if `signal` is aborted, with all it started ended. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env, signal, cwd }: RunOptions,
): Promise<Finished> {
  throwIfAborted(signal);
  const finished = await new Promise<Finished>((settle) => {
    const stdout: Buffer[] = [];
    const all: Buffer[] = [];
    // A group of its own, so that a compiler's or pip's own children end with it.
    const child = spawn(command, args, {
      env,
      detached: grouped,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd ? { cwd } : {}),
    });
    const end = () => {
      try {
        if (!grouped) child.kill();
        else if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It is gone already.
      }
    };
    const finish = (code: number, name: NodeJS.Signals | null) => {
      signal?.removeEventListener('abort', end);
      process.removeListener('exit', end);
      settle({ code, signal: name, output: Buffer.concat(all).toString(), stdout: Buffer.concat(stdout).toString() });
    };
    signal?.addEventListener('abort', end);
    process.once('exit', end);
    child.stdout.on('data', (piece: Buffer) => {
      stdout.push(piece);
      all.push(piece);
    });
    child.stderr.on('data', (piece: Buffer) => all.push(piece));
    child.once('error', (error: NodeJS.ErrnoException) => {
      all.push(Buffer.from(error.message));
      finish(error.code === 'ENOENT' ? 127 : 126, null);
    });
    child.once('close', (code, name) => finish(code ?? 128, name));
  });
  throwIfAborted(signal);
  return finished;
}

/** The last line of a program's output that says something. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.filter(Boolean).at(-1) ?? '';
}
