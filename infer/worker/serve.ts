/** The worker's side: opens and runs graphs, one request after another, in the order that they come. */
import { sentError } from '../io/sent-error.js';
import type { GraphSession } from '../session.js';
import { type Answer, type Channel, packed, type Request, type Started } from './messages.js';

/** What a door puts behind its worker. */
export interface Served {
  /** Loads ONNX Runtime. @throws AlixError 'no-device', 'no-runtime', ... */
  start(options: unknown): Promise<Started>;
  /** Opens a graph. @throws AlixError 'bad-graph' */
  open(bytes: Uint8Array, what: string): Promise<GraphSession>;
}

/** Keeps requests from being begun when the worker is about to be ended. */
export interface ServeGate {
  /** False: this request is dropped. */
  enter(): boolean;
  /** The request that was let in has been answered. */
  leave(): void;
}

/** Answers the requests of `channel` with what `served` does. */
export function serve(channel: Channel<Answer, Request>, served: Served, gate?: ServeGate): void {
  const sessions = new Map<number, GraphSession>();
  let count = 0;
  const session = (id: number) => {
    const found = sessions.get(id);
    if (!found) throw new Error('this graph was closed');
    return found;
  };

  async function answer(
    request: Request,
  ): Promise<{ value: Extract<Answer, { value: unknown }>['value']; transfer?: readonly ArrayBuffer[] }> {
    switch (request.ask) {
      case 'start':
        return { value: await served.start(request.options) };
      case 'open': {
        const made = await served.open(request.bytes, request.what);
        sessions.set(++count, made);
        return { value: { session: count, inputs: made.inputs, outputs: made.outputs } };
      }
      case 'run': {
        const { tensors, transfer } = packed(await session(request.session).run(request.feeds));
        return { value: tensors, transfer };
      }
      case 'release': {
        const open = session(request.session);
        sessions.delete(request.session);
        await open.release();
        return { value: undefined };
      }
    }
  }

  // ONNX Runtime takes one call at a time
  let queue: Promise<void> = Promise.resolve();
  channel.listen((request) => {
    queue = queue.then(async () => {
      if (gate && !gate.enter()) return;
      try {
        const { value, transfer = [] } = await answer(request);
        channel.post({ id: request.id, value }, transfer);
      } catch (error) {
        channel.post({ id: request.id, error: sentError(error) }, []);
      } finally {
        gate?.leave();
      }
    });
  });
}
