/** What can be done about images that cannot be read, besides mending them. */
import { AlixError } from './errors.js';

/** Faults of one image's bytes: without it the others are read. */
const OF_ONE_IMAGE = new Set(['bad-image', 'transparent']);

/** What is thrown where nothing is to be left out: of an image that cannot be read the remedy says that it could be. */
export function orLeftOut(error: unknown): unknown {
  if (!(error instanceof AlixError) || !OF_ONE_IMAGE.has(error.code)) return error;
  const { code, what, expected, found, where, remedy = '', cause } = error;
  if (remedy.includes('--on-error')) return error;
  const leaving = 'leave out what cannot be read: --on-error skip';
  return new AlixError(code, what, {
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(where !== undefined && { where }),
    remedy: remedy ? `${remedy}, or ${leaving}` : leaving,
    cause,
  });
}
