/** The values of a MAT-file's variable (mat.ts), piece by piece, unpacked where they are compressed. Node only. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createInflate } from 'node:zlib';
import { AlixError, isSystemError } from './errors.js';
import { describing } from './files.js';
import { type MatValues, type Stored, storedBytes } from './mat.js';

/** Bytes asked for at once. */
const CHUNK = 1 << 20;
/** After the values: the padding of the array to 8 bytes. */
const MAX_PADDING = 7;

const getters: Readonly<Record<Stored, (view: DataView, at: number, littleEndian: boolean) => number>> = {
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at, little) => view.getInt16(at, little),
  uint16: (view, at, little) => view.getUint16(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  single: (view, at, little) => view.getFloat32(at, little),
  double: (view, at, little) => view.getFloat64(at, little),
};

/**
 * The bytes of the values as they are stored, `values.bytes` in all. What unpacks to more is not unpacked further. Where they are
 * compressed the stream's own checksum is checked at its end.
 *
 * @throws AlixError 'bad-mat' where there are fewer or more, or the stream is damaged
 */
export async function* matBytes(path: string, values: MatValues): AsyncGenerator<Uint8Array, void, undefined> {
  const { offset, bytes, zlib } = values;
  if (bytes === 0) return;
  // of what is not compressed, the values alone are read
  const [start, length] = zlib ? [zlib.offset, zlib.length] : [offset, bytes];
  const stored = createReadStream(path, { start, end: start + length - 1, highWaterMark: CHUNK });
  const content = zlib ? pipeline(stored, createInflate({ chunkSize: CHUNK }), () => undefined) : stored;
  const skip = zlib ? offset : 0;
  let seen = 0;
  try {
    for await (const piece of content as AsyncIterable<Uint8Array>) {
      const inside = piece.subarray(Math.max(0, skip - seen), Math.max(0, skip + bytes - seen));
      seen += piece.length;
      if (seen > skip + bytes + MAX_PADDING) throw bad(path, `${bytes} bytes of values`, 'more');
      if (inside.length > 0) yield inside;
    }
  } catch (error) {
    if (error instanceof AlixError || !isSystemError(error)) throw error;
    if (!error.code.startsWith('Z_')) return await describing(path, () => Promise.reject(error));
    throw bad(path, `${bytes} bytes of values`, `${Math.max(0, seen - skip)} before the compressed part breaks`, error);
  }
  if (seen < skip + bytes) throw bad(path, `${bytes} bytes of values`, `${Math.max(0, seen - skip)}`);
}

/**
 * Few values as numbers, in the order of the file.
 *
 * @param most values that are held in memory
 * @throws AlixError 'bad-mat'
 */
export async function readMatNumbers(path: string, values: MatValues, most: number): Promise<Float64Array> {
  const { bytes, stored, littleEndian } = values;
  const size = storedBytes[stored];
  if (bytes > most * size) throw bad(path, `at most ${most} values`, `${bytes / size}`);
  const all = new Uint8Array(bytes);
  let at = 0;
  for await (const piece of matBytes(path, values)) {
    all.set(piece, at);
    at += piece.length;
  }
  const view = new DataView(all.buffer);
  return Float64Array.from({ length: bytes / size }, (_, i) => getters[stored](view, i * size, littleEndian));
}

function bad(where: string, expected: string, found: string, cause?: unknown): AlixError {
  return new AlixError('bad-mat', 'a variable of the MAT-file is cut short or damaged', {
    where,
    expected,
    found,
    remedy: 'download the file again, or write it again',
    cause,
  });
}
