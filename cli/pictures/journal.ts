/**
 * What `--resume` goes by where a folder of pictures is made: a hidden file in the folder, a line of JSON for each batch that is
 * written, with the numbers of its images. A run goes on after the last batch whose pictures are all there as they were written; so every
 * batch has the images that it has in a run that nothing ends.
 */

import { isUtf8 } from 'node:buffer';
import { type FileHandle, lstat, open, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describing, readRegular, sha256 } from '@alix/infer/io/files';
import type { Skipped } from '../inputs.js';
import { isOfThisVersion, isPassing, type Job, refuseOther, resumable } from '../resuming.js';
import { removeAllTemporaries, unlessMissing } from '../temporaries.js';
import { pictureFile } from './files.js';

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
  /** Reads what an earlier run has left, if it is to be gone on with; changes nothing. @throws AlixError 'other-job' */
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
      // one that is not gone on with is removed, not written over: it may be a link to another file, or a pipe
      if (kept === 0) await unlink(path).catch(unlessMissing);
      file = await open(path, kept > 0 ? 'r+' : 'wx');
      // what follows is torn, or of pictures that are there no more
      await file.truncate(kept);
      length = kept;
      if (kept === 0) await write(head);
    });

  return {
    async begin(job) {
      head = job;
      if (!resume) return [];
      const text = await textOf(path);
      // what stands after the last end of a line is torn
      const [first, ...lines] = text.split('\n').slice(0, -1);
      const before = parsed<Job>(first ?? '');
      if (first === undefined || before === undefined) return [];
      refuseOther(before, job, folder);
      if (!isOfThisVersion(before)) return [];
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
      if (resume)
        for (const each of [folder, ...batch.pictures.map(({ file }) => dirname(join(folder, file)))])
          await tidy(each, tidied);
      if (!file) await opened();
      await write(batch);
    },
    async finish() {
      if (resume) await tidy(folder, tidied);
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
  const text = await textOf(journalIn(folder, verb));
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

/** Nothing where there is no such file, or a link that leads to another one. */
async function textOf(path: string): Promise<string> {
  const found = await describing(path, () => lstat(path).catch(unlessMissing));
  const bytes = found && !found.isSymbolicLink() ? await readRegular(path) : new Uint8Array();
  // places in the file are counted in its text
  return isUtf8(bytes) ? Buffer.from(bytes).toString() : '';
}

/** Whether a line says all that is gone on from: what is damaged is done again. @param before images of the batch before */
function isBatch<Told>(batch: JournalBatch<Told> | undefined, before: number): batch is JournalBatch<Told> {
  if (!isObject(batch)) return false;
  const { images, skipped, unmasked, told, pictures } = batch;
  const isPicture = ({ file, sha256 }: { readonly file: unknown; readonly sha256: unknown }) =>
    typeof file === 'string' && isInside(file) && typeof sha256 === 'string';
  return (
    Number.isSafeInteger(images) &&
    images >= before &&
    [skipped, unmasked, told, pictures].every((list) => Array.isArray(list) && list.every(isObject)) &&
    pictures.every(isPicture)
  );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether this is a file that alix may have written into the folder: no other one is opened. */
function isInside(file: string): boolean {
  try {
    return !file.includes('\0') && pictureFile(file) === file;
  } catch {
    return false;
  }
}

/** Files that are read at a time. */
const AT_ONCE = 64;

/** Whether all pictures of the batch are as they were written. */
async function isThere(folder: string, { pictures }: JournalBatch<unknown>): Promise<boolean> {
  for (let at = 0; at < pictures.length; at += AT_ONCE) {
    const same = await Promise.all(
      pictures.slice(at, at + AT_ONCE).map(async (picture) => {
        const bytes = await readRegular(join(folder, picture.file)).catch(() => undefined);
        return bytes !== undefined && sha256(bytes) === picture.sha256;
      }),
    );
    if (same.includes(false)) return false;
  }
  return true;
}

/** Removes what a kill has left half-written in a folder. */
async function tidy(folder: string, tidied: Set<string>): Promise<void> {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  await removeAllTemporaries(folder);
}
