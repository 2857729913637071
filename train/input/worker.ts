/** The thread that prepares minibatches: `InputPipeline` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerOrder } from './protocol.js';
import { serve } from './serve.js';

if (parentPort) serve(parentPort, workerData as WorkerOrder);
