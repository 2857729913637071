/** Unpacks chosen members of a zip file. */
import { createWriteStream } from 'node:fs';
import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { AlixError, isSystemError, throwIfAborted } from '@alix/infer/io/errors';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

const openZip = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

export interface UnpackOptions {
  /** The name a member gets under the folder; undefined leaves it out. */
  readonly keep: (member: string) => string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes written so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Whether each file is brought to the disk before the next one; default true. Not where there are a hundred thousand. */
  readonly sync?: boolean;
}

/**
 * Writes the members of `archive` that `keep` names into `folder`, which should be empty, and returns their sizes in bytes.
 * No member is ever written outside the folder or over another one. Throws AlixError 'bad-archive', 'interrupted'.
 */
export async function unpack(archive: string, folder: string, options: UnpackOptions): Promise<Record<string, number>> {
  const { keep, signal, onProgress, sync: isSynced = true } = options;
  const sizes: Record<string, number> = {};
  let done = 0;
  const zip = await openZip(archive, { lazyEntries: true, autoClose: false }).catch((cause) => {
    throw badArchive(archive, cause);
  });
  try {
    for await (const entry of entries(zip, archive)) {
      throwIfAborted(signal);
      const name = keep(entry.fileName);
      if (name === undefined || entry.fileName.endsWith('/')) continue;
      refuseUnsafe(archive, entry, name);
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      const count = new Transform({
        transform(piece: Buffer, _encoding, next) {
          done += piece.length;
          onProgress?.(done);
          next(null, piece);
        },
      });
      // 'wx' so that nothing is overwritten; only the bit that makes a program of a file is taken over.
      const mode = (entry.externalFileAttributes >>> 16) & 0o100 ? 0o755 : 0o644;
      const source = await read(zip, entry).catch((cause) => {
        throw badArchive(archive, cause);
      });
      await pipeline(source, count, createWriteStream(path, { flags: 'wx', mode, highWaterMark: 1 << 20 }), {
        ...(signal ? { signal } : {}),
      }).catch((cause) => {
        throwIfAborted(signal);
        // of the disk; what zlib and yauzl say is about the archive
        if (isSystemError(cause) && cause.code.startsWith('E')) throw cause;
        throw badArchive(archive, cause);
      });
      if (isSynced) await sync(path);
      sizes[name] = entry.uncompressedSize;
    }
  } finally {
    zip.close();
  }
  return sizes;
}

async function* entries(zip: ZipFile, archive: string): AsyncGenerator<Entry> {
  while (true) {
    const entry = await new Promise<Entry | undefined>((settle, fail) => {
      const onEntry = (value: Entry) => finish(() => settle(value));
      const onEnd = () => finish(() => settle(undefined));
      // yauzl itself refuses names with "..", absolute ones and backslashes.
      const onError = (cause: unknown) => finish(() => fail(badArchive(archive, cause)));
      const finish = (then: () => void) => {
        zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
        then();
      };
      zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
      zip.readEntry();
    });
    if (!entry) return;
    yield entry;
  }
}

function read(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((settle, fail) => {
    zip.openReadStream(entry, (error, stream) => (error ? fail(error) : settle(stream)));
  });
}

function refuseUnsafe(archive: string, entry: Entry, name: string): void {
  const path = normalize(name);
  const outside = name.includes('\0') || isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`);
  const link = ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
  if (outside || link) {
    throw badArchive(archive, new Error(`${link ? 'a link' : 'a path outside its folder'}: ${entry.fileName}`));
  }
}

function badArchive(archive: string, cause: unknown): AlixError {
  return new AlixError('bad-archive', 'this archive cannot be unpacked', {
    where: archive,
    found: cause instanceof Error ? cause.message : String(cause),
    remedy: 'delete it and run `alix setup` again',
    cause,
  });
}

/** After a power cut a renamed folder must not hold empty files. */
async function sync(path: string): Promise<void> {
  const file = await openFile(path, 'r');
  await file.sync().finally(() => file.close());
}
