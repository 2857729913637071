/** A thread that reads and decodes images, a chunk at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Place, readChunk } from './image-chunk.js';
import type { ImageShape } from './pixels.js';

const port = parentPort;
if (!port) throw new Error('this file is the start of a worker');
const { shape } = workerData as { readonly shape: ImageShape };
let queue: Promise<void> = Promise.resolve();
let isOver = false;
port.on('message', (places: readonly Place[] | undefined) => {
  isOver ||= places === undefined;
  queue = queue.then(async () => {
    if (isOver || !places) return port.close();
    const chunk = await readChunk(places, shape);
    port.postMessage(chunk, [chunk.pixels.buffer]);
  });
});
