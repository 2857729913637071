/** The inputs of a verb that makes a picture of each, with what an earlier run has done of them. */
import { stat } from 'node:fs/promises';
import type { Model, NamedImage } from '@alix/infer';
import type { ImageEntry } from '@alix/infer/io/images';
import type { Context } from '../commands/command.js';
import { type Inputs, openInputs, type Skipped } from '../inputs.js';
import type { ErrorOptions, ModelOptions } from '../options.js';
import { jobOf, sumOfFiles } from '../resuming.js';
import { type JournalBatch, type PictureJournal, pictureJournal } from './journal.js';
import { needFolder } from './output.js';

export interface RunOptions extends ModelOptions, ErrorOptions {
  readonly output: string;
  readonly resume?: true;
}

export interface PictureRun<Told> {
  readonly inputs: Inputs;
  /** Of a folder. */
  readonly journal: PictureJournal<Told> | undefined;
  /** The batches that are done. */
  readonly before: readonly JournalBatch<Told>[];
}

/**
 * Opens the inputs after those that are done, if a folder is to be gone on with.
 *
 * @param settings of the verb, which change a byte of its results; by their names on the command line
 * @param beside files that are read besides the images; those that are not there are left out
 * @throws AlixError 'usage' for --resume without a folder, 'other-job', and those of `openInputs`
 */
export async function openRun<Told>(
  verb: string,
  model: Model,
  paths: readonly string[],
  { grid, settings, beside }: RunSettings,
  options: RunOptions,
  context: Context,
): Promise<PictureRun<Told>> {
  const { output, resume, batch, threads, onError, maxErrors, resize } = options;
  needFolder(resume, { output, grid });
  const journal = grid ? undefined : pictureJournal<Told>(output, verb, resume === true);
  let before: readonly JournalBatch<Told>[] = [];
  const inputs = await openInputs(paths, model.bundle, {
    ...options,
    signal: context.signal,
    begun: async (entries, stdin) => {
      if (!journal) return undefined;
      const told = { batch, threads, 'on-error': onError, 'max-errors': maxErrors, resize, ...settings };
      const files = [...entries, ...(await existing(beside?.(entries) ?? []))];
      before = await journal.begin(jobOf(model, told, await sumOfFiles(files, stdin)));
      const { images = 0, skipped = [] } = before.at(-1) ?? {};
      if (resume)
        context.log(images === 0 ? 'there is nothing to resume: it begins anew' : `${images} images are done`);
      return { images, skipped };
    },
  });
  return { inputs, journal, before };
}

export interface RunSettings {
  readonly grid: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly beside?: (entries: readonly ImageEntry[]) => readonly ImageEntry[];
}

async function existing(entries: readonly ImageEntry[]): Promise<ImageEntry[]> {
  const found: ImageEntry[] = [];
  for (const entry of entries) if (await stat(entry.path).catch(() => undefined)) found.push(entry);
  return found;
}

/** How far the inputs are worked off. */
export type Mark = Pick<JournalBatch<unknown>, 'images' | 'skipped' | 'unmasked'>;

/** Tells how far the inputs are worked off with each batch. */
export interface Marks {
  /** The images as they are read. */
  read(): AsyncGenerator<NamedImage>;
  /** What goes into the batches, of what `read` gave. */
  pass<T>(images: AsyncIterable<T>): AsyncGenerator<T>;
  /** Called once for each batch, in their order. */
  after(n: number): Mark;
}

/** @param unmasked filled between `read` and `pass`: images that are left out there */
export function marksOf(
  { inputs, before }: Pick<PictureRun<unknown>, 'inputs' | 'before'>,
  unmasked: readonly Skipped[] = [],
): Marks {
  const { images = 0, skipped = [] } = before.at(-1) ?? {};
  const waiting: { images: number; skipped: number; unmasked: number }[] = [];
  const counts = { read: 0 };
  return {
    async *read() {
      for await (const image of inputs.images) {
        counts.read += 1;
        yield image;
      }
    },
    async *pass(passing) {
      for await (const image of passing) {
        const left = inputs.skipped.length - skipped.length;
        waiting.push({
          images: images + counts.read + left,
          skipped: inputs.skipped.length,
          unmasked: unmasked.length,
        });
        yield image;
      }
    },
    after(n) {
      const last = waiting.splice(0, n).at(-1)!;
      return {
        images: last.images,
        skipped: inputs.skipped.slice(0, last.skipped),
        unmasked: unmasked.slice(0, last.unmasked),
      };
    },
  };
}
