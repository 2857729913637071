/**
 * Where the rows of a data set are, as plain data that another thread can be given, and how they are read. One file under
 * rows/ per kind; `readers` is their table.
 */
import { type ArrayRows, arrayRows } from './rows/array.js';
import { type FileRows, fileRows } from './rows/files.js';
import { type FittedRows, fittedRows } from './rows/fitted.js';
import { type MemoryRows, memoryRows } from './rows/memory.js';
import { type SubsetRows, subsetRows } from './rows/subset.js';
import { type TarRows, tarRows } from './rows/tar.js';

/** Plain data (structured clone), told apart by `kind`; `shape` is that of one row: [H,W,C] of images, [d] of points. */
export type RowSource = MemoryRows | FileRows | TarRows | ArrayRows | SubsetRows | FittedRows;

/** Rows as they are stored: images uint8 [n,H,W,C], points float32 [n,d]. */
export type Rows = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** Rows in any order. What it holds open is closed by `close`, which may be called more than once. */
export interface RowReader {
  /**
   * The rows at `indices`, which may repeat and are within the data set. May be called again before it has settled.
   *
   * @throws AlixError naming the file that could not be read
   */
  read(indices: Uint32Array): Promise<Rows>;
  close(): Promise<void>;
}

type Readers = { readonly [K in RowSource['kind']]: (source: Extract<RowSource, { kind: K }>) => RowReader };

const readers: Readers = {
  memory: memoryRows,
  files: fileRows,
  tar: tarRows,
  array: arrayRows,
  subset: (source) => subsetRows(source, openRows),
  fitted: (source) => fittedRows(source, openRows),
};

/** A reader of the rows. Nothing is opened before the first read. */
export function openRows(source: RowSource): RowReader {
  return (readers[source.kind] as (source: RowSource) => RowReader)(source);
}
