/** Some of a data set's rows. */
import { createHash } from 'node:crypto';
import { type ClassLabels, type Dataset, rowsDataset } from './dataset.js';
import { sharedArray } from './rows/memory.js';

/** Rows from `first` to before `end`; all of them are the data set itself. */
export function subset(dataset: Dataset, first: number, end: number): Dataset {
  if (first === 0 && end === dataset.count) return dataset;
  const rows = Uint32Array.from({ length: end - first }, (_, i) => first + i);
  return chosen(dataset, rows, `rows ${first} to ${end}`);
}

/** @param what says which rows these are, for the fingerprint */
export function chosen(dataset: Dataset, rows: Uint32Array, what: string): Dataset {
  const { kind, name, classes, labels, attributes, source, origin } = dataset;
  const formats = Object.keys(origin?.formats ?? {});
  return rowsDataset(kind, {
    name,
    count: rows.length,
    labels: labels && sharedArray(pick(labels, rows, 1) as ClassLabels),
    classes,
    ...(attributes && {
      attributes: { ...attributes, values: sharedArray(pick(attributes.values, rows, attributes.count)) },
    }),
    source: { kind: 'subset', shape: source.shape, of: source, rows: sharedArray(rows) },
    // of several formats it is not known which these rows have
    ...(origin && formats.length === 1 && { origin: { ...origin, formats: { [formats[0] as string]: rows.length } } }),
    fingerprint: createHash('sha256').update(`${what} of ${dataset.fingerprint}\n`).digest('hex'),
  });
}

function pick<T extends Uint8Array | Uint16Array>(values: T, rows: Uint32Array, width: number): T {
  const out = new (values.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
