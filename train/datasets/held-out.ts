/** Which rows are trained on and which are held out, where data do not come in two parts; and the order of the rows. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { AlixError } from '@alix/infer/io/errors';
import { describing } from '@alix/infer/io/files';
import type { Split } from './dataset.js';

/**
 * A row's place in [0,1), by its name alone: the first 48 bits of the sha256 of the name, over 2^48. Rows stand in the order of
 * their places, so that the first thousand are a sample of all classes, and those below a share can be held out: files
 * that are added or taken away move no other from one split to the other.
 */
export function placeOf(name: string): number {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Whether the row at `place` belongs to the split, where the share `heldOut` of all is for testing. */
export const isIn = (split: Split, place: number, heldOut: number): boolean => place < heldOut === (split === 'test');

/** `rows` in the order of their places, of which there is one for each. */
export function inOrder<T>(rows: readonly T[], places: readonly number[]): T[] {
  const order = rows.map((_, i) => i).sort((i, j) => (places[i] as number) - (places[j] as number) || i - j);
  return order.map((i) => rows[i] as T);
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
