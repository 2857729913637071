/**
 * Where the arrays of a safetensors file lie: u64 header length, JSON header { name: { dtype, shape, data_offsets:
 * [begin, end] } }, data. https://github.com/huggingface/safetensors
 */
import { AlixError } from './errors.js';

/** The array types that are read and written; an array's own type says which dtype it has. */
export type TensorData = Float32Array | Int32Array | Uint8Array | Float64Array | BigInt64Array;

export interface Dtype {
  /** Of one value. */
  readonly bytes: number;
  readonly holds: (data: TensorData) => boolean;
  readonly make: (bytes: Uint8Array<ArrayBuffer>) => TensorData;
}

/** In the order in which the reference writes them: widest first, so that every array is aligned. */
export const dtypes: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['I64', { bytes: 8, holds: (d) => d instanceof BigInt64Array, make: (b) => new BigInt64Array(b.buffer) }],
  ['F64', { bytes: 8, holds: (d) => d instanceof Float64Array, make: (b) => new Float64Array(b.buffer) }],
  ['F32', { bytes: 4, holds: (d) => d instanceof Float32Array, make: (b) => new Float32Array(b.buffer) }],
  ['I32', { bytes: 4, holds: (d) => d instanceof Int32Array, make: (b) => new Int32Array(b.buffer) }],
  ['U8', { bytes: 1, holds: (d) => d instanceof Uint8Array, make: (b) => b }],
]);

/** One array of a file; `begin` and `end` are bytes from the end of the header on. */
export interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly begin: number;
  readonly end: number;
}

export interface Layout {
  /** In the order of their data, which they fill without a gap. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The reference's own limit on the header. */
const MAX_HEADER = 100_000_000;

/**
 * Where arrays go, and the bytes before them: length and header. The same content gives the same layout, whatever the
 * order: arrays are sorted by width of type, then by name (as the reference sorts them), metadata by key.
 */
export function layOut(
  tensors: readonly Pick<Entry, 'name' | 'shape' | 'dtype'>[],
  metadata: Readonly<Record<string, string>>,
): { entries: Entry[]; head: Uint8Array<ArrayBuffer>; bytes: number } {
  const order = [...dtypes.keys()];
  const sorted = [...tensors].sort(
    (a, b) => order.indexOf(a.dtype) - order.indexOf(b.dtype) || compare(a.name, b.name),
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0)
    header.push(['__metadata__', Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compare(a, b)))]);
  let at = 0;
  const entries = sorted.map(({ name, shape, dtype }) => {
    const begin = at;
    at += product(shape) * (dtypes.get(dtype)?.bytes ?? 0);
    header.push([name, { dtype, shape, data_offsets: [begin, at] }]);
    return { name, shape, dtype, begin, end: at };
  });
  // joined by hand: an object would put number-like names first
  const json = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  return { entries, head, bytes: head.length + at };
}

/** How one says of a file what is wrong with it. */
export type Refuse = (what: string, expected?: string, found?: string) => never;

/** The one who says it, as an AlixError 'bad-safetensors'. */
export function refusing(where: string): Refuse {
  return (what, expected, found) => {
    throw new AlixError('bad-safetensors', what, {
      where,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      remedy: 'the file is damaged or of another kind; write or download it again',
    });
  };
}

/** The length of the header. @param first at least the first 8 bytes of the file, where it has so many @param size of the file */
export function headerLength(first: Uint8Array, size: number, refuse: Refuse): number {
  if (first.length < 8) return refuse('not a safetensors file', 'at least 8 bytes', `${first.length}`);
  const declared = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER) || declared > BigInt(size - 8))
    return refuse('not a safetensors file, or cut short', `a header of ${declared} bytes`, `${size - 8} bytes`);
  return Number(declared);
}

/**
 * What a header says, with every length and offset checked.
 *
 * @param room bytes after the header
 */
export function readLayout(header: Uint8Array, room: number, refuse: Refuse): Layout {
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseHeader(header) ?? refuse('the header is not a JSON object'))) {
    if (name === '__metadata__') {
      metadata = textMap(value) ?? refuse('"__metadata__" is not a map of texts');
      continue;
    }
    const entry = parseEntry(value) ?? refuse(`tensor "${name}": not { dtype, shape, data_offsets }`);
    const dtype = dtypes.get(entry.dtype);
    if (!dtype) return refuse(`tensor "${name}": unsupported dtype`, [...dtypes.keys()].join(', '), entry.dtype);
    const { begin, end, shape } = entry;
    if (begin > end || end > room)
      return refuse(`tensor "${name}": outside the file`, `offsets within ${room} bytes`, `${begin}..${end}`);
    const size = product(shape) * dtype.bytes;
    if (size !== end - begin)
      return refuse(`tensor "${name}": shape [${shape}] does not fit`, `${size} bytes`, `${end - begin}`);
    entries.push({ name, ...entry });
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) return refuse(`tensor "${name}": overlap or gap`, `offset ${at}`, `${begin}`);
    at = end;
  }
  if (at !== room) return refuse('data that no tensor claims, or a file cut short', `${at} bytes`, `${room}`);
  return { entries, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function parseEntry(value: unknown) {
  if (!isRecord(value)) return undefined;
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) return undefined;
  return { dtype, shape, begin: offsets[0] as number, end: offsets[1] as number };
}

function textMap(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every(([, text]) => typeof text === 'string') ? (value as Record<string, string>) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** Number of values of a shape; Infinity never equals a size, so an overflow is refused like any misfit. */
export function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** By code unit, not by locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
