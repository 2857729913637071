/** The thread that ONNX Runtime runs on: one runtime, its graphs, one run at a time. */
import { parentPort } from 'node:worker_threads';
import type { Answer, Request } from '../worker/messages.js';
import { serve } from '../worker/serve.js';
import { servedOrt } from './ort.js';

const port = parentPort;
if (!port) throw new Error('this file is the start of a worker');
serve(
  {
    post: (message: Answer, transfer) => port.postMessage(message, transfer),
    listen: (take) => port.on('message', (message: Request) => take(message)),
  },
  servedOrt(),
);
