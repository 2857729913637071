/** Images that lie in a file as an array: they stay there, and a row is read when it is asked for. */
import { createHash } from 'node:crypto';
import { type ClassLabels, type Dataset, rowsDataset } from './dataset.js';
import { openRows } from './row-source.js';
import type { ArrayRows } from './rows/array.js';
import { sharedArray } from './rows/memory.js';

/** Rows that the fingerprint knows, spread evenly, with the first and the last. */
const SAMPLED = 1000;

/**
 * The fingerprint is the sha256 of the shape, the number of rows, 1,000 of them (all where there are fewer), and all labels: the
 * same wherever and however they are stored.
 */
export async function arrayDataset(parts: {
  readonly name: string;
  readonly count: number;
  readonly labels: ClassLabels | undefined;
  readonly classes: number | undefined;
  readonly source: ArrayRows;
}): Promise<Dataset> {
  const { count, labels, source } = parts;
  return rowsDataset('images', {
    ...parts,
    labels: labels && sharedArray(labels),
    fingerprint: await fingerprint(source, count, labels),
  });
}

async function fingerprint(source: ArrayRows, count: number, labels: ClassLabels | undefined): Promise<string> {
  const hash = createHash('sha256').update(`uint8 [${count},${source.shape}]\n`);
  const n = Math.min(SAMPLED, count);
  const rows = Uint32Array.from({ length: n }, (_, i) => (n === 1 ? 0 : Math.floor((i * (count - 1)) / (n - 1))));
  const reader = openRows(source);
  try {
    // a hundred at a time: rows may be large
    for (let i = 0; i < n; i += 100) hash.update((await reader.read(rows.subarray(i, i + 100))) as Uint8Array);
  } finally {
    await reader.close();
  }
  if (labels) hash.update('labels\n').update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  return hash.digest('hex');
}
