/**
 * MAT-files of MATLAB, version 5 (which v6 and v7 write too): a head of 128 bytes, then one element for each variable, each perhaps
 * a zlib stream of its own. Values are column-major: the first index is the fastest. Little- or big-endian. Only heads are read here;
 * mat-values.ts streams the values. MathWorks, "MAT-File Format", R2025a. Node only.
 */
import { constants, inflateSync } from 'node:zlib';
import { AlixError } from './errors.js';
import { FileWindow } from './file-window.js';

/** A variable, and where its values are. */
export interface MatVariable {
  readonly name: string;
  /** MATLAB's class: 'uint8', 'double', 'struct', ... */
  readonly type: string;
  readonly shape: readonly number[];
  /** How the values are stored, which may be smaller than the class; undefined for what is no real dense numeric array. */
  readonly values: MatValues | undefined;
}

export interface MatValues {
  readonly stored: Stored;
  readonly littleEndian: boolean;
  /** Of all values, not compressed. */
  readonly bytes: number;
  /** Where the values begin in the file or, where `zlib` is there, in what that stream unpacks to. */
  readonly offset: number;
  /** The stream's place in the file, in bytes. */
  readonly zlib?: { readonly offset: number; readonly length: number };
}

export type Stored = (typeof storage)[keyof typeof storage];

const storage = {
  1: 'int8',
  2: 'uint8',
  3: 'int16',
  4: 'uint16',
  5: 'int32',
  6: 'uint32',
  7: 'single',
  9: 'double',
} as const;
export const storedBytes: Readonly<Record<Stored, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  single: 4,
  double: 8,
};
const [INT8, INT32, UINT32, MATRIX, COMPRESSED] = [1, 5, 6, 14, 15];
const CLASSES = 'cell struct object char sparse double single int8 uint8 int16 uint16 int32 uint32 int64 uint64'.split(
  ' ',
);
const FIRST_NUMERIC = CLASSES.indexOf('double');
const COMPLEX = 0x800;

const FILE_HEAD = 128;
/** More than the head of a variable takes: flags, 32 dimensions at most, a name of 63 characters at most. */
const HEAD = 4096;
const MAX_VARIABLES = 256;
const MAX_RANK = 32;
/** What deflate can do at most: nothing unpacks to more than so many times its length. */
const MAX_RATIO = 1032;

/**
 * The variables of a file. Their heads are checked against the file's length; values are not read.
 *
 * @throws AlixError 'bad-mat': not a MAT-file of version 5, cut short, or counts that cannot be; 'not-found', ...
 */
export async function listMat(path: string): Promise<MatVariable[]> {
  const file = await FileWindow.open(path);
  try {
    const littleEndian = checkHead(await file.at(0, FILE_HEAD), path);
    const variables: MatVariable[] = [];
    for (let at = FILE_HEAD; at < file.size; ) {
      if (variables.length === MAX_VARIABLES) throw bad(path, 'too many variables', `at most ${MAX_VARIABLES}`, 'more');
      const tag = view(await file.at(at, 8));
      if (tag.byteLength < 8) throw bad(path, 'cut short', 'the head of an element', `${tag.byteLength} bytes`);
      const [type, length] = [tag.getUint32(0, littleEndian), tag.getUint32(4, littleEndian)];
      const start = at + 8;
      if (type !== MATRIX && type !== COMPRESSED)
        throw bad(path, `what is no variable at byte ${at}`, 'an array, or one that is compressed', `type ${type}`);
      if (start + length > file.size)
        throw bad(path, 'cut short', `${length} bytes from byte ${start} on`, `${file.size - start}`);
      const head = Uint8Array.from(await file.at(start, Math.min(length, HEAD)));
      variables.push(
        type === MATRIX
          ? readHead(head, { path, littleEndian, start: 0, base: start, end: length })
          : readCompressed(head, { path, littleEndian, offset: start, length }),
      );
      at = start + (type === MATRIX ? padded(length) : length);
    }
    return variables;
  } finally {
    await file.close();
  }
}

/** Whether the file is little-endian. */
function checkHead(head: Uint8Array, path: string): boolean {
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('MATLAB 7.3') || text.startsWith('\x89HDF'))
    throw bad(path, 'a MAT-file of version 7.3, which is HDF5', 'version 5, 6 or 7', '7.3', 'save it with -v7');
  const mark = text.slice(126, 128);
  const littleEndian = mark === 'IM';
  if (head.length < FILE_HEAD || (!littleEndian && mark !== 'MI'))
    throw bad(path, 'not a MAT-file of version 5', '"IM" or "MI" at byte 126', JSON.stringify(mark));
  const version = view(head).getUint16(124, littleEndian);
  if (version !== 0x100) throw bad(path, 'an unknown version of MAT-files', '256', `${version}`, 'save it with -v7');
  return littleEndian;
}

interface Compressed {
  readonly path: string;
  readonly littleEndian: boolean;
  readonly offset: number;
  readonly length: number;
}

/** @param bytes the stream's first */
function readCompressed(bytes: Uint8Array, { path, littleEndian, offset, length }: Compressed): MatVariable {
  let head: Uint8Array;
  try {
    head = inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, HEAD);
  } catch (cause) {
    throw bad(path, 'a compressed variable that is damaged', undefined, undefined, undefined, cause);
  }
  const tag = view(head);
  const type = head.length < 8 ? 0 : tag.getUint32(0, littleEndian);
  if (type !== MATRIX) throw bad(path, 'what is no variable in a compressed element', 'an array', `type ${type}`);
  const end = 8 + tag.getUint32(4, littleEndian);
  if (end > MAX_RATIO * length + HEAD)
    throw bad(path, 'a compressed variable cannot be as long as it says', `at most ${MAX_RATIO * length}`, `${end}`);
  const { values, ...variable } = readHead(head, { path, littleEndian, start: 8, base: 0, end });
  return { ...variable, values: values && { ...values, zlib: { offset, length } } };
}

interface HeadPlace {
  readonly path: string;
  readonly littleEndian: boolean;
  /** Where the array's parts begin in the bytes, and where the array ends. */
  readonly start: number;
  readonly end: number;
  /** Where the bytes lie in what offsets are counted in. */
  readonly base: number;
}

function readHead(bytes: Uint8Array, { path, littleEndian, start, end, base }: HeadPlace): MatVariable {
  const data = view(bytes);
  let at = start;
  /** The next part's place; a part of up to 4 bytes may stand in its own tag, whose upper half is then its length. */
  const next = (what: string): { type: number; size: number; from: number } => {
    if (at + 8 > bytes.length) throw bad(path, `a variable without its ${what}`, 'flags, dimensions, name and values');
    const word = data.getUint32(at, littleEndian);
    const isSmall = word >>> 16 !== 0;
    const size = isSmall ? word >>> 16 : data.getUint32(at + 4, littleEndian);
    const from = isSmall ? at + 4 : at + 8;
    if (isSmall ? size > 4 : from + size > end)
      throw bad(
        path,
        `the ${what} of a variable are longer than the variable`,
        `at most ${end - from} bytes`,
        `${size}`,
      );
    at = isSmall ? at + 8 : from + padded(size);
    return { type: isSmall ? word & 0xffff : word, size, from };
  };
  const read = (what: string, wanted: number, most: number) => {
    const part = next(what);
    if (part.type !== wanted || part.size > most || part.from + part.size > bytes.length)
      throw bad(
        path,
        `the ${what} of a variable cannot be read`,
        `type ${wanted}`,
        `type ${part.type}, ${part.size} bytes`,
      );
    return part;
  };

  const flagsPart = read('flags', UINT32, 8);
  if (flagsPart.size !== 8) throw bad(path, 'the flags of a variable cannot be read', '8 bytes', `${flagsPart.size}`);
  const flags = data.getUint32(flagsPart.from, littleEndian);
  const type = CLASSES[(flags & 0xff) - 1] ?? `class ${flags & 0xff}`;
  const dimensions = read('dimensions', INT32, 4 * MAX_RANK);
  const shape = Array.from({ length: dimensions.size >> 2 }, (_, i) =>
    data.getInt32(dimensions.from + 4 * i, littleEndian),
  );
  if (shape.length < 2 || shape.some((n) => n < 0))
    throw bad(path, 'dimensions that cannot be', 'two or more, none below 0', shape.join('x'));
  const label = read('name', INT8, 1024);
  const name = Buffer.from(bytes.subarray(label.from, label.from + label.size)).toString('latin1');
  if (CLASSES.indexOf(type) < FIRST_NUMERIC || flags & COMPLEX) return { name, type, shape, values: undefined };

  const part = next('values');
  const stored = storage[part.type as keyof typeof storage];
  if (!stored) return { name, type, shape, values: undefined };
  const wanted = shape.reduce((product, n) => product * n, storedBytes[stored]);
  if (part.size !== wanted)
    throw bad(path, `"${name}" has not as many values as its dimensions say`, `${wanted} bytes`, `${part.size}`);
  return { name, type, shape, values: { stored, littleEndian, bytes: wanted, offset: base + part.from } };
}

const padded = (size: number): number => Math.ceil(size / 8) * 8;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function bad(
  where: string,
  what: string,
  expected?: string,
  found?: string,
  remedy = 'download the file again, or write it again',
  cause?: unknown,
): AlixError {
  return new AlixError('bad-mat', what, {
    where,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    remedy,
    cause,
  });
}
