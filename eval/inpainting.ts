/** The error of filled holes: on the hole, which GALI reports, and of the image that has the filling pasted into it. */

import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { MeanAndStd } from './mse.js';

/** Errors of inpainted images, one number an image. */
export interface InpaintingErrors {
  /** [n], mean squared error over the hidden values, pixels in [0,1]. */
  readonly hole: Float64Array;
  /** [n], over all values of the composite, whose known pixels are the original's: `hole` times the hidden share. */
  readonly composite: Float64Array;
  /** [n], 0..1, above 0. */
  readonly hidden: Float64Array;
}

/**
 * @param originals uint8 [n,H,W,C], compared as v/255
 * @param filled float32 [n,H,W,C] in [0,1]; only hidden pixels are looked at
 * @param masks uint8 [n,H,W], not 0 where hidden
 * @throws AlixError 'bad-shape'; 'bad-mask' for a mask that hides nothing; 'not-finite'
 */
export function inpaintingErrors(
  originals: Uint8Array,
  filled: Float32Array,
  masks: Uint8Array,
  n: number,
  channels: number,
): InpaintingErrors {
  const pixels = masks.length / n;
  if (!Number.isInteger(pixels) || originals.length !== n * pixels * channels || filled.length !== originals.length)
    throw new AlixError('bad-shape', 'originals, fillings and masks of as many images of one size are needed', {
      expected: `${masks.length * channels} values`,
      found: `${originals.length} and ${filled.length}`,
    });
  const [hole, composite, hidden] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let sum = 0;
    let count = 0;
    for (let p = i * pixels; p < (i + 1) * pixels; p++) {
      if (!masks[p]) continue;
      count += 1;
      for (let at = p * channels; at < (p + 1) * channels; at++) sum += (originals[at]! / 255 - filled[at]!) ** 2;
    }
    if (count === 0)
      throw new AlixError('bad-mask', 'a mask hides nothing, so that there is no hole to measure', {
        where: `image ${i}`,
      });
    if (!Number.isFinite(sum))
      throw new AlixError('not-finite', 'a filling has pixels that are no numbers', { where: `image ${i}` });
    hole[i] = sum / (count * channels);
    composite[i] = sum / (pixels * channels);
    hidden[i] = count / pixels;
  }
  return { hole, composite, hidden };
}

/** The same over all images. */
export interface InpaintingSummary {
  readonly n: number;
  readonly hole: MeanAndStd;
  readonly composite: MeanAndStd;
  /** The mean share of hidden pixels. */
  readonly hidden: number;
  readonly pixelRange: readonly [0, 1];
}

/** Means and standard deviations (ddof 0) over images. */
export function summariseInpainting({ hole, composite, hidden }: InpaintingErrors): InpaintingSummary {
  const summary = { hole: meanAndStd(hole), composite: meanAndStd(composite), hidden: meanAndStd(hidden).mean };
  return { n: hole.length, ...summary, pixelRange: [0, 1] };
}
