/** This side of a worker that runs ONNX Runtime: a Runtime whose graphs live over there. */
import { AlixError } from '../io/errors.js';
import type { Runtime } from '../runtime.js';
import type { GraphSession, Tensors } from '../session.js';
import {
  type Answer,
  type Channel,
  type Opened,
  packed,
  type Request,
  type SentError,
  type Started,
} from './messages.js';

/** A worker that is running. */
export interface Connection {
  /** Starts ONNX Runtime in the worker. Rejects as `Served.start` does. */
  start(options: unknown): Promise<Started>;
  /** The runtime, once it was started. */
  runtime(started: Started): Runtime;
  /** To be called when the worker is gone, with why: every open request is rejected with it, and every later one. */
  fail(error: AlixError): void;
}

type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/**
 * @param channel the way to the worker
 * @param terminate ends the worker; called by the runtime's `dispose`
 */
export function connect(channel: Channel<Request, Answer>, terminate: () => Promise<void>): Connection {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  let count = 0;
  let gone: AlixError | undefined;

  channel.listen((answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(received(answer.error));
    else asked?.resolve(answer.value);
  });

  function ask<T>(request: Ask, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (gone) return reject(gone);
      const id = ++count;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      channel.post({ ...request, id } as Request, transfer);
    });
  }

  function fail(error: AlixError): void {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  }

  async function open(bytes: Uint8Array, what: string): Promise<GraphSession> {
    const copy = bytes.slice();
    const { session, inputs, outputs } = await ask<Opened>({ ask: 'open', bytes: copy, what }, [copy.buffer]);
    return {
      inputs,
      outputs,
      run(feeds) {
        const { tensors, transfer } = packed(feeds);
        return ask<Tensors>({ ask: 'run', session, feeds: tensors }, transfer);
      },
      async release() {
        // a worker that is gone has freed it
        if (!gone) await ask<undefined>({ ask: 'release', session });
      },
    };
  }

  return {
    start: (options) => ask<Started>({ ask: 'start', options }),
    runtime: ({ device }) => ({
      name: device,
      createSession: open,
      async dispose() {
        if (gone) return;
        fail(new AlixError('disposed', 'the model was disposed of', { remedy: 'load it again' }));
        await terminate();
      },
    }),
    fail,
  };
}

function received({ code, what, details }: SentError): Error {
  return code === undefined ? new Error(what) : new AlixError(code, what, details);
}
