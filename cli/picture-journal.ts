/**
 * What `--resume` goes by where a folder of pictures is made: a hidden file in the folder, a line of JSON for each batch that is
 * written, with the numbers of its images. A run goes on after the last batch whose pictures are all there as they were written; so every
 * batch has the images that it has in a run that nothing ends.
 */

import { isUtf8 } from 'node:buffer';
import { type FileHandle, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeSystemError, describing, readRegular, sha256 } from '@alix/infer/io/files';
import type { Skipped } from './inputs.js';
import { isPassing, type Job, refuseOther, resumable } from './resuming.js';
import { version } from './version.js';

/** A batch that is done. @typeParam Told what is known of each image */
export interface JournalBatch<Told> {
  /** Images from the first one on that are worked off with this batch, those that were skipped among them. */
  readonly images: number;
  /** All that were skipped so far, in two lists: images that could not be read, and those whose masks could not. */
  readonly skipped: readonly Skipped[];
  readonly unmasked: readonly Skipped[];
  readonly told: readonly Told[];
  readonly pictures: readonly { readonly file: string; readonly sha256: string }[];
}

export interface PictureJournal<Told> {
  /** Reads what an earlier run has left, if it is to be gone on with. @throws AlixError 'other-job' */
  begin(job: Job): Promise<readonly JournalBatch<Told>[]>;
  /** Called once the pictures are written. */
  add(batch: JournalBatch<Told>): Promise<void>;
  /** Called when the folder is whole: nothing is left of it. */
  finish(): Promise<void>;
  /** Called after an error, which it gives back: the journal stays where the same command may go on. */
  fail(error: unknown): Promise<unknown>;
}

export function pictureJournal<Told>(folder: string, verb: string, resume: boolean): PictureJournal<Told> {
  const path = journalIn(folder, verb);
  const tidied = new Set<string>();
  let head: Job | undefined;
  let file: FileHandle | undefined;
  let length = 0;
  let kept = 0;

  const write = (value: unknown) =>
    describing(path, async () => {
      const line = Buffer.from(`${JSON.stringify(value)}\n`);
      for (let at = 0; at < line.length; ) {
        const { bytesWritten } = await file!.write(line, at, line.length - at, length + at);
        at += bytesWritten;
      }
      length += line.length;
    });
  const opened = () =>
    describing(path, async () => {
      file = await open(path, kept > 0 ? 'r+' : 'w');
      // what follows is torn, or of pictures that are there no more
      await file.truncate(kept);
      length = kept;
      if (kept === 0) await write({ alix: version(), ...head });
    });

  return {
    async begin(job) {
      head = job;
      if (!resume) return [];
      const text = await textOf(path);
      // what stands after the last end of a line is torn
      const [first, ...lines] = text.split('\n').slice(0, -1);
      const before = parsed<Job & { readonly alix?: string }>(first ?? '');
      if (first === undefined || before === undefined) return [];
      refuseOther(before, job, folder);
      await tidy(folder, tidied);
      if (before.alix !== version()) return [];
      let end = Buffer.byteLength(first) + 1;
      const done: JournalBatch<Told>[] = [];
      for (const line of lines) {
        const batch = parsed<JournalBatch<Told>>(line);
        if (!isBatch(batch, done.at(-1)?.images ?? 0) || !(await isThere(folder, batch))) break;
        done.push(batch);
        end += Buffer.byteLength(line) + 1;
      }
      if (done.length > 0) kept = end;
      return done;
    },
    async add(batch) {
      if (resume) for (const { file } of batch.pictures) await tidy(dirname(join(folder, file)), tidied);
      if (!file) await opened();
      await write(batch);
    },
    async finish() {
      await file?.close();
      file = undefined;
      await rm(path, { force: true });
    },
    async fail(error) {
      await file?.close().catch(() => {});
      file = undefined;
      const isOther = (error as { readonly code?: unknown } | undefined)?.code === 'other-job';
      if (isPassing(error)) return length > 0 || kept > 0 ? resumable(error) : error;
      // the error is what is told, not that something else is in the journal's place
      if (!isOther) await rm(path, { force: true }).catch(() => {});
      return error;
    },
  };
}

/** An option of the run that has begun in a folder: for one that was drawn. */
export async function begunOption(folder: string, verb: string, name: string): Promise<unknown> {
  const text = await readFile(journalIn(folder, verb), 'utf8').catch(() => '');
  return parsed<Job>(text.slice(0, text.indexOf('\n')))?.options?.[name];
}

const journalIn = (folder: string, verb: string) => join(folder, `.alix-${verb}.jsonl`);

function parsed<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}

/** Nothing where there is no such file. */
async function textOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw describeSystemError(error, path);
  });
  const bytes = found ? await readRegular(path) : new Uint8Array();
  // places in the file are counted in its text
  return isUtf8(bytes) ? Buffer.from(bytes).toString() : '';
}

/** Whether a line says all that is gone on from: what is damaged is done again. @param before images of the batch before */
function isBatch<Told>(batch: JournalBatch<Told> | undefined, before: number): batch is JournalBatch<Told> {
  if (typeof batch !== 'object' || batch === null) return false;
  const { images, skipped, unmasked, told, pictures } = batch;
  const isPicture = (one: unknown) => {
    const { file, sha256 } = (one ?? {}) as Record<string, unknown>;
    return typeof file === 'string' && !file.includes('\0') && typeof sha256 === 'string';
  };
  return (
    Number.isSafeInteger(images) &&
    images >= before &&
    [skipped, unmasked, told, pictures].every(Array.isArray) &&
    pictures.every(isPicture)
  );
}

/** Files that are read at a time. */
const AT_ONCE = 64;

/** Whether all pictures of the batch are as they were written. */
async function isThere(folder: string, { pictures }: JournalBatch<unknown>): Promise<boolean> {
  for (let at = 0; at < pictures.length; at += AT_ONCE) {
    const same = await Promise.all(
      pictures.slice(at, at + AT_ONCE).map(async (picture) => {
        const bytes = await readFile(join(folder, picture.file)).catch(() => undefined);
        return bytes !== undefined && sha256(bytes) === picture.sha256;
      }),
    );
    if (same.includes(false)) return false;
  }
  return true;
}

/** Temporary files of a process that is no more. */
const TEMPORARY = /^\..+\.(\d+)-[0-9a-f]{12}\.tmp$/;

/** Removes what a kill has left half-written in a folder. */
async function tidy(folder: string, tidied: Set<string>): Promise<void> {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  for (const name of await readdir(folder).catch(() => [])) {
    const process = TEMPORARY.exec(name)?.[1];
    if (process !== undefined && !isRunning(Number(process))) await rm(join(folder, name), { force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
