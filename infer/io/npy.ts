/** NPY, NumPy's array file, versions 1 to 3 in, 1.0 out. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { AlixError } from './errors.js';

/** The array types that are read; '|b1' arrives as Uint8Array of 0 and 1, '<i8' as BigInt64Array. */
export type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A row-major array: `data.length` is the product of `shape`; [] is a single value. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
  /** NumPy's name of the type: '<f4', '<f8', '<i4', '<i8', '|u1' or '|b1'. */
  readonly dtype: string;
}

const types: Readonly<Record<string, { bytes: number; make: (buffer: ArrayBuffer) => NpyData }>> = {
  '<f4': { bytes: 4, make: (buffer) => new Float32Array(buffer) },
  '<f8': { bytes: 8, make: (buffer) => new Float64Array(buffer) },
  '<i4': { bytes: 4, make: (buffer) => new Int32Array(buffer) },
  '<i8': { bytes: 8, make: (buffer) => new BigInt64Array(buffer) },
  '|u1': { bytes: 1, make: (buffer) => new Uint8Array(buffer) },
  '|b1': { bytes: 1, make: (buffer) => new Uint8Array(buffer) },
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const MAX_HEADER = 1 << 20;

/** Whether the bytes begin as an NPY file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** The bytes of an NPY 1.0 file; the type follows the array's own. */
export function encodeNpy(array: {
  readonly shape: readonly number[];
  readonly data: NpyData;
}): Uint8Array<ArrayBuffer> {
  const { shape, data } = array;
  if (shape.reduce((product, n) => product * n, 1) !== data.length)
    throw new AlixError('bad-npy', 'an array that cannot be written as NPY', {
      expected: `${data.length} values`,
      found: `shape (${shape.join(', ')})`,
    });
  const head = npyHeader(typeOf(data), shape);
  const out = new Uint8Array(head.length + data.byteLength);
  out.set(head);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length);
  return out;
}

/** The head alone, for writing the values after it piece by piece; its length is a multiple of 64. */
export function npyHeader(dtype: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const out = new Uint8Array(length).fill(0x20);
  out.set(MAGIC);
  out.set([1, 0, (length - 10) & 255, (length - 10) >> 8], 6);
  out.set(new TextEncoder().encode(text), 10);
  out[length - 1] = 0x0a;
  return out;
}

/** What the head of an NPY file says, checked against the size of the file. */
export interface NpyHead {
  readonly shape: readonly number[];
  /** One of NumPy's names in `NpyArray`. */
  readonly dtype: string;
  /** Where the values begin, in bytes from the start of the file. */
  readonly start: number;
}

/**
 * Reads the bytes of an NPY file. The values are a copy.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-npy': not NPY, truncated, column-major, or of a type that is not read
 */
export function decodeNpy(bytes: Uint8Array, where: string): NpyArray {
  const { shape, dtype, start } = readNpyHead(bytes, where);
  const copy = new Uint8Array(bytes.length - start);
  copy.set(bytes.subarray(start));
  return { shape, data: types[dtype]!.make(copy.buffer), dtype };
}

/**
 * Reads the head alone, for files that are read piece by piece.
 *
 * @param bytes the file's first bytes: a head is at most 1 MiB
 * @param where the path, for error messages
 * @param total bytes of the whole file
 * @throws AlixError 'bad-npy', as `decodeNpy`
 */
export function readNpyHead(bytes: Uint8Array, where: string, total = bytes.length): NpyHead {
  const bad = (
    what: string,
    expected?: string,
    found?: string,
    remedy = 'write or download the file again',
  ): AlixError =>
    new AlixError('bad-npy', what, {
      where,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      remedy,
    });
  if (!isNpy(bytes) || bytes.length < 12) throw bad('not an NPY file, or cut short');
  const [major = 0] = bytes.subarray(6, 7);
  if (major < 1 || major > 3) throw bad('an unknown version of NPY', '1, 2 or 3', `${major}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [headAt, headLength] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const start = headAt + headLength;
  if (headLength > MAX_HEADER || start > bytes.length)
    throw bad('the NPY head is cut short', `${headLength} bytes`, `${bytes.length - headAt}`);
  const head = parseHead(new TextDecoder().decode(bytes.subarray(headAt, start)));
  if (!head) throw bad('the NPY head cannot be read', "'descr', 'fortran_order' and 'shape'");
  const type = types[head.dtype];
  if (!type)
    throw bad(
      'values of a type that is not read',
      Object.keys(types).join(' '),
      head.dtype,
      'convert it with NumPy: a.astype("<f4")',
    );
  if (head.fortran)
    throw bad('the array is in column-major (Fortran) order', 'C order', undefined, 'save np.ascontiguousarray(a)');
  const size = head.shape.reduce((product, n) => product * n, 1) * type.bytes;
  if (size !== total - start)
    throw bad(
      `${size > total - start ? 'truncated: less' : 'more'} data than the shape says`,
      `${size} bytes`,
      `${total - start}`,
    );
  return { shape: head.shape, dtype: head.dtype, start };
}

function typeOf(data: NpyData): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Int32Array) return '<i4';
  return data instanceof BigInt64Array ? '<i8' : '|u1';
}

/** The head is a Python dict with three keys, in any order. */
function parseHead(text: string): { dtype: string; fortran: boolean; shape: number[] } | undefined {
  const dtype = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const tuple = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (dtype === undefined || fortran === undefined || tuple === undefined) return undefined;
  const shape = tuple
    .split(',')
    .map((item) => item.trim().replace(/L$/, ''))
    .filter((item) => item !== '')
    .map(Number);
  return shape.every(Number.isSafeInteger) ? { dtype, fortran: fortran === 'True', shape } : undefined;
}
