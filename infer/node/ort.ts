/** onnxruntime-node on a device of this machine. Its calls block the thread that they are made on: worker.ts has one to spare. */
import type { InferenceSession } from 'onnxruntime-common';
import { AlixError } from '../io/errors.js';
import { openSession } from '../onnx-session.js';
import { ortReason } from '../ort-reason.js';
import type { GraphSession } from '../session.js';
import { ORT_VERSION } from '../web/ort-files.js';
import type { Started } from '../worker/messages.js';
import { cudaProblem } from './cuda.js';
import type { RuntimeOptions } from './options.js';

export type Ort = typeof import('onnxruntime-node');

/** onnxruntime-node as what `serve` puts behind a worker. */
export function servedOrt() {
  let opening: ((bytes: Uint8Array) => Promise<GraphSession>) | undefined;
  return {
    /** @throws AlixError 'no-device' naming what to install; 'no-runtime' where onnxruntime-node does not load */
    async start(options: unknown): Promise<Started> {
      const { device = 'auto', threads } = options as RuntimeOptions;
      const ort = await loadOrt();
      const problem = device === 'cpu' ? undefined : await cudaProblem(ort);
      if (problem && device === 'cuda') throw problem;
      const chosen = device === 'cpu' || problem ? 'cpu' : 'cuda';
      opening = (bytes) => openSession(ort, bytes, sessionOptions(chosen, threads));
      return { device: chosen, ...(problem && { reason: problem.what }) };
    },
    /** @throws AlixError 'bad-graph' */
    async open(bytes: Uint8Array, what: string): Promise<GraphSession> {
      if (!opening) throw new Error('the runtime was not started');
      try {
        return await opening(bytes);
      } catch (cause) {
        throw new AlixError('bad-graph', `ONNX Runtime refuses this graph: ${ortReason(cause)}`, {
          where: what,
          remedy: 'export the model again',
          cause,
        });
      }
    },
  };
}

async function loadOrt(): Promise<Ort> {
  try {
    const ort = (await import('onnxruntime-node')).default;
    // its native errors are thrown too; printing them as well would break the one line that a user reads
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (cause) {
    throw new AlixError('no-runtime', `onnxruntime-node does not load: ${ortReason(cause)}`, {
      found: `${process.platform} ${process.arch}`,
      remedy: `install it with \`npm install onnxruntime-node@${ORT_VERSION}\`; on Linux it needs glibc (not Alpine)`,
      cause,
    });
  }
}

function sessionOptions(device: 'cpu' | 'cuda', threads: number | undefined): InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    logSeverityLevel: 4,
    extra: {
      session: {
        // a graph may name files beside it for its weights, whose checksums nobody knows; below a file there are none
        model_external_initializers_file_folder_path: process.execPath,
        // threads that wait for work spinning take the cores from those that decode the next images
        intra_op: { allow_spinning: '0' },
      },
    },
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
}
