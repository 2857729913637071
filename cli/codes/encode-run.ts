/** What `alix encode` does: images to codes, staged until all of them are there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { encodeBatches, type Model } from '@alix/infer';
import { describing, makeFolder, removeEmptyFolders } from '@alix/infer/io/files';
import type { Context } from '../commands/command.js';
import { type Inputs, openInputs, reportSkipped } from '../inputs.js';
import type { ErrorOptions, ModelOptions } from '../options.js';
import { refuseInputs } from '../overwrite.js';
import { refuseFolder } from '../pictures/files.js';
import { planned } from '../plan.js';
import { createProgress, rate } from '../progress.js';
import { isOfThisVersion, isPassing, type Job, jobOf, refuseOther, resumable, sumOfFiles } from '../resuming.js';
import { identity } from '../session.js';
import { removeTemporaries } from '../temporaries.js';
import type { CodesFormat, CodesSource } from './format.js';
import { openStaging, readStaging, type Staged, type Staging, stagingOf } from './staging.js';
import { codesToStdout, writeCodes } from './write.js';

export interface EncodeOptions extends ModelOptions, ErrorOptions {
  readonly output: string;
  readonly format: CodesFormat;
  readonly sample?: true;
  readonly seed?: number;
  readonly resume?: true;
}

/** What is written down of a run: the seed that was drawn is the one that a resumed run goes on with. */
interface Begun extends Job {
  readonly drawn: number | null;
}

export async function encodeTo(
  model: Model,
  paths: readonly string[],
  options: EncodeOptions,
  context: Context,
): Promise<void> {
  const { output, resume } = options;
  const isFile = output !== '-';
  let job: Begun | undefined;
  let found: Staged | undefined;
  const inputs = await openInputs(paths, model.bundle, {
    ...options,
    signal: context.signal,
    begun: async (entries, stdin) => {
      if (!isFile) return undefined;
      await refuseInputs(output, entries, false);
      const { batch, threads, sample, seed, onError, maxErrors, resize } = options;
      const told = { batch, threads, sample, seed, 'on-error': onError, 'max-errors': maxErrors, resize };
      const wanted = jobOf(model, told, await sumOfFiles(entries, stdin));
      found = resume ? await describing(output, () => readStaging(stagingOf(output))) : undefined;
      if (found) refuseOther(found.job, wanted, output);
      if (!isOfThisVersion(found?.job)) found = undefined;
      if (resume && !found) context.log(`${output}: there is nothing to resume: it begins anew`);
      job = { ...wanted, drawn: (found?.job as Begun | undefined)?.drawn ?? drawn(options) };
      return found;
    },
  });
  const { images = 0, n: done = 0 } = found ?? {};
  if (
    planned(context, {
      model: model.bundle.name,
      device: model.device,
      inputs: paths,
      outputs: !isFile ? ['stdout'] : options.format.beside ? [output, `${output}.json`] : [output],
      counts: { images: inputs.total - images, ...(found && { 'done before': images }) },
    })
  )
    return;
  if (found) context.log(`${done} codes are there already`);
  if (resume) await removeTemporaries([output, `${output}.json`]);
  const before = { n: done, images };
  await (isFile
    ? intoFile(output, () => staged(stagingOf(output), { model, inputs, job, found, before, options, context }))
    : intoTemporary((path) => staged(path, { model, inputs, job, found, before, options, context })));
}

const drawn = ({ sample, seed }: EncodeOptions): number | null =>
  sample ? (seed ?? Math.floor(Math.random() * 2 ** 31)) : null;

/** The folder is made if need be; what was made for nothing is removed. */
async function intoFile(output: string, work: () => Promise<void>): Promise<void> {
  await refuseFolder(output);
  const folder = dirname(resolve(output));
  const made = await describing(output, () =>
    makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? Object.assign(error, { code: 'ENOTDIR' }) : error;
    }),
  );
  try {
    await work();
  } catch (error) {
    await removeEmptyFolders(folder, made);
    throw error;
  }
}

async function intoTemporary(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await describing(tmpdir(), () => mkdtemp(join(tmpdir(), 'alix-codes-')));
  try {
    await work(join(folder, 'codes'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly model: Model;
  readonly inputs: Inputs;
  readonly job: Begun | undefined;
  readonly found: Staged | undefined;
  readonly before: { readonly n: number; readonly images: number };
  readonly options: EncodeOptions;
  readonly context: Context;
}

/** Encodes into the staging file, then writes the result from it. */
async function staged(path: string, run: Run): Promise<void> {
  const { model, inputs, found, before, options, context } = run;
  const seed = run.job ? run.job.drawn : drawn(options);
  // opened first: an output that cannot be written is known before anything is computed
  const staging = await describing(options.output, () => openStaging(path, run.job ?? null, found));
  let keep = false;
  try {
    const start = performance.now();
    await encodeInto(staging, seed, run);
    const speed = rate(staging.n - before.n, performance.now() - start);
    const { n } = staging;
    const description: CodesSource['description'] = {
      model: identity(model),
      latent: model.latent.size,
      n,
      what: seed === null ? 'mean' : 'sample',
      ...(seed !== null && { seed }),
      skipped: inputs.skipped,
    };
    const source: CodesSource = { n, d: model.latent.size, description, blocks: () => staging.blocks() };
    if (options.output === '-') await codesToStdout(options.format, source);
    else await writeCodes(options.format, options.output, source);
    reportSkipped(inputs.skipped, context);
    if (context.json) context.out(JSON.stringify({ ...description, output: options.output }));
    else context.log(`${n} codes of ${source.d} values -> ${options.output} (${speed} images/s)`);
  } catch (error) {
    keep = options.output !== '-' && staging.n > 0 && isPassing(error);
    throw keep ? resumable(error) : error;
  } finally {
    await staging.close(keep);
  }
}

async function encodeInto(staging: Staging, seed: number | null, run: Run): Promise<void> {
  const { model, inputs, before, options, context } = run;
  const progress = await createProgress(context, 'encode', 'images', inputs.total);
  let told = inputs.skipped.length;
  try {
    const stream = encodeBatches(model, inputs.images, {
      batch: options.batch,
      signal: context.signal,
      onProgress: (done) => progress.update(before.images + done),
      ...(seed !== null && { sample: { seed } }),
    });
    for await (const { names, latent, mean, n } of stream) {
      const skipped = inputs.skipped.slice(told);
      told += skipped.length;
      const images = staging.n + n + inputs.skipped.length;
      await staging.add({ names, codes: latent ?? mean, images, skipped });
    }
  } finally {
    progress.stop();
  }
}
