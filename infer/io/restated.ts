/** An error in other words, where more is known than where it was raised. */
import { AlixError, type ErrorDetails } from './errors.js';

/** The same error, by its code, with `said` in place of what it said; its cause stays unless another is given. */
export function restated(error: AlixError, said: ErrorDetails & { readonly what?: string }): AlixError {
  const { code, what, where, expected, found, remedy, cause } = error;
  const details = { where, expected, found, remedy, cause, ...said };
  const given = Object.entries(details).filter(([key, value]) => key !== 'what' && value !== undefined);
  return new AlixError(code, said.what ?? what, Object.fromEntries(given));
}
