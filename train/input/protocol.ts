/** What the trainer's thread and the worker tell each other. */
import { AlixError } from '@alix/infer/io/errors';
import type { InputPlan, Place, Prepared } from './maker.js';

/** What a worker begins with. */
export interface WorkerOrder {
  readonly plan: InputPlan;
  /** The first minibatch that is wanted; all later ones follow it. */
  readonly from: Place;
  /** Minibatches of one message. */
  readonly perMessage: number;
  /** Messages that may be sent before the first `More`. */
  readonly messages: number;
}

/** To the worker: one message more may be sent. Anything else is never said to it: it is ended from outside. */
export type More = 'more';

/** From the worker, in the order of places. After a failure nothing follows. */
export interface Delivery {
  readonly minibatches: readonly Prepared[];
  /** Why the minibatch after these could not be made. */
  readonly failure?: PlainError;
}

/** An error as plain data: structured clone would keep neither its class nor its code. */
export interface PlainError {
  /** Of an AlixError; undefined where it is another error, a mistake in alix. */
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly details: Record<string, string>;
}

export function toPlain(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof AlixError)) return { code: undefined, message, stack, details: {} };
  const { code, expected, found, where, remedy } = error;
  const details = Object.entries({ expected, found, where, remedy }).filter(([, value]) => value !== undefined);
  return { code, message, stack, details: Object.fromEntries(details) as Record<string, string> };
}

/** The error again, with the stack that it had in the worker. */
export function fromPlain({ code, message, stack, details }: PlainError): Error {
  // the message is whole already; the details say what it was made of
  const error = code === undefined ? new Error(message) : Object.assign(new AlixError(code, message), details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
