/** The Web Worker's side: onnxruntime-web behind the protocol of ../worker. */
import type { Env } from 'onnxruntime-common';
import { AlixError } from '../io/errors.js';
import { type Ort, openSession } from '../onnx-session.js';
import { isOutOfMemory, ortReason } from '../ort-reason.js';
import type { GraphSession } from '../session.js';
import { serve } from '../worker/serve.js';

/** What the page sends with 'start'. */
export interface StartOptions {
  readonly threads: number;
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The script that threads begin with, where there is more than one. */
  readonly script?: string | undefined;
  /** Held as long as the worker lives, so that the page sees it die. */
  readonly lock: string;
}

/** The part of GPUDevice that is used. */
interface Device {
  readonly lost: Promise<{ readonly message: string; readonly reason: string }>;
}

const RELOAD = 'load the model again, with device: "wasm" if it happens again';

/** Serves one ONNX Runtime to the page that made this worker. */
export function serveOrt(ort: Ort & { readonly env: Env }, device: 'wasm' | 'webgpu'): void {
  let lost: Promise<never> | undefined;

  /** Whoever waits for a device that is gone waits for ever. */
  const orLost = <T>(work: Promise<T>): Promise<T> => (lost ? Promise.race([work, lost]) : work);

  async function watch(): Promise<void> {
    const gpu = (await ort.env.webgpu.device) as Device | undefined;
    lost ??= gpu?.lost.then(({ message, reason }) => {
      throw new AlixError('device-lost', 'the GPU was lost', { found: message || reason, remedy: RELOAD });
    });
    lost?.catch(() => undefined);
  }

  serve(
    {
      post: (message, transfer) => self.postMessage(message, { transfer: [...transfer] }),
      listen: (take) => self.addEventListener('message', ({ data }) => take(data)),
    },
    {
      async start(options) {
        const { threads, wasm, script, lock } = options as StartOptions;
        await hold(lock);
        ort.env.logLevel = 'fatal';
        ort.env.wasm.numThreads = threads;
        ort.env.wasm.wasmBinary = wasm;
        if (script !== undefined) ort.env.wasm.wasmPaths = { mjs: script };
        // the first session loads it, and would tell a graph's failure and its own in one voice
        await probe(ort, device);
        if (device === 'webgpu') await watch();
        return { device, threads };
      },
      async open(bytes, what) {
        const session = await orLost(openSession(ort, bytes, sessionOptions(device))).catch((cause: unknown) => {
          if (cause instanceof AlixError) throw cause;
          throw badGraph(cause, what);
        });
        return { ...session, run: (feeds) => orLost(session.run(feeds)) } satisfies GraphSession;
      },
    },
  );
}

const sessionOptions = (device: string) => ({ executionProviders: [device], logSeverityLevel: 4 as const });

/** An ONNX graph of one Identity node: enough to make a provider start. */
const PROBE = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBcFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=';

async function probe(ort: Ort, device: string): Promise<void> {
  try {
    const bytes = Uint8Array.from(atob(PROBE), (letter) => letter.charCodeAt(0));
    const session = await openSession(ort, bytes, sessionOptions(device));
    // with its last session ONNX Runtime gives up the GPU, which is then lost for those that follow
    if (device !== 'webgpu') await session.release();
  } catch (cause) {
    throw new AlixError('no-device', `ONNX Runtime does not start on "${device}": ${ortReason(cause)}`, {
      remedy: device === 'webgpu' ? 'use device: "wasm"' : 'use a browser with WebAssembly SIMD, and fewer threads',
      cause,
    });
  }
}

function badGraph(cause: unknown, where: string): AlixError {
  const text = ortReason(cause);
  if (isOutOfMemory(text))
    return new AlixError('no-memory', `the graph does not fit into the page's memory: ${text}`, { where, cause });
  const remedy = 'export the model again';
  return new AlixError('bad-graph', `ONNX Runtime refuses this graph: ${text}`, { where, remedy, cause });
}

/** Takes a lock that only the end of this worker gives back; none where the browser grants this page no storage. */
function hold(name: string): Promise<void> {
  return new Promise((resolve) => {
    if (!navigator.locks) return resolve();
    const granted = () => {
      resolve();
      return new Promise(() => undefined);
    };
    navigator.locks.request(name, granted).catch(() => resolve());
  });
}
