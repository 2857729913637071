/** What `alix decode` does: codes to pictures, a batch at a time from their file. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeBatches, type Model } from '@alix/infer';
import { imageOf } from '@alix/infer/bundle';
import { unstack } from '@alix/infer/io/sheet';
import type { Context } from '../commands/command.js';
import type { ModelOptions } from '../options.js';
import { refuseInputs } from '../overwrite.js';
import { intoOutput, pictureFile, scaleFor, writeDescription } from '../pictures/files.js';
import { numbered, pictureFolder } from '../pictures/folder.js';
import { shortNames, writeGrid } from '../pictures/sheets.js';
import { planned } from '../plan.js';
import { createProgress } from '../progress.js';
import { isOfThisVersion, isPassing, jobOf, refuseOther, resumable, sumOfFiles } from '../resuming.js';
import { identity } from '../session.js';
import { removeTemporaries } from '../temporaries.js';
import { type OpenedCodes, openModelCodes } from './read.js';
import { openStaging, readStaging, type Staged, type Staging, stagingOf } from './staging.js';

export interface DecodeOptions extends ModelOptions {
  readonly output: string;
  readonly grid: boolean;
  readonly resume?: true;
}

/** All that is known before the first picture is made. */
interface Work {
  readonly model: Model;
  readonly path: string;
  readonly codes: OpenedCodes;
  /** Of all codes. */
  readonly names: readonly string[];
  readonly options: DecodeOptions;
  readonly context: Context;
}

export async function decodeTo(model: Model, path: string, options: DecodeOptions, context: Context): Promise<void> {
  const { output, grid } = options;
  imageOf(model.bundle);
  const codes = await openModelCodes(path, model, context.log, context.signal);
  if (grid) scaleFor(codes.n, model.image);
  const names = codes.names ?? Array.from({ length: codes.n }, (_, i) => numbered(i, codes.n));
  if (path !== '-' && output !== '-') {
    const written = new Set(['decode.json', ...names.map(pictureFile)]);
    await refuseInputs(output, await filesOf(path), !grid, (file) => written.has(file));
  }
  const work = { model, path, codes, names, options, context };
  const begun = grid ? undefined : await begin(work);
  const done = begun?.found?.n ?? 0;
  const counts = { images: codes.n - done, ...(done > 0 && { 'done before': done }) };
  if (planned(context, { model: model.bundle.name, device: model.device, inputs: [path], outputs: [output], counts }))
    return;
  await intoOutput(output, () => (begun ? intoFolder(work, begun) : intoGrid(work)));
  const summary = { model: identity(model), n: codes.n, codes: path };
  if (context.json) context.out(JSON.stringify({ ...summary, output }));
  else context.log(`${codes.n} images -> ${output}`);
}

/** The file of codes, and its description where there is one. */
async function filesOf(path: string) {
  const there = await Promise.all(
    [path, `${path}.json`].map((file) =>
      stat(file).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  );
  return [path, `${path}.json`].filter((_, i) => there[i]).map((file) => ({ path: file, name: basename(file) }));
}

interface Begun {
  readonly job: unknown;
  /** Of an earlier run, whose pictures are all there. */
  readonly found: Staged | undefined;
}

async function begin({ model, path, codes, names, options, context }: Work): Promise<Begun> {
  const { output, batch, threads, resume } = options;
  const entries = codes.stdin ? [{ path: codes.stdin.path, name: 'stdin' }] : await filesOf(path);
  const job = jobOf(model, { batch, threads }, await sumOfFiles(entries, codes.stdin));
  if (!resume) return { job, found: undefined };
  const left = await readStaging(journalOf(output));
  if (left) refuseOther(left.job, job, output);
  const found = isOfThisVersion(left?.job) ? left : undefined;
  const done = names.slice(0, found?.n).map((name) => join(output, pictureFile(name)));
  if (found && (await areThere(done))) {
    context.log(`${found.n} images are there already`);
    return { job, found };
  }
  context.log(`${output}: ${found ? 'pictures are missing' : 'there is nothing to resume'}: it begins anew`);
  return { job, found: undefined };
}

/** Where it stands which pictures are whole. */
const journalOf = (output: string): string => stagingOf(join(output, 'decode.json'));

async function areThere(files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    const isThere = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isThere) return false;
  }
  return true;
}

async function intoFolder(work: Work, { job, found }: Begun): Promise<void> {
  const { model, path, names, options } = work;
  const { output, batch } = options;
  const files = names.slice(0, found?.n ?? 0).map(pictureFile);
  if (found)
    await removeTemporaries(
      ['decode.json', ...names.slice(found.n, found.n + batch).map(pictureFile)].map((file) => join(output, file)),
    );
  const folder = pictureFolder(output, model.image, files);
  let journal: Staging | undefined;
  try {
    journal = await openStaging(journalOf(output), job, found);
    for await (const { pixels, n } of decoded(work, files.length)) {
      const batch = names.slice(files.length, files.length + n);
      files.push(...(await folder.write(batch, pixels)));
      await journal.add({ names: batch, codes: new Float32Array(), images: files.length, skipped: [] });
    }
    const images = names.map((name, i) => ({ name, file: files[i]! }));
    await writeDescription(output, 'decode', { model: identity(model), n: names.length, codes: path, images });
    await journal.close(false);
  } catch (error) {
    const keep = (journal?.n ?? 0) > 0 && isPassing(error);
    await journal?.close(keep);
    throw keep ? resumable(error) : error;
  }
}

async function intoGrid(work: Work): Promise<void> {
  const { model, path, names, options } = work;
  const shown: Uint8Array[] = [];
  for await (const { pixels, n } of decoded(work, 0)) shown.push(...unstack(pixels, n));
  const title = `${model.bundle.name}: images of ${names.length === 1 ? '1 code' : `${names.length} codes`}`;
  const notes = shortNames(names).map((name) => [name]);
  await writeGrid(options.output, shown, model.image, { title, notes });
  await writeDescription(options.output, 'decode', { model: identity(model), n: names.length, codes: path, names });
}

/** Codes that are in memory at once. */
const ROWS = 16_384;

/** The images from code `first` on, in the batches of an unbroken run where `first` is where one of them begins. */
async function* decoded({ model, codes, options, context }: Work, first: number) {
  const { batch } = options;
  const progress = await createProgress(context, 'decode', 'images', codes.n);
  let before = first;
  try {
    for await (const block of codes.blocks(batch * Math.max(1, Math.floor(ROWS / batch)), first)) {
      const update = (done: number) => progress.update(before + done);
      yield* decodeBatches(model, block, { batch, signal: context.signal, onProgress: update });
      before += block.length / codes.d;
    }
  } finally {
    progress.stop();
  }
}
