/** A file that is read here and there, mostly forwards. Node only. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AlixError } from './errors.js';
import { describing } from './files.js';

/** Bytes read at once where the reading goes forwards in small steps. */
const WINDOW = 64 * 1024;
/** Bytes read at once after a jump: the next piece is then likely to be far away too. */
const GLANCE = 4 * 1024;

/** Keeps one piece of the file in memory, so that neighbouring reads cost one call of the system. */
export class FileWindow {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When the file was last changed, in milliseconds since 1970. */
  readonly modified: number;
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(WINDOW);
  #start = 0;
  #end = 0;

  private constructor(path: string, handle: FileHandle, size: number, modified: number) {
    this.path = path;
    this.#handle = handle;
    this.size = size;
    this.modified = modified;
  }

  /** @throws AlixError 'not-found', 'not-a-file', 'no-permission', ... */
  static open(path: string): Promise<FileWindow> {
    return describing(path, async () => {
      // opening a named pipe would wait for a writer for ever; Windows has neither
      const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      try {
        const found = await handle.stat();
        if (!found.isFile())
          throw new AlixError('not-a-file', 'not a file that can be read at any place', {
            where: path,
            remedy: 'name a file on a disk',
          });
        return new FileWindow(path, handle, found.size, found.mtimeMs);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  /**
   * `length` bytes from `offset` on; fewer only where the file ends.
   *
   * @returns a view that holds until the next call
   */
  async at(offset: number, length: number): Promise<Uint8Array> {
    if (offset < this.#start || offset + length > this.#end) {
      if (length > WINDOW) return this.#read(Buffer.allocUnsafe(length), offset);
      const ahead = offset >= this.#start && offset <= this.#end + WINDOW;
      const piece = this.#buffer.subarray(0, Math.max(length, ahead ? WINDOW : GLANCE));
      this.#end = this.#start = 0;
      const { length: found } = await this.#read(piece, offset);
      this.#start = offset;
      this.#end = offset + found;
    }
    return this.#buffer.subarray(offset - this.#start, Math.min(offset + length, this.#end) - this.#start);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #read(into: Buffer, offset: number): Promise<Uint8Array> {
    return describing(this.path, async () => {
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await this.#handle.read(into, done, into.length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return into.subarray(0, done);
    });
  }
}
