/** The page's side: a Web Worker made, watched, and ended. */
import { AlixError, throwIfAborted } from '../io/errors.js';
import type { Runtime } from '../runtime.js';
import { connect } from '../worker/connect.js';
import type { StartOptions } from './serve-ort.js';
import { workerProblem } from './worker-problem.js';

/** The runtimes that there are workers for. */
export type WebDevice = 'wasm' | 'webgpu';

// bundlers know a worker by this very form
const make = {
  wasm: () => new Worker(new URL('./worker-wasm.js', import.meta.url), { type: 'module' }),
  webgpu: () => new Worker(new URL('./worker-webgpu.js', import.meta.url), { type: 'module' }),
};

/**
 * ONNX Runtime in a worker of its own. Its end gives all memory back.
 *
 * @throws AlixError 'no-worker' where its script does not load, 'no-device', 'runtime-lost', 'interrupted'
 */
export async function startWorker(
  device: WebDevice,
  options: Omit<StartOptions, 'lock'>,
  { signal, reason }: { readonly signal?: AbortSignal | undefined; readonly reason?: string | undefined } = {},
): Promise<Runtime> {
  throwIfAborted(signal);
  const { worker, url } = makeWorker(device);
  const watching = new AbortController();
  const terminate = async () => {
    watching.abort();
    worker.terminate();
  };
  const connection = connect(
    {
      post: (message, transfer) => worker.postMessage(message, [...transfer]),
      listen: (take) => worker.addEventListener('message', ({ data }) => take(data)),
    },
    terminate,
  );
  let started = false;
  worker.addEventListener('error', async (event) => {
    event.preventDefault();
    // of a script that does not load, browsers say nothing
    connection.fail(started || event.message ? died(event.message) : await workerProblem(url));
    // nothing is asked of it any more, and one that only met an error lives on
    await terminate();
  });
  const stop = () => connection.fail(new AlixError('interrupted', 'interrupted', { cause: signal?.reason }));
  signal?.addEventListener('abort', stop);
  const lock = `alix-worker-${Date.now()}-${Math.random()}`;
  try {
    const answer = await connection.start({ ...options, lock } satisfies StartOptions, [options.wasm.buffer]);
    started = true;
    watch(lock, watching.signal, () => connection.fail(died()));
    return connection.runtime({ ...answer, ...(reason !== undefined && { reason }) });
  } catch (error) {
    await terminate();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** A worker and the URL of its script, which is known in no other way: bundlers want the two in one expression. */
function makeWorker(device: WebDevice): { readonly worker: Worker; readonly url: URL } {
  const { Worker: Native } = globalThis;
  let url = new URL(location.href);
  globalThis.Worker = class extends Native {
    constructor(script: string | URL, options?: WorkerOptions) {
      url = new URL(script, url);
      super(script, options);
    }
  };
  try {
    return { worker: make[device](), url };
  } catch (cause) {
    // a worker's script must come from the page's own server
    throw new AlixError('no-worker', 'the browser refuses this worker', {
      where: url.href,
      found: cause instanceof Error ? cause.message.slice(0, 200) : `${cause}`,
      remedy:
        "serve alix's scripts from the page's own origin, and allow them in its Content-Security-Policy (worker-src)",
      cause,
    });
  } finally {
    globalThis.Worker = Native;
  }
}

/** Waits for the lock that the worker holds: the browser gives it on when the worker is gone, however it went. */
function watch(lock: string, signal: AbortSignal, onDeath: () => void): void {
  navigator.locks?.request(lock, { signal }, onDeath).catch(() => undefined);
}

function died(message?: string): AlixError {
  return new AlixError('runtime-lost', 'the worker that runs ONNX Runtime has ended', {
    ...(message && { found: message }),
    remedy: 'load the model again; if memory was short, with a smaller batch',
  });
}
