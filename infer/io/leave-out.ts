/** What can be done about images that cannot be read, besides mending them. */
import { AlixError } from './errors.js';
import { restated } from './restated.js';

/** Faults of one image's bytes: without it the others are read. */
const OF_ONE_IMAGE = new Set(['bad-image', 'transparent']);

/** What is thrown where nothing is to be left out: of an image that cannot be read the remedy says that it could be. */
export function orLeftOut(error: unknown): unknown {
  if (!(error instanceof AlixError) || !OF_ONE_IMAGE.has(error.code)) return error;
  const { remedy = '' } = error;
  if (remedy.includes('--on-error')) return error;
  const leaving = 'leave out what cannot be read: --on-error skip';
  return restated(error, { remedy: remedy ? `${remedy}, or ${leaving}` : leaving });
}
