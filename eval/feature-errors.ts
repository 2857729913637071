/** How far features of reconstructions are from those of their originals: errors that a network sees, not pixels. */
import { AlixError } from '@alix/infer/io/errors';
import { checkRows, checkSameWidth, type Features } from './features.js';

/**
 * The mean squared error of each row over its features; `summariseErrors` is for pixels, so take `meanInterval` of these.
 *
 * @param originals [n,d] @param reconstructions [n,d], row by row
 * @returns [n]
 * @throws AlixError 'bad-shape', 'not-finite', 'too-few'
 */
export function featureErrors(originals: Features, reconstructions: Features): Float64Array {
  checkSameWidth(originals, reconstructions);
  const n = checkRows(originals, 'original', 1);
  if (checkRows(reconstructions, 'reconstructed', 1) !== n)
    throw new AlixError('bad-shape', 'as many reconstructions as originals are needed', {
      expected: `${n}`,
      found: `${reconstructions.data.length / originals.d}`,
    });
  const { data, d } = originals;
  const errors = new Float64Array(n);
  for (let i = 0; i < data.length; i++) errors[Math.floor(i / d)]! += (data[i]! - reconstructions.data[i]!) ** 2 / d;
  return errors;
}
