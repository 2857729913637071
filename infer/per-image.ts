/** Arrays given beside images: one row for each, or one row for all. */
import type { Images } from './batches.js';
import { AlixError } from './io/errors.js';

/** How many images there are, where that is known before they are read: what does not fit them is then told before any work. */
export function countOf(images: Images | Uint8Array): number | undefined {
  return typeof images === 'object' && images !== null && 'data' in images ? images.n : undefined;
}

/** The rows that belong to `n` images from place `first` on. */
export interface PerImage<T> {
  rows(first: number, n: number): T;
  /** To be called with the number of images there were. @throws the same error when there were more rows than images */
  end(images: number | undefined): void;
}

interface Row {
  /** Values of one row. */
  readonly size: number;
  /** What the error is called, and says. */
  readonly code: string;
  readonly what: string;
}

/**
 * @param array rows of `size` values; one row stands for every image
 * @throws AlixError of the code given for an array that holds no whole number of rows; `rows` throws it past the last one
 */
export function perImage<T extends Float32Array | Uint8Array>(array: T, { size, code, what }: Row): PerImage<T> {
  const count = array.length / size;
  const wrong = (expected: string) =>
    new AlixError(code, what, { expected, found: `${array.length} values (${size} make one)` });
  if (!Number.isInteger(count)) throw wrong(`a multiple of ${size} values`);
  return {
    rows(first, n) {
      if (count === 1) return repeated(array, n);
      if (first + n > count) throw wrong('one for each image, or one for all');
      return array.subarray(first * size, (first + n) * size) as T;
    },
    end(images) {
      if (images !== undefined && count !== 1 && count !== images)
        throw wrong(`one for each of ${images} images, or one for all`);
    },
  };
}

function repeated<T extends Float32Array | Uint8Array>(row: T, n: number): T {
  if (n === 1) return row;
  const make = row.constructor as new (length: number) => T;
  const out = new make(n * row.length);
  for (let i = 0; i < n; i++) out.set(row, i * row.length);
  return out;
}
