/**
 * safetensors: named arrays in one file, read without running anything. Layout: u64 header length, JSON header
 * { name: { dtype, shape, data_offsets: [begin, end] } }, data. https://github.com/huggingface/safetensors
 * The bytes are little-endian, as every machine is that JavaScript runs on today.
 */
import { AlixError } from './errors.js';

/** The array types that are read and written; an array's own type says which dtype it has. */
export type TensorData = Float32Array | Int32Array | Uint8Array | Float64Array | BigInt64Array;

/** An array with its shape; row-major, `data.length` is the product of `shape`. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** The content of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Make = (bytes: Uint8Array<ArrayBuffer>) => TensorData;
interface Dtype {
  readonly bytes: number;
  readonly holds: (data: TensorData) => boolean;
  readonly make: Make;
}

/** In the order in which the reference writes them: widest first, so that every array is aligned. */
const dtypes: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['I64', { bytes: 8, holds: (d) => d instanceof BigInt64Array, make: (b) => new BigInt64Array(b.buffer) }],
  ['F64', { bytes: 8, holds: (d) => d instanceof Float64Array, make: (b) => new Float64Array(b.buffer) }],
  ['F32', { bytes: 4, holds: (d) => d instanceof Float32Array, make: (b) => new Float32Array(b.buffer) }],
  ['I32', { bytes: 4, holds: (d) => d instanceof Int32Array, make: (b) => new Int32Array(b.buffer) }],
  ['U8', { bytes: 1, holds: (d) => d instanceof Uint8Array, make: (b) => b }],
]);

/** The reference's own limit on the header. */
const MAX_HEADER = 100_000_000;

/**
 * The bytes of a safetensors file. The same content gives the same bytes, whatever the order of the map: arrays are
 * sorted by width of type, then by name (as the reference sorts them), metadata by key.
 *
 * @throws AlixError 'bad-tensor' when a shape does not fit its data
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const order = [...dtypes.keys()];
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const dtype = order.find((key) => dtypes.get(key)?.holds(data));
    if (dtype === undefined || name === '__metadata__' || product(shape) !== data.length)
      throw new AlixError('bad-tensor', 'an array that cannot be written as safetensors', {
        where: `tensor "${name}"`,
        expected: `${data.length} values of a supported type`,
        found: `shape [${shape}]`,
      });
    return { name, shape, data, dtype, rank: order.indexOf(dtype) };
  });
  entries.sort((a, b) => a.rank - b.rank || compare(a.name, b.name));

  const head: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0)
    head.push(['__metadata__', Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compare(a, b)))]);
  let end = 0;
  for (const { name, shape, data, dtype } of entries) {
    const begin = end;
    end += data.byteLength;
    head.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  // joined by hand: an object would put number-like names first
  const json = `{${head.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + length + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.fill(0x20, 8, 8 + length);
  out.set(text, 8);
  let at = 8 + length;
  for (const { data } of entries) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/**
 * Reads the bytes of a safetensors file. Every length and offset is checked before it is used; the arrays are copies.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-safetensors'
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const bad = (what: string, expected?: string, found?: string): never => {
    throw new AlixError('bad-safetensors', what, {
      where,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      remedy: 'the file is damaged or of another kind; write or download it again',
    });
  };
  if (bytes.length < 8) return bad('not a safetensors file', 'at least 8 bytes', `${bytes.length}`);
  const declared = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER) || declared > BigInt(bytes.length - 8))
    return bad('not a safetensors file, or cut short', `a header of ${declared} bytes`, `${bytes.length - 8} bytes`);
  const start = 8 + Number(declared);
  const header = parseHeader(bytes.subarray(8, start)) ?? bad('the header is not a JSON object');

  const room = bytes.length - start;
  const tensors = new Map<string, NamedTensor>();
  const spans: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = textMap(value) ?? bad('"__metadata__" is not a map of texts');
      continue;
    }
    const entry = parseEntry(value) ?? bad(`tensor "${name}": not { dtype, shape, data_offsets }`);
    const dtype = dtypes.get(entry.dtype);
    if (!dtype) return bad(`tensor "${name}": unsupported dtype`, [...dtypes.keys()].join(', '), entry.dtype);
    const { begin, end, shape } = entry;
    if (begin > end || end > room)
      return bad(`tensor "${name}": outside the file`, `offsets within ${room} bytes`, `${begin}..${end}`);
    const size = product(shape) * dtype.bytes;
    if (size !== end - begin)
      return bad(`tensor "${name}": shape [${shape}] does not fit`, `${size} bytes`, `${end - begin}`);
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(start + begin, start + end));
    tensors.set(name, { shape, data: dtype.make(copy) });
    spans.push({ name, begin, end });
  }

  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of spans) {
    if (begin !== at) return bad(`tensor "${name}": overlap or gap`, `offset ${at}`, `${begin}`);
    at = end;
  }
  if (at !== room) return bad('data that no tensor claims, or a file cut short', `${at} bytes`, `${room}`);
  return { tensors, metadata };
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
function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

/** By code unit, not by locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
