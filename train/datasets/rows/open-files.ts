/** Files that stay open between reads, up to a number. */
import { close, fstat, open, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { describing } from '@alix/infer/io/files';

const [openFile, statFile, closeFile] = [promisify(open), promisify(fstat), promisify(close)];

interface Opened {
  readonly descriptor: Promise<number>;
  users: number;
}

export class OpenFiles {
  /** By path, the longest unused first. */
  readonly #files = new Map<string, Opened>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Calls `work` with the descriptor of `path`.
   *
   * @param check called once after each opening; what it throws closes the file
   */
  async use<T>(path: string, check: (found: Stats) => void, work: (descriptor: number) => Promise<T>): Promise<T> {
    const file = this.#files.get(path) ?? { descriptor: this.#open(path, check), users: 0 };
    // set again, so that it is the latest
    this.#files.delete(path);
    this.#files.set(path, file);
    file.users++;
    try {
      return await describing(path, async () => work(await file.descriptor));
    } catch (error) {
      // one that did not open is tried anew the next time
      file.descriptor.catch(() => this.#files.delete(path));
      throw error;
    } finally {
      file.users--;
      await this.#closeSpare();
    }
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(files.map(shut));
  }

  async #open(path: string, check: (found: Stats) => void): Promise<number> {
    const descriptor = await openFile(path, 'r');
    try {
      check(await statFile(descriptor));
      return descriptor;
    } catch (error) {
      await closeFile(descriptor);
      throw error;
    }
  }

  async #closeSpare(): Promise<void> {
    for (const [path, file] of this.#files) {
      if (this.#files.size <= this.#limit) return;
      if (file.users > 0) continue;
      this.#files.delete(path);
      await shut(file);
    }
  }
}

/** One that could not be opened has nothing to close. */
const shut = ({ descriptor }: Opened): Promise<void> =>
  descriptor.then((open) => closeFile(open)).catch(() => undefined);
