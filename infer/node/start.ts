/** ONNX Runtime on a thread of its own, so that the event loop turns while a graph runs. */
import { Worker } from 'node:worker_threads';
import { AlixError } from '../io/errors.js';
import type { Runtime } from '../runtime.js';
import { connect } from '../worker/connect.js';
import type { Answer } from '../worker/messages.js';
import { Gate, guard, unguard } from './gate.js';
import { checkRuntimeOptions, type RuntimeOptions } from './options.js';
import { forbidTelemetry } from './telemetry.js';

/** Milliseconds that `dispose` waits for a graph that is running. */
const GRACE = 5000;
const REMEDY = 'load the model again; if it happens again the model or the memory is at fault';

/**
 * ONNX Runtime on a device of this machine, in a worker. The worker keeps the process alive only while a request is open.
 *
 * @throws AlixError 'bad-option'; 'no-device' naming what to install; 'no-runtime' where onnxruntime-node does not load;
 *   later, of every call, 'runtime-lost' where the worker has died
 */
export async function nodeRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  if (ahead?.key !== keyOf(options)) {
    letGo();
    return startRuntime(options);
  }
  const { runtime } = ahead;
  ahead = undefined;
  return runtime;
}

let ahead: { readonly key: string; readonly runtime: Promise<Runtime> } | undefined;
const keyOf = ({ device = 'auto', threads }: RuntimeOptions) => `${device} ${threads}`;

/** Ends what was prepared for other options. */
function letGo(): void {
  ahead?.runtime.then((runtime) => runtime.dispose?.()).catch(() => {});
  ahead = undefined;
}

/**
 * Starts what the next `nodeRuntime` or `loadModel` with these options takes: for programs that have more to load themselves
 * meanwhile. Errors are told by that call.
 */
export function prepareRuntime(options: RuntimeOptions = {}): void {
  const key = keyOf(options);
  if (ahead?.key === key) return;
  letGo();
  const runtime = startRuntime(options);
  runtime.catch(() => {});
  ahead = { key, runtime };
}

/** @param file what the worker runs; tests have their own */
export async function startRuntime(
  options: RuntimeOptions,
  file = new URL('./worker.js', import.meta.url),
): Promise<Runtime> {
  checkRuntimeOptions(options);
  forbidTelemetry();
  // of its own flags: those of the process may be a program's text, or a loader that is slow to start
  const gate = new Gate();
  const worker = new Worker(file, { name: 'alix', execArgv: [], workerData: { gate: gate.memory } });
  guard(gate);
  const lost = (what: string, cause?: unknown) => new AlixError('runtime-lost', what, { remedy: REMEDY, cause });
  const connection = connect(
    {
      post: (message, transfer) => worker.postMessage(message, transfer),
      listen: (take) => worker.on('message', (answer: Answer) => take(answer)),
      hold: (open) => (open ? worker.ref() : worker.unref()),
    },
    () => ended(worker, gate),
  );
  worker.on('error', (cause) => connection.fail(lost(`the thread of ONNX Runtime failed: ${firstLine(cause)}`, cause)));
  worker.on('messageerror', (cause) => connection.fail(lost('an answer of ONNX Runtime could not be read', cause)));
  worker.on('exit', (code) => {
    unguard(gate);
    connection.fail(lost(`the thread of ONNX Runtime ended (exit code ${code})`));
  });
  worker.unref();
  try {
    const { device, threads } = options;
    return connection.runtime(await connection.start({ device, threads }));
  } catch (error) {
    await ended(worker, gate);
    throw error;
  }
}

/** Ends the thread when the graph that it runs has ended; one that takes too long ends it itself. */
async function ended(worker: Worker, gate: Gate): Promise<void> {
  if (await gate.close(GRACE)) await worker.terminate();
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.slice(0, 200);
}
