/**
 * NPZ, NumPy's zip of NPY files: stored or deflated in, stored out. The part of zip that `np.savez` and `np.savez_compressed`
 * write below 4 GiB: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.
 */
import { crc32 } from './crc32.js';
import { AlixError } from './errors.js';
import { decodeNpy, encodeNpy, type NpyArray, type NpyData } from './npy.js';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 1 January 1980: the same arrays give the same bytes. */
const DATE = 0x21;

/** Whether the bytes begin as a zip file does. */
export function isNpz(bytes: Uint8Array): boolean {
  return bytes.length > END_BYTES && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === LOCAL;
}

/** The bytes of an NPZ file, not compressed. @param arrays by name, without ".npy" */
export function encodeNpz(
  arrays: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: NpyData }>>,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(arrays).map(([name, array]) => {
    const content = encodeNpy(array);
    return { name: new TextEncoder().encode(`${name}.npy`), content, sum: crc32(content) };
  });
  const bytes = entries.reduce((all, { name, content }) => all + 2 * name.length + content.length, 0);
  const out = new Uint8Array(bytes + entries.length * (LOCAL_BYTES + CENTRAL_BYTES) + END_BYTES);
  const view = new DataView(out.buffer);
  let at = 0;
  const put = (size: 2 | 4, ...values: number[]) => {
    for (const value of values) {
      if (size === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += size;
    }
  };
  const putBytes = (part: Uint8Array) => {
    out.set(part, at);
    at += part.length;
  };
  const common = ({ name, content, sum }: (typeof entries)[number]) => {
    // version 2.0, no flags, stored
    put(2, 20, 0, 0, 0, DATE);
    put(4, sum, content.length, content.length);
    put(2, name.length, 0);
  };
  const places = entries.map((entry) => {
    const place = at;
    put(4, LOCAL);
    common(entry);
    putBytes(entry.name);
    putBytes(entry.content);
    return place;
  });
  const directory = at;
  entries.forEach((entry, i) => {
    put(4, CENTRAL);
    put(2, 20);
    common(entry);
    put(2, 0, 0, 0);
    put(4, 0, places[i]!);
    putBytes(entry.name);
  });
  const length = at - directory;
  put(4, END);
  put(2, 0, 0, entries.length, entries.length);
  put(4, length, directory);
  put(2, 0);
  return out;
}

/**
 * The arrays of an NPZ file by name, without ".npy". Every length is checked before it is used, and every content against its sum.
 *
 * @param where the path, for error messages
 * @throws AlixError 'bad-npz', and 'bad-npy' for an array that is not read
 */
export async function decodeNpz(bytes: Uint8Array, where: string): Promise<Map<string, NpyArray>> {
  const bad = (what: string, found?: string, cause?: unknown) =>
    new AlixError('bad-npz', what, { where, ...(found && { found }), remedy: 'write or copy the file again', cause });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Map<string, NpyArray>();
  const end = endOf(view);
  if (end === undefined) throw bad('not a zip file, or cut short');
  try {
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      if (view.getUint32(at, true) !== CENTRAL) throw bad('the directory of the zip file is damaged');
      const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
      const [sum, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
        number,
        number,
        number,
      ];
      const nameLength = view.getUint16(at + 28, true);
      const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength));
      const local = view.getUint32(at + 42, true);
      at += CENTRAL_BYTES + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
      if (flags & 1 || (method !== 0 && method !== 8))
        throw bad(`${name} is encrypted or packed in an unknown way`, `method ${method}`);
      if (view.getUint32(local, true) !== LOCAL) throw bad(`${name} is not where the directory says`);
      const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      if (start + packed > bytes.length) throw bad(`${name} is cut short, or of 4 GiB and more`);
      const raw = bytes.subarray(start, start + packed);
      const content =
        method === 0 ? raw : await inflate(raw, size, (cause) => bad(`${name} is damaged`, undefined, cause));
      if (content.length !== size || crc32(content) !== sum) throw bad(`${name} is damaged: its checksum is another`);
      if (name.endsWith('.npy')) out.set(name.slice(0, -4), decodeNpy(content, `${where}, ${name}`));
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw bad('the zip file is cut short or damaged', undefined, cause);
    throw cause;
  }
  return out;
}

/** Where the end record begins: behind it there may be a comment. */
function endOf(view: DataView): number | undefined {
  for (let at = view.byteLength - END_BYTES; at >= 0 && at >= view.byteLength - END_BYTES - 0xffff; at--)
    if (view.getUint32(at, true) === END) return at;
  return undefined;
}

/** What unpacks to more than `size` is given up there. */
async function inflate(raw: Uint8Array, size: number, bad: (cause?: unknown) => AlixError): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    const reader = new Blob([raw as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      if (total > size) {
        await reader.cancel();
        throw bad();
      }
      parts.push(value);
    }
  } catch (cause) {
    throw cause instanceof AlixError ? cause : bad(cause);
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
