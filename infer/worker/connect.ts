/** This side of a worker that runs ONNX Runtime: a Runtime whose graphs live over there. */
import { AlixError } from '../io/errors.js';
import { receivedError } from '../io/sent-error.js';
import type { Runtime } from '../runtime.js';
import type { GraphSession, Tensors } from '../session.js';
import { type Answer, type Channel, copied, type Opened, packed, type Request, type Started } from './messages.js';

/** A worker that is running. */
export interface Connection {
  /** Starts ONNX Runtime in the worker. Rejects as `Served.start` does. @param transfer memory of the options that moves there */
  start(options: unknown, transfer?: readonly ArrayBuffer[]): Promise<Started>;
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

  /** Takes a request off the list; the channel is let go with the last. */
  function settle(id: number) {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (asked && waiting.size === 0) channel.hold?.(false);
    return asked;
  }

  channel.listen((answer) => {
    const asked = settle(answer.id);
    if ('error' in answer) asked?.reject(receivedError(answer.error));
    else asked?.resolve(answer.value);
  });

  function ask<T>(request: Ask, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (gone) return reject(gone);
      const id = ++count;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      if (waiting.size === 1) channel.hold?.(true);
      try {
        channel.post({ ...request, id } as Request, transfer);
      } catch (error) {
        settle(id);
        reject(error);
      }
    });
  }

  function fail(error: AlixError): void {
    gone ??= error;
    for (const id of [...waiting.keys()]) settle(id)?.reject(gone);
  }

  async function open(bytes: Uint8Array, what: string): Promise<GraphSession> {
    const sent = handedOver(bytes);
    const { session, inputs, outputs } = await ask<Opened>({ ask: 'open', bytes: sent, what }, [sent.buffer]);
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

  let ended: Promise<void> | undefined;
  return {
    start: (options, transfer) => ask<Started>({ ask: 'start', options }, transfer),
    runtime: ({ device, reason, threads }) => ({
      name: device,
      reason,
      threads,
      createSession: open,
      dispose() {
        fail(new AlixError('disposed', 'the model was disposed of', { remedy: 'load it again' }));
        ended ??= terminate();
        return ended;
      },
    }),
    fail,
  };
}

/** The memory itself where it holds nothing else, for graphs are large; else a copy. */
function handedOver(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAll = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isAll ? (bytes as Uint8Array<ArrayBuffer>) : copied(bytes);
}
