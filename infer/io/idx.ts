/**
 * IDX, the format of MNIST: two zero bytes, a type code, the number of dimensions, each dimension as big-endian uint32,
 * then the values, big-endian, the last dimension fastest. Often gzipped. http://yann.lecun.com/exdb/mnist
 */
import { AlixError } from './errors.js';
import { gunzip, isGzip } from './gzip.js';

/** An array of unsigned bytes: images [N,H,W] (or [N,H,W,C]), labels [N]. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const typeNames: Readonly<Record<number, string>> = {
  8: 'unsigned byte',
  9: 'signed byte',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};
const UNSIGNED_BYTE = 8;
/** As many as a file has at most that is not gzipped: Node reads no larger one in one piece. */
const MAX_VALUES = 2 ** 31 - 1;

/**
 * Reads an IDX array of unsigned bytes, gzipped or not (told by the first bytes, not by the name).
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-idx' when it is not IDX, of another type, truncated or too long
 */
export async function decodeIdx(bytes: Uint8Array, where: string): Promise<IdxArray> {
  const content = await gunzip(bytes, where, lengthOf).catch((cause: unknown) => {
    if (!(cause instanceof AlixError)) throw cause;
    throw new AlixError('bad-idx', 'the gzip stream is truncated or damaged', {
      where,
      ...(cause.found === undefined ? {} : { found: cause.found }),
      remedy: 'download or copy the file again',
      cause,
    });
  });
  if (isGzip(bytes) && !isIdx(content))
    throw new AlixError('bad-idx', 'gzipped, and what is in it is not an IDX file', {
      where,
      found: firstBytes(content),
      remedy: 'unpack it first',
    });
  return parseIdx(content, where);
}

/** `decodeIdx` for bytes that are known not to be gzipped. */
export function parseIdx(bytes: Uint8Array, where: string): IdxArray {
  const bad = (what: string, expected: string, found: string): AlixError =>
    new AlixError('bad-idx', what, {
      where,
      expected,
      found,
      remedy: 'check that it is the right file, or download it again',
    });
  const [zero0, zero1, type, rank] = bytes;
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || rank === undefined || !(type in typeNames) || rank === 0)
    throw bad('not an IDX file', 'to begin with 00 00, a type code and a number of dimensions', firstBytes(bytes));
  if (type !== UNSIGNED_BYTE) throw bad('values of another type', 'unsigned bytes', `${typeNames[type]}`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw bad('the IDX file is truncated', `a head of ${start} bytes`, `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > MAX_VALUES) throw bad('more values than are read at once', `at most ${MAX_VALUES}`, shape.join('x'));
  const found = bytes.length - start;
  if (found !== size) {
    const what = found < size ? 'the IDX file is truncated' : 'the IDX file is longer than it says';
    throw bad(what, `${size} values of shape ${shape.join('x')}`, found < size ? `${found}` : 'more');
  }
  return { shape, data: bytes.subarray(start) };
}

const firstBytes = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'an empty file';

/** The bytes of an IDX file (not gzipped) of unsigned bytes. */
export function encodeIdx({ shape, data }: IdxArray): Uint8Array<ArrayBuffer> {
  if (shape.length === 0 || shape.length > 255 || shape.reduce((product, n) => product * n, 1) !== data.length)
    throw new AlixError('bad-idx', 'an array that cannot be written as IDX', {
      expected: `${data.length} values`,
      found: `shape ${shape.join('x')}`,
    });
  const out = new Uint8Array(4 + 4 * shape.length + data.length);
  out[2] = UNSIGNED_BYTE;
  out[3] = shape.length;
  const view = new DataView(out.buffer);
  shape.forEach((n, i) => {
    view.setUint32(4 + 4 * i, n);
  });
  out.set(data, 4 + 4 * shape.length);
  return out;
}

/** Whether the bytes begin as an IDX file does (gunzip first). */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && (bytes[2] as number) in typeNames && bytes[3] !== 0;
}

/** The length of the whole file by its own head; 4 for what is no IDX, so that no more of it is unpacked. */
function lengthOf(head: Uint8Array): number | undefined {
  if (head.length < 4) return undefined;
  if (!isIdx(head) || head[2] !== UNSIGNED_BYTE) return 4;
  const rank = head[3] as number;
  if (head.length < 4 + 4 * rank) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let size = 1;
  for (let i = 0; i < rank; i++) size *= view.getUint32(4 + 4 * i);
  // of what is refused for its size no more is needed
  return 4 + 4 * rank + (size > MAX_VALUES ? 0 : size);
}
