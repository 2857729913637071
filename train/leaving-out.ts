/** What a run does about images that cannot be read: its configuration's `data.onError`. */
import type { RunConfig } from './config.js';
import { type SkippedImage, Skipping } from './datasets/skipping.js';
import type { RunRecord } from './run-folder.js';

/**
 * All images are decoded once, when the run begins: which rows there are, and so every minibatch, depends on the data alone. What was left
 * out stands in run.json, and a run that is continued leaves out the same without looking again.
 *
 * @param before the run that is continued
 * @returns undefined where the first image that cannot be read ends the run
 */
export function skippingOf(
  { data }: RunConfig,
  before: RunRecord | undefined,
  { signal, onEvent }: { readonly signal?: AbortSignal; readonly onEvent?: (line: string) => void } = {},
): Skipping | undefined {
  if (data.onError !== 'skip') return undefined;
  return new Skipping({
    maxErrors: data.maxErrors,
    known: before?.config.data.onError === 'skip' ? (before.data.skipped ?? []) : undefined,
    signal,
    onEvent,
  });
}

/** The line that tells of it; undefined where nothing was left out. */
export function leftOutInWords(skipped: readonly SkippedImage[]): string | undefined {
  const n = skipped.length;
  if (n === 0) return undefined;
  return `${n.toLocaleString('en')} image${n === 1 ? '' : 's'} cannot be read and ${n === 1 ? 'is' : 'are'} left out`;
}
