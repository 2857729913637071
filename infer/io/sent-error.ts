/** Errors on their way between threads: of an Error only its message survives the way, so an AlixError goes as plain data. */
import { AlixError, type ErrorDetails } from './errors.js';

/** An error as plain data: an AlixError has its code, any other none. */
export interface SentError {
  readonly code?: string | undefined;
  readonly what: string;
  readonly details: Omit<ErrorDetails, 'cause'>;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof AlixError))
    return { what: error instanceof Error ? error.message : String(error), details: {} };
  const { code, what, expected, found, where, remedy } = error;
  const details = Object.entries({ expected, found, where, remedy }).filter(([, value]) => value !== undefined);
  return { code, what, details: Object.fromEntries(details) };
}

export function receivedError({ code, what, details }: SentError): Error {
  return code === undefined ? new Error(what) : new AlixError(code, what, details);
}
