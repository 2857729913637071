/** Appends to a log. */
import { open } from 'node:fs/promises';

/**
 * Appends the bytes and sees them to the disk, all or none. The file must be there: it is not made anew, for where it is gone,
 * the run is.
 */
export async function append(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    try {
      for (let at = 0; at < bytes.length; )
        at += (await file.write(bytes, at, bytes.length - at, size + at)).bytesWritten;
      await file.sync();
    } catch (error) {
      // half a line helps nobody; where not even that can be undone, the reader passes over it
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
}
