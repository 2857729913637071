/** What `--resume` goes by: that the same is done to the same inputs by the same model, and what is kept for it when a run ends early. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Model } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { ImageEntry } from '@alix/infer/io/images';
import { restated } from '@alix/infer/io/restated';
import type { Spooled } from '@alix/infer/io/spool';
import { turns } from '@alix/infer/io/turn';
import { identity } from './session.js';
import { version } from './version.js';

/** What a run was told to do. Plain JSON: it is written into what an interrupted run leaves. */
export interface Job {
  /** The version of alix. */
  readonly alix: string;
  readonly model: { readonly name: string; readonly sha256: string; readonly precision?: string };
  /** Options that change a byte of the results, by their names on the command line. */
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  /** Of names, sizes and times of the files. */
  readonly inputs: string;
}

/** @param options undefined is written as null */
export function jobOf(model: Model, options: Readonly<Record<string, unknown>>, inputs: string): Job {
  const entries = Object.entries({ ...options, device: model.device }).map(([key, value]) => [key, value ?? null]);
  return { alix: version(), model: identity(model), options: Object.fromEntries(entries), inputs };
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
        // what is not there, or has no name that leads to it, is told where it is read, and skipped there where that was asked for
        const found = await stat(path).catch(() => undefined);
        return [name, found?.size ?? null, found?.mtimeMs ?? null];
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
  // one bundle holds several precisions
  const [before, now] = [model?.precision, wanted.model.precision].map((precision) => precision ?? "the model's own");
  if (before !== now) refuse('another --precision', before, now);
  for (const [key, value] of Object.entries(wanted.options)) {
    const given = options?.[key] ?? null;
    if (given !== value) refuse(`another --${key}`, typeof given === 'object' ? 'none' : given, value ?? 'none');
  }
  if (inputs !== wanted.inputs) refuse('other inputs', begun(inputs), begun(wanted.inputs));
}

/** Another version may give other bytes: what it has begun is begun anew. */
export function isOfThisVersion(found: unknown): boolean {
  return (found as Partial<Job> | null)?.alix === version();
}

/** What is read may be damaged: of what is no text there is nothing to tell. */
const begun = (text: unknown) => (typeof text === 'string' ? text.slice(0, 12) : 'none');
const short = (model: Job['model'] | undefined) =>
  `${typeof model?.name === 'string' ? model.name : 'none'} (${begun(model?.sha256)})`;

/** Errors after which the same command may do: what was done is kept for it. */
export const PASSING: ReadonlySet<string> = new Set([
  'interrupted',
  'disk-full',
  'disk-error',
  'no-permission',
  'read-only',
  'too-many-files',
  'busy',
  'system',
  'reader-lost',
  // a graph may have failed for want of memory
  'run-failed',
]);

/** Whether what was done so far is worth keeping after this error. A mistake of alix may be mended, and memory be there again. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof AlixError) || PASSING.has(error.code);
}

/** The error with the word that one can go on. */
export function resumable(error: unknown): unknown {
  if (!(error instanceof AlixError)) return error;
  return restated(error, { remedy: `${error.remedy ? `${error.remedy}, then ` : ''}go on with --resume` });
}
