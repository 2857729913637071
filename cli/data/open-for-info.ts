/** A data set to be looked at: images of many sizes too, which nothing can train on until a size is chosen. */
import { AlixError } from '@alix/infer/io/errors';
import { type Dataset, type DatasetRequest, openDataset, type SkippedImage } from '@alix/train/datasets/index';
import type { Context } from '../commands/command.js';
import { type SkipFlags, skippingOf } from '../skip-options.js';

export interface Opened {
  readonly dataset: Dataset;
  /** Undefined where nothing was to be left out. */
  readonly skipped: readonly SkippedImage[] | undefined;
  /** Whether the images have no common size, and are seen as squares of `SHOWN` pixels. */
  readonly isMixed: boolean;
}

/** Pixels of the squares in which images of mixed sizes are shown, and of the size that is advised. */
export const SHOWN = 64;

/** @throws AlixError those of `openDataset` */
export async function openForInfo(
  data: string,
  request: Omit<DatasetRequest, 'skipping'>,
  flags: SkipFlags,
  context: Context,
): Promise<Opened> {
  const { split, options = {} } = request;
  const open = async (more: DatasetRequest['options'], isMixed: boolean): Promise<Opened> => {
    const skipping = (await skippingOf(flags, context))?.of(split);
    const dataset = await openDataset(data, { ...request, options: { ...options, ...more }, skipping });
    return { dataset, skipped: skipping?.skipped, isMixed };
  };
  const isChosen = Boolean(options.size || options.centreCrop);
  try {
    const opened = await open({}, false);
    const others = (opened.skipped ?? []).filter(({ code }) => code === 'wrong-size').length;
    // where most are of other sizes than the first, that is no damage
    if (isChosen || others <= opened.dataset.count) return opened;
  } catch (error) {
    const codes = ['wrong-size', ...(flags.onError === 'skip' ? ['too-many-errors', 'no-images'] : [])];
    if (isChosen || !(error instanceof AlixError) || !codes.includes(error.code)) throw error;
    if (error.code !== 'wrong-size' && !/not of one size/.test(String(error.cause ?? error.found))) throw error;
  }
  return open({ size: SHOWN }, true);
}
