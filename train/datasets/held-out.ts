/** Which rows are trained on and which are held out, where data do not come in two parts. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { Split } from './dataset.js';

/**
 * Whether a row belongs to a split: it is held out ("test") where the first 32 bits of the sha256 of its name, over 2^32,
 * are below `share`. A row's part depends on nothing but its name, so files that are added or taken away move no other.
 */
export function isIn(split: Split, name: string, share: number): boolean {
  const isHeldOut = createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32 < share;
  return isHeldOut === (split === 'test');
}

/** @throws AlixError 'bad-option' */
export function checkShare(source: string, share: number): void {
  if (share < 0 || share >= 1)
    throw new AlixError('bad-option', 'a value out of range', {
      where: `data set "${source}", option "heldOut"`,
      expected: 'a share from 0 to below 1',
      found: `${share}`,
    });
}

/** Whether a folder has both a "train" and a "test" sub-folder: these are then the splits, and nothing else in it counts. */
export async function hasSplitFolders(folder: string): Promise<boolean> {
  const entries = await describing(folder, () => readdir(folder, { withFileTypes: true }));
  const has = (name: string) => entries.some((entry) => entry.name === name && entry.isDirectory());
  return has('train') && has('test');
}

/** @throws AlixError 'no-data' for a split that no row belongs to */
export function checkCount(count: number, split: Split, where: string): void {
  if (count > 0) return;
  throw new AlixError(
    'no-data',
    split === 'test' ? 'no image is held out for testing' : 'no image is left to train on',
    {
      where,
      remedy: 'set data.options.heldOut to another share, or make two sub-folders, "train" and "test"',
    },
  );
}
