/** Rows that lie one after the other in a file, all of one length, read by their place when they are asked for. */
import { read, readSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import type { RowReader } from '../row-source.js';
import { changed } from './files.js';
import { OpenFiles } from './open-files.js';
import { Pace } from './pace.js';

export interface ArrayRows {
  readonly kind: 'array';
  /** [H,W,C], one byte each. */
  readonly shape: readonly number[];
  readonly path: string;
  /** Bytes of the file, and when it was last changed in milliseconds since 1970, as it was when it was opened. */
  readonly size: number;
  readonly modified: number;
  /** Where the first row begins. */
  readonly offset: number;
  /** Which index of a row is the fastest: the last, as in C and NumPy, or the first, as in MATLAB. */
  readonly order: 'last' | 'first';
}

/** Most bytes that are read at once where rows follow each other. */
const MAX_RUN = 1 << 20;
/** How many readings are on their way at once. */
const AT_ONCE = 8;
const readAt = promisify(read);

/** @param slow milliseconds (pace.ts), of another number in tests alone */
export function arrayRows(source: ArrayRows, slow?: number): RowReader {
  const { path, shape, offset, order } = source;
  const files = new OpenFiles(1);
  const pace = new Pace(slow);
  const length = shape.reduce((product, n) => product * n, 1);
  const check = ({ size, mtimeMs }: Stats): void => {
    if (size !== source.size || mtimeMs !== source.modified)
      throw changed(path, `${source.size} bytes`, size === source.size ? 'others' : `${size}`);
  };
  return {
    async read(indices) {
      const out = new Uint8Array(indices.length * length);
      const runs = runsOf(indices, Math.max(1, Math.floor(MAX_RUN / length)));
      await files.use(path, check, async (descriptor) => {
        let next = 0;
        const work = async (): Promise<void> => {
          while (next < runs.length) {
            const { at, first, count } = runs[next++] as Run;
            const [place, from, wanted] = [offset + first * length, at * length, count * length];
            for (let done = 0, more = 0; done < wanted; done += more) {
              const part = [descriptor, out, from + done, wanted - done, place + done] as const;
              more = pace.usesPool() ? (await readAt(...part)).bytesRead : pace.timed(() => readSync(...part));
              if (more === 0) throw changed(path, `${source.size} bytes`, 'less');
            }
          }
        };
        // all are waited for, so that none still reads when the file is closed
        const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
        const failed = ended.find((end) => end.status === 'rejected');
        if (failed) throw failed.reason;
      });
      return order === 'last' ? out : lastFastest(out, shape, indices.length);
    },
    close: () => files.close(),
  };
}

interface Run {
  /** Place in what is asked for, row in the file, and how many. */
  readonly at: number;
  readonly first: number;
  readonly count: number;
}

/** Rows that follow each other in the file are read together. */
function runsOf(indices: Uint32Array, most: number): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < indices.length; ) {
    const first = indices[at] as number;
    let count = 1;
    while (count < most && indices[at + count] === first + count) count++;
    runs.push({ at, first, count });
    at += count;
  }
  return runs;
}

/** [C][W][H] as it lies in the file to [H][W][C], for each of `count` rows. */
function lastFastest(bytes: Uint8Array, shape: readonly number[], count: number): Uint8Array<ArrayBuffer> {
  const [height = 1, width = 1, channels = 1] = shape;
  const out = new Uint8Array(bytes.length);
  let to = 0;
  for (let row = 0; row < count; row++) {
    const start = row * height * width * channels;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) out[to++] = bytes[start + (c * width + x) * height + y] as number;
  }
  return out;
}
