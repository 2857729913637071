/** The thread that ONNX Runtime runs on: one runtime, its graphs, one run at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Request } from '../worker/messages.js';
import { serve } from '../worker/serve.js';
import { Gate } from './gate.js';
import { servedOrt } from './ort.js';

const port = parentPort;
if (!port) throw new Error('this file is the start of a worker');
const gate = new Gate((workerData as { readonly gate: SharedArrayBuffer }).gate);
serve(
  {
    post: (message: Answer, transfer) => port.postMessage(message, transfer),
    listen: (take) => port.on('message', (message: Request) => take(message)),
  },
  servedOrt(),
  {
    enter: () => gate.enter(),
    leave() {
      gate.leave();
      // nobody waited for the end of this graph
      if (gate.isClosed) port.close();
    },
  },
);
