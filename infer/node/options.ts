/** What `loadModel` can be told in Node, checked. No runtime here. */
import { AlixError } from '../io/errors.js';
import type { LoadOptions } from '../load-options.js';

/** The devices of this door. */
export const devices = ['auto', 'cpu', 'cuda'] as const;

/** ONNX Runtime starts as many as it is told, until the machine has no memory left. */
const MAX_THREADS = 1024;

/** What the runtime itself takes of `loadModel`'s options. */
export type RuntimeOptions = Pick<LoadOptions, 'device' | 'threads'>;

/** @throws AlixError 'bad-option' */
export function checkRuntimeOptions({ device = 'auto', threads }: RuntimeOptions): void {
  if (!devices.some((name) => name === device))
    throw new AlixError('bad-option', 'no such device', { expected: devices.join(', '), found: `${device}` });
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS))
    throw new AlixError('bad-option', `threads is a whole number from 1 to ${MAX_THREADS}`, { found: `${threads}` });
}
