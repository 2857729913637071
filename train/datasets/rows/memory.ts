/** Rows in memory that threads share: a worker is given them without a copy. */
import type { RowReader } from '../row-source.js';

export interface MemoryRows {
  readonly kind: 'memory';
  /** Of one row: [H,W,C] of images, [d] of points. */
  readonly shape: readonly number[];
  /** All rows, one after the other: uint8 of images, float32 of points; on a SharedArrayBuffer. */
  readonly data: Uint8Array | Float32Array;
}

export function memoryRows({ data, shape }: MemoryRows): RowReader {
  const size = shape.reduce((product, n) => product * n, 1);
  return {
    async read(indices) {
      const length = indices.length * size;
      const out = data instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
      for (let i = 0; i < indices.length; i++) {
        const from = (indices[i] as number) * size;
        out.set(data.subarray(from, from + size), i * size);
      }
      return out;
    },
    close: async () => undefined,
  };
}

/** The same numbers where threads can share them: `array` itself if it is there already, else a copy. */
export function sharedArray<T extends Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array>(
  array: T,
): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  // a file that was read is a Buffer, whose constructor is another thing
  const Kind = (Buffer.isBuffer(array) ? Uint8Array : array.constructor) as new (buffer: SharedArrayBuffer) => T;
  const copy = new Kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
