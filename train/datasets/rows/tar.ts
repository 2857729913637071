/** Rows that are image files in tar archives, read by their offset and decoded when they are asked for. */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Fit } from '../fit.js';
import type { RowReader } from '../row-source.js';
import { changed } from './files.js';
import { imageRows } from './images.js';
import { type NameList, nameAt } from './names.js';
import { OpenFiles } from './open-files.js';

/** A tar archive as it was when it was indexed. */
export interface Shard {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly modified: number;
}

export interface TarRows {
  readonly kind: 'tar';
  /** [H,W,C] */
  readonly shape: readonly number[];
  readonly shards: readonly Shard[];
  /** Of each row the number of its shard, where its image begins in it, and how many bytes it has; on SharedArrayBuffers. */
  readonly shard: Uint32Array;
  readonly offset: Float64Array;
  readonly length: Uint32Array;
  /** The images' names in their shards. */
  readonly names: NameList;
  readonly fit: Fit;
}

/** Shards that stay open; the usual limit of a process is 1,024 files. */
const MAX_OPEN = 128;
const readAt = promisify(read);

export function tarRows({ shards, shard, offset, length, names, fit }: TarRows): RowReader {
  const files = new OpenFiles(MAX_OPEN);
  const fetch = async (row: number) => {
    const { path, size, modified } = shards[shard[row] as number] as Shard;
    const wanted = length[row] as number;
    const bytes = Buffer.allocUnsafe(wanted);
    await files.use(
      path,
      (found) => {
        if (found.size !== size || found.mtimeMs !== modified)
          throw changed(path, `${size} bytes of ${date(modified)}`, `${found.size} of ${date(found.mtimeMs)}`);
      },
      async (descriptor) => {
        for (let done = 0; done < wanted; ) {
          const { bytesRead } = await readAt(descriptor, bytes, done, wanted - done, (offset[row] as number) + done);
          if (bytesRead === 0) throw changed(path, `${size} bytes`, 'less');
          done += bytesRead;
        }
      },
    );
    return { where: `${path}:${nameAt(names, row)}`, bytes };
  };
  return imageRows(fit, fetch, () => files.close());
}

const date = (milliseconds: number): string => new Date(milliseconds).toISOString();
