/** The description beside codes, whose list of names may be a million long: it is written as it comes and never whole in memory. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { temporaryName, writeFileAtomic } from '@alix/infer/io/files';

export interface NamesWriter {
  add(names: readonly string[]): Promise<void>;
  /** Writes `description` as JSON with the names, where there were any, as its last field. */
  commit(description: object): Promise<void>;
  /** Leaves nothing behind; harmless after `commit`. */
  discard(): Promise<void>;
}

/** Characters that are kept until they are written. */
const PIECE = 256 * 1024;

/** @param path of the description */
export function namesWriter(path: string): NamesWriter {
  /** Lines that are not written yet. */
  let lines = '';
  let count = 0;
  let file: FileHandle | undefined;
  const temporary = temporaryName(path);

  async function spill(): Promise<void> {
    file ??= await open(temporary, 'wx+');
    await file.appendFile(lines);
    lines = '';
  }

  /** The list on disk with a head before it and an end behind it, in a file of its own. */
  async function whole(listed: FileHandle, head: string, end: string): Promise<void> {
    const target = temporaryName(path);
    const made = await open(target, 'wx');
    try {
      await made.appendFile(head);
      const buffer = Buffer.allocUnsafe(PIECE);
      for (let at = 0; ; ) {
        const { bytesRead } = await listed.read(buffer, 0, PIECE, at);
        if (bytesRead === 0) break;
        await made.appendFile(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
      await made.appendFile(end);
      await made.sync();
    } catch (error) {
      await made.close();
      await rm(target, { force: true });
      throw error;
    }
    await made.close();
    await listed.close();
    file = undefined;
    await rename(target, path);
    await rm(temporary, { force: true });
  }

  return {
    async add(names) {
      for (const name of names) lines += `${count++ === 0 ? '' : ',\n'}    ${JSON.stringify(name)}`;
      if (lines.length > PIECE) await spill();
    },
    async commit(description) {
      const text = JSON.stringify(description, null, 2);
      if (count === 0) return writeFileAtomic(path, `${text}\n`);
      const head = `${text.slice(0, -2)},\n  "names": [\n`;
      const end = '\n  ]\n}\n';
      if (!file) return writeFileAtomic(path, head + lines + end);
      await spill();
      await whole(file, head, end);
    },
    async discard() {
      await file?.close().catch(() => {});
      file = undefined;
      await rm(temporary, { force: true });
    },
  };
}
