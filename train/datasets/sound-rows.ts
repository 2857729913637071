/** The rows of a data set that can be read: all are decoded once, so that every later minibatch is known to be whole. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@alix/infer/io/errors';
import type { Dataset } from './dataset.js';
import { openRows, type RowSource } from './row-source.js';
import { nameAt } from './rows/names.js';
import { noneLeft, type SplitSkipping } from './skipping.js';
import { chosen } from './subset.js';

/** Rows decoded at once: the disk's waiting times overlap. */
const AT_ONCE = 8;
/** Rows after which others get their turn. */
const SLICE = 100;
/** Images from which on it is told that they are decoded: a few thousand a second are. */
const MANY = 5000;

/**
 * The data set without the images that cannot be read, which `skipping` is told; the data set itself where there are none. Those that stay
 * keep their order, labels and classes. The fingerprint tells which were left out. Data that are no image files are not looked at.
 *
 * @throws AlixError 'no-images' where none is left, 'interrupted', and those of `SplitSkipping.add`
 */
export async function withoutDamaged(dataset: Dataset, skipping: SplitSkipping): Promise<Dataset> {
  const { source, count } = dataset;
  if (imageName(source, 0) === undefined || skipping.options.decodes === false) return dataset;
  const damaged = skipping.options.known ? knownRows(dataset, skipping) : await decodeAll(dataset, skipping);
  if (damaged.size === 0) return dataset;
  const out = [...damaged.keys()].sort((i, j) => i - j);
  for (const row of out) skipping.add(nameOf(source, row), damaged.get(row));
  if (out.length === count) throw noneLeft(dataset.name, count, skipping.skipped[0]?.message);
  const rows = Uint32Array.from({ length: count }, (_, i) => i).filter((row) => !damaged.has(row));
  const names = JSON.stringify(out.map((row) => nameOf(source, row)));
  const origin = dataset.origin && { origin: dataset.origin };
  return { ...chosen(dataset, rows, `all but ${names}`), ...origin };
}

/** By their names; what is wrong with them was taken down before. */
function knownRows({ source, count }: Dataset, skipping: SplitSkipping): Map<number, undefined> {
  const rows = new Map<number, undefined>();
  for (let row = 0; row < count; row++) if (skipping.isKnown(nameOf(source, row))) rows.set(row, undefined);
  return rows;
}

/** The rows that cannot be read, and why. After an error that is no fault of an image, no other is begun. */
async function decodeAll({ source, count }: Dataset, { options }: SplitSkipping): Promise<Map<number, unknown>> {
  if (count >= MANY)
    options.onEvent?.(`all ${count.toLocaleString('en')} images are decoded once, to leave out what cannot be read`);
  const reader = openRows(source);
  const damaged = new Map<number, unknown>();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let row = next++; row < count; row = next++) {
      throwIfAborted(options.signal);
      // what the system has at hand is read and decoded without a pause
      if (row % SLICE === 0) await setImmediate();
      // one by one, for a row that fails takes those that are read with it along
      await reader.read(Uint32Array.of(row)).catch((error: unknown) => damaged.set(row, error));
    }
  };
  try {
    // all are waited for, so that none still reads when the files are closed
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    return damaged;
  } finally {
    await reader.close();
  }
}

const nameOf = (source: RowSource, row: number): string => imageName(source, row) ?? `${row}`;

/** What the image of a row is called in lists of what was skipped; undefined where rows are no image files. */
export function imageName(source: RowSource, row: number): string | undefined {
  if (source.kind === 'subset') return imageName(source.of, source.rows[row] as number);
  if (source.kind === 'files') return nameAt(source.names, row);
  if (source.kind !== 'tar') return undefined;
  return memberName(source.shards[source.shard[row] as number]?.path ?? '', nameAt(source.names, row));
}

/** A member of an archive, the same wherever the archive lies. */
export const memberName = (archive: string, member: string): string => `${basename(archive)}:${member}`;
