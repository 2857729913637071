/**
 * The 512 bytes before each member of a tar archive, and the records of the pax extension. POSIX.1-2017, pax, "ustar
 * Interchange Format" and "pax Extended Header"; GNU tar's manual, "Basic Tar Format", for its own extensions.
 */
import { AlixError } from './errors.js';

/** Headers and contents begin at multiples of it. */
export const BLOCK = 512;

export interface TarHeader {
  readonly name: string;
  /** Bytes of content, as the header says. */
  readonly size: number;
  /** One character, '0' for a file. */
  readonly type: string;
}

/** Makes the error of a place in an archive. */
export type Refusal = (what: string, found?: string) => AlixError;

/** "ustar" and a NUL, version 00; GNU's own; none at all, as before 1988. */
const MAGICS = { posix: 'ustar\u000000', gnu: 'ustar  \0', old: '\0'.repeat(8) } as const;

const SIGNATURES: readonly (readonly [name: string, command: string, ...bytes: number[]])[] = [
  ['gzip', 'gunzip', 0x1f, 0x8b],
  ['bzip2', 'bunzip2', 0x42, 0x5a, 0x68],
  ['xz', 'unxz', 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ['zstd', 'unzstd', 0x28, 0xb5, 0x2f, 0xfd],
];

/** The refusal of a compressed archive, whose members cannot be reached without those before; undefined for others. */
export function compressedTar(head: Uint8Array, where: string): AlixError | undefined {
  const known = SIGNATURES.find(([, , ...bytes]) => bytes.every((byte, i) => head[i] === byte));
  if (!known) return undefined;
  return new AlixError('bad-tar', `a tar compressed by ${known[0]} has no random access`, {
    where,
    remedy: `uncompress it first: ${known[1]} FILE`,
  });
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * One header, its checksum verified.
 *
 * @param block 512 bytes
 * @param refuse makes the error that is thrown
 * @throws AlixError of `refuse`: a wrong checksum or magic, a number that is none
 */
export function parseHeader(block: Uint8Array, refuse: Refusal): TarHeader {
  checkSum(block, refuse);
  const magic = latin1(block.subarray(257, 265));
  if (!Object.values<string>(MAGICS).includes(magic)) throw refuse('a header of an unknown kind of tar', quote(magic));
  const name = text(upToNul(block.subarray(0, 100)));
  // GNU's own format keeps times where POSIX has the first part of a long name
  const prefix = magic === MAGICS.posix ? text(upToNul(block.subarray(345, 500))) : '';
  const flag = String.fromCharCode(block[156] as number);
  const isFile = flag === '\0' || flag === '0' || flag === '7';
  // before POSIX, folders were told by a slash at the end
  const type = !isFile ? flag : magic === MAGICS.old && name.endsWith('/') ? '5' : '0';
  return { name: prefix ? `${prefix}/${name}` : name, size: number(block.subarray(124, 136), 'size', refuse), type };
}

/** The sum of all bytes, those of the sum itself taken as spaces; some old programs added them as signed. */
function checkSum(block: Uint8Array, refuse: Refusal): void {
  let sum = 8 * 0x20;
  let high = 0;
  for (let i = 0; i < BLOCK; i++) {
    if (i === 148) i = 156;
    const byte = block[i] as number;
    sum += byte;
    high += byte >> 7;
  }
  const stated = number(block.subarray(148, 156), 'checksum', refuse);
  if (stated !== sum && stated !== sum - 256 * high)
    throw refuse("a header's checksum is wrong", `${stated}, not ${sum}`);
}

/** A number in octal digits with spaces and NULs around them or, if the first bit is set, in binary, big-endian. */
function number(field: Uint8Array, what: string, refuse: Refusal): number {
  const first = field[0] as number;
  if (first < 0x80) {
    const digits = latin1(field).replace(/^[ \0]+|[ \0]+$/g, '');
    if (!/^[0-7]*$/.test(digits)) throw refuse(`a header's ${what} is not a number`, quote(digits));
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  if (first >= 0xc0) throw refuse(`a header's ${what} is negative`);
  const value = field.reduce((sum, byte, i) => sum * 256 + (i === 0 ? byte & 0x3f : byte), 0);
  if (!Number.isSafeInteger(value)) throw refuse(`a header's ${what} is beyond any file`);
  return value;
}

/**
 * The records "LENGTH KEY=VALUE\n" of a pax header that change where a member is, or what it is.
 *
 * @throws AlixError of `refuse` for records that do not add up, and for the parts of a sparse file
 */
export function parsePax(bytes: Uint8Array, refuse: Refusal): { readonly name?: string; readonly size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    // some writers fill the rest with NULs
    if (bytes[at] === 0 && bytes.subarray(at).every((byte) => byte === 0)) break;
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? '' : latin1(bytes.subarray(at, Math.min(space, at + 20)));
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    const fits = /^\d+$/.test(digits) && end <= bytes.length && bytes[end - 1] === 0x0a && equals > 0 && equals < end;
    if (!fits) throw refuse('a pax header with a record that does not add up', `at its byte ${at}`);
    const key = latin1(bytes.subarray(space + 1, equals));
    const value = bytes.subarray(equals + 1, end - 1);
    if (key === 'path') found.name = text(value);
    if (key === 'size') {
      found.size = Number(latin1(value));
      if (!/^\d+$/.test(latin1(value)) || !Number.isSafeInteger(found.size))
        throw refuse('a pax header whose size is not a number', quote(latin1(value)));
    }
    if (key.startsWith('GNU.sparse.')) throw refuse('a sparse file, whose content is not in one piece');
    at = end;
  }
  return found;
}

/**
 * A member's name without "./" before it.
 *
 * @throws AlixError of `refuse` for a name that is empty, absolute, climbs with ".." or holds a NUL. Nothing is ever
 * unpacked, but such an archive was not made for data.
 */
export function checkName(name: string, refuse: Refusal): string {
  const plain = name.replace(/^(\.\/+)+/, '');
  if (plain.startsWith('/')) throw refuse('a member with an absolute path', quote(name));
  if (plain.split('/').includes('..')) throw refuse('a member whose path climbs out of the archive', quote(name));
  if (plain.includes('\0')) throw refuse('a member whose name holds a NUL', quote(name));
  return plain;
}

/** UTF-8; what is not, byte by byte, so that different names stay different. */
export function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const quote = (value: string): string => JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);

export function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
