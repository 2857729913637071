/** What `--resume` goes by: that the same is done to the same inputs by the same model, and what is kept for it when a run ends early. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { ImageEntry } from '@alix/infer/io/images';
import type { Spooled } from '@alix/infer/io/spool';
import { turns } from '@alix/infer/io/turn';
import { identity } from './session.js';

/** What a run was told to do. Plain JSON: it is written into what an interrupted run leaves. */
export interface Job {
  readonly model: { readonly name: string; readonly sha256: string; readonly precision?: string };
  /** Options that change a byte of the results, by their names on the command line. */
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  /** Of names, sizes and times of the files. */
  readonly inputs: string;
}

/** @param options undefined is written as null */
export function jobOf(model: Model, options: Readonly<Record<string, unknown>>, inputs: string): Job {
  const entries = Object.entries({ ...options, device: model.device }).map(([key, value]) => [key, value ?? null]);
  return { model: identity(model), options: Object.fromEntries(entries), inputs };
}

/** One sum over the names, sizes and times of files: the content of a million files would take long to read. */
export async function sumOfFiles(entries: readonly ImageEntry[], stdin?: Spooled): Promise<string> {
  const hash = createHash('sha256');
  const turn = turns();
  const AT_ONCE = 64;
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    await turn();
    const lines = await Promise.all(
      entries.slice(at, at + AT_ONCE).map(async ({ name, path }) => {
        if (path === stdin?.path) return [name, stdin.sha256];
        const { size, mtimeMs } = await describing(path, () => stat(path));
        return [name, size, mtimeMs];
      }),
    );
    hash.update(JSON.stringify(lines));
  }
  return hash.digest('hex');
}

/** @throws AlixError 'other-job' naming the first thing that is not as it was */
export function refuseOther(found: unknown, wanted: Job, where: string): void {
  const { model, options, inputs } = (found ?? {}) as Partial<Job>;
  const refuse = (what: string, expected: unknown, given: unknown): never => {
    throw new AlixError('other-job', `what was begun here had ${what}`, {
      where,
      expected: `${expected}`,
      found: `${given}`,
      remedy: 'give the same command again, or leave out --resume to begin anew',
    });
  };
  if (model?.sha256 !== wanted.model.sha256) refuse('another model', short(model), short(wanted.model));
  for (const [key, value] of Object.entries(wanted.options)) {
    const before = options?.[key] ?? null;
    if (before !== value) refuse(`another --${key}`, typeof before === 'object' ? 'none' : before, value ?? 'none');
  }
  if (inputs !== wanted.inputs) refuse('other inputs', begun(inputs), begun(wanted.inputs));
}

/** What is read may be damaged: of what is no text there is nothing to tell. */
const begun = (text: unknown) => (typeof text === 'string' ? text.slice(0, 12) : 'none');
const short = (model: Job['model'] | undefined) =>
  `${typeof model?.name === 'string' ? model.name : 'none'} (${begun(model?.sha256)})`;

/** Errors after which the same command may do: what was done is kept for it. */
const PASSING = new Set([
  'interrupted',
  'disk-full',
  'disk-error',
  'no-permission',
  'read-only',
  'too-many-files',
  'busy',
  'system',
  'reader-lost',
  'run-failed',
]);

/** Whether what was done so far is worth keeping after this error. A mistake of alix may be mended, and memory be there again. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof AlixError) || PASSING.has(error.code);
}

/** The error with the word that one can go on. */
export function resumable(error: unknown): unknown {
  if (!(error instanceof AlixError)) return error;
  const { code, what, where, expected, found, remedy, cause } = error;
  return new AlixError(code, what, {
    ...(where && { where }),
    ...(expected && { expected }),
    ...(found && { found }),
    remedy: `${remedy ? `${remedy}, then ` : ''}go on with --resume`,
    cause,
  });
}

/** Removes what atomic writes of processes that are no more have left of these files. */
export async function removeTemporaries(files: readonly string[]): Promise<void> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const folder = dirname(resolve(file));
    const names = folders.get(folder) ?? new Set();
    folders.set(folder, names.add(basename(file).slice(0, 40)));
  }
  for (const [folder, names] of folders)
    for (const file of await readdir(folder).catch(() => [])) {
      const [, name = '', pid = ''] = /^\.(.*)\.(\d+)-[0-9a-f]{12}\.tmp$/s.exec(file) ?? [];
      if (names.has(name) && !isRunning(Number(pid))) await rm(join(folder, file), { force: true });
    }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
