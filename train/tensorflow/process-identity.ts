/** Tells processes apart beyond their number, which systems reuse. */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isSystemError } from '@alix/infer/io/errors';
import { runCommand } from './run.js';

/** Where a process number means something: the host, and on Linux its boot and process namespace (a container has its own). */
export async function hostIdentity(): Promise<string> {
  if (process.platform !== 'linux') return hostname();
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), namespace].join(' ');
}

/** When a process started, in the system's own terms; undefined if there is no such process, or only its zombie. */
export async function startOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and is another user's.
    if (isSystemError(error) && error.code === 'ESRCH') return undefined;
  }
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) return undefined;
    // The name, in parentheses, may hold anything; the state is the first field after it and the start time the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? '');
  }
  const { stdout } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)], { env: process.env });
  return stdout.trim();
}
