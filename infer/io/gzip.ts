/** gzip, detected by its magic number and undone with the platform's own DecompressionStream. No file system. */
import { AlixError } from './errors.js';

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
  let total = 0;
  try {
    const content = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
    let most: number | undefined;
    // a reader, since not every browser can iterate a stream
    const reader = content.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      total += value.length;
      most ??= limit(chunks[0] as Uint8Array);
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
  const out = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
