/** --on-error and --max-errors of the verbs that read data sets, and what is said of the images that were left out. */
import type { SkipOptions, SkippedImage, Skipping } from '@alix/train/datasets/index';
import { type Command, Option } from 'commander';
import type { Context } from './commands/command.js';
import { wholeNumber } from './options.js';

export interface SkipFlags {
  /** Unless given, the first image that cannot be read ends it. */
  readonly onError?: 'fail' | 'skip';
  readonly maxErrors?: number;
}

export function addSkipOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--on-error <what>', 'what an image of the data that cannot be read does (default: fail)').choices([
        'fail',
        'skip',
      ]),
    )
    .option('--max-errors <n>', 'with --on-error skip: fail when more images than this are skipped', wholeNumber(0));
}

/** Undefined where nothing is to be skipped. @throws AlixError 'usage' for --max-errors alone */
export async function skippingOf(
  { onError, maxErrors }: SkipFlags,
  context: Context,
  options: Pick<SkipOptions, 'decodes'> = {},
): Promise<Skipping | undefined> {
  await checkMaxErrors(maxErrors, onError);
  if (onError !== 'skip') return undefined;
  const { Skipping } = await import('@alix/train/datasets/index');
  return new Skipping({ ...options, maxErrors, signal: context.signal, onEvent: context.log });
}

/** @throws AlixError 'usage' */
export async function checkMaxErrors(maxErrors: number | undefined, onError: SkipFlags['onError']): Promise<void> {
  if (maxErrors === undefined || onError === 'skip') return;
  const { AlixError } = await import('@alix/infer/io/errors');
  throw new AlixError('usage', '--max-errors does nothing without --on-error skip', { remedy: 'add --on-error skip' });
}

/** Lines that are shown; the rest is in files and --json. */
const SHOWN = 20;

/** A table of the images that were left out, and the exit code of a job done in part. @param where the whole list is */
export function tellSkipped(skipped: readonly SkippedImage[], context: Context, where: string): void {
  if (skipped.length === 0) return;
  const shown = skipped.slice(0, SHOWN);
  const width = Math.min(40, Math.max(...shown.map(({ name }) => printable(name).length)));
  context.log(`left out, for they cannot be read: ${skipped.length}`);
  for (const { split, name, message } of shown)
    context.log(`  ${split.padEnd(5)}  ${printable(name).padEnd(width)}  ${message}`);
  if (skipped.length > shown.length) context.log(`  ... ${skipped.length - shown.length} more: ${where} has all`);
  context.exit(3);
}

/** Names of files may hold anything. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');
