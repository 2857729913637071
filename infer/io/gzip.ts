/** gzip, detected by its magic number and undone with the platform's own DecompressionStream. No file system. */
import { AlixError } from './errors.js';

/** What `limit` is shown at most. */
const HEAD = 2048;

/** Whether the bytes begin as a gzip stream does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of a gzip stream; bytes that are none come back as they are.
 *
 * @param where the path, for error messages
 * @param limit asked as content arrives: given its first bytes, the largest length it may have (undefined: not known
 *   yet). What unpacks to more is cut off just above that, so that a small file cannot fill the memory.
 * @throws AlixError 'bad-gzip' when the stream is truncated or damaged
 */
export async function gunzip(
  bytes: Uint8Array,
  where: string,
  limit: (head: Uint8Array) => number | undefined = () => undefined,
): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const chunks: Uint8Array[] = [];
  let out: Uint8Array | undefined;
  let total = 0;
  try {
    const content = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
    let most: number | undefined;
    // a reader, since not every browser can iterate a stream
    const reader = content.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!out) {
        chunks.push(value);
        most = limit(joined(chunks, Math.min(total + value.length, HEAD)));
        // with room for one more byte, which says that it is longer
        if (most !== undefined) out = joined(chunks, most + 1);
      } else out.set(value.subarray(0, out.length - total), total);
      total = Math.min(total + value.length, out?.length ?? Number.POSITIVE_INFINITY);
      if (most !== undefined && total > most) {
        await reader.cancel();
        break;
      }
    }
  } catch (cause) {
    throw new AlixError('bad-gzip', 'the gzip stream is truncated or damaged', {
      where,
      found: `${bytes.length} bytes that unpack to ${total} before it breaks`,
      remedy: 'download or copy the file again',
      cause,
    });
  }
  return out?.subarray(0, total) ?? joined(chunks, total);
}

/** The first `length` bytes of all parts, with zeros behind where there are fewer. */
function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (at === length) break;
    out.set(part.subarray(0, length - at), at);
    at = Math.min(length, at + part.length);
  }
  return out;
}
