/** What the page's or the server's thread and the worker that runs ONNX Runtime say to each other. All of it survives a structured clone. */
import type { SentError } from '../io/sent-error.js';
import type { Port, Tensors, Values } from '../session.js';

/** A request; the answer has the same id. `start` configures the runtime, in terms that only its two ends know. */
export type Request =
  | { readonly id: number; readonly ask: 'start'; readonly options: unknown }
  | { readonly id: number; readonly ask: 'open'; readonly bytes: Uint8Array; readonly what: string }
  | { readonly id: number; readonly ask: 'run'; readonly session: number; readonly feeds: Tensors }
  | { readonly id: number; readonly ask: 'release'; readonly session: number };

/** What `start` gives: the device in use, and why it is not the one that would have been preferred. */
export interface Started {
  readonly device: string;
  readonly reason?: string | undefined;
  /** Threads of one run. */
  readonly threads?: number | undefined;
}

/** What `open` gives. */
export interface Opened {
  readonly session: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export type Answer =
  | { readonly id: number; readonly value: Started | Opened | Tensors | undefined }
  | { readonly id: number; readonly error: SentError };

/** One end of a channel: a Worker, a MessagePort, or a worker's own scope, each adapted by its door. */
export interface Channel<Out, In> {
  post(message: Out, transfer: readonly ArrayBuffer[]): void;
  /** Called once; `take` gets each message. */
  listen(take: (message: In) => void): void;
  /** Told true when a first request is open, and false when none is: in Node a worker holds the process meanwhile. */
  hold?(open: boolean): void;
}

/** The same tensors in memory of their own, and that memory: a view's whole buffer would be cloned otherwise. */
export function packed(tensors: Tensors): { readonly tensors: Tensors; readonly transfer: readonly ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  const copies = Object.entries(tensors).map(([name, tensor]) => {
    const data = copied(tensor.data);
    transfer.push(data.buffer);
    return [name, { ...tensor, data }] as const;
  });
  return { tensors: Object.fromEntries(copies), transfer };
}

/** The same numbers in an ArrayBuffer of their own. `slice` would not do: that of Node's Buffer is a view. */
export function copied(data: Uint8Array): Uint8Array<ArrayBuffer>;
export function copied(data: Values): Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
export function copied(data: Values): Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> {
  return data instanceof Float32Array ? new Float32Array(data) : new Uint8Array(data);
}
