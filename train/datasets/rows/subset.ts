/** Some rows of another source, in an order of their own. */
import type { RowReader, RowSource } from '../row-source.js';

export interface SubsetRows {
  readonly kind: 'subset';
  readonly shape: readonly number[];
  readonly of: RowSource;
  /** The other source's row of each row; on a SharedArrayBuffer. */
  readonly rows: Uint32Array;
}

/** @param open reads the other source */
export function subsetRows({ of, rows }: SubsetRows, open: (source: RowSource) => RowReader): RowReader {
  const reader = open(of);
  return {
    read: (indices) => reader.read(indices.map((i) => rows[i] as number)),
    close: () => reader.close(),
  };
}
