/** Threads that read and decode images, so that the event loop turns and ONNX Runtime has its next batch in time. Node only. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AlixError } from './errors.js';
import type { Chunk, Place } from './image-chunk.js';
import type { ImageShape } from './pixels.js';

/** Reads chunks of images, several at once. */
export interface ImageReaders {
  /** How many chunks keep all threads at work. */
  readonly ahead: number;
  /** @throws AlixError 'reader-lost' where a thread has died */
  read(places: readonly Place[]): Promise<Chunk>;
  /** Ends the threads. */
  close(): void;
}

/** One decodes some 20,000 small PNGs a second: more than the networks take on four times the cores. */
const threads = (): number => Math.min(8, Math.max(1, Math.floor(availableParallelism() / 4)));

export function startReaders(shape: ImageShape): ImageReaders {
  const readers = Array.from({ length: threads() }, () => startReader(shape));
  let turn = 0;
  return {
    ahead: 2 * readers.length + 1,
    read: (places) => (readers[turn++ % readers.length] as Reader).read(places),
    close() {
      for (const reader of readers) reader.close();
    },
  };
}

type Reader = Pick<ImageReaders, 'read' | 'close'>;

/** One thread, which answers in the order that it is asked in. It holds the process only while it is asked something. */
function startReader(shape: ImageShape): Reader {
  const file = new URL('./read-worker.js', import.meta.url);
  const worker = new Worker(file, { name: 'alix images', execArgv: [], workerData: { shape } });
  const waiting: { resolve(chunk: Chunk): void; reject(error: Error): void }[] = [];
  let gone: Error | undefined;
  const fail = (what: string, cause?: unknown): void => {
    gone ??= new AlixError('reader-lost', what, { remedy: 'run it again with fewer or smaller images', cause });
    for (const { reject } of waiting.splice(0)) reject(gone);
  };
  worker.unref();
  worker.on('message', (chunk: Chunk) => {
    waiting.shift()?.resolve(chunk);
    if (waiting.length === 0) worker.unref();
  });
  worker.on('error', (cause) => fail(`the thread that reads images failed: ${cause.message}`, cause));
  worker.on('exit', () => fail('the thread that reads images has ended'));
  return {
    read: (places) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(places);
      }),
    // it ends itself when it has done what it was asked: threads that are ended inside a library may take the process with them
    close: () => worker.postMessage(undefined),
  };
}
