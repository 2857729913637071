/** Peak signal-to-noise ratios of images, from their mean squared errors. */
import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { MeanAndStd } from './mse.js';

export interface PsnrSummary extends MeanAndStd {
  /** Images that differ from their originals: those over which mean and std (ddof 0) are. */
  readonly n: number;
  /** Images without any error, whose ratio is infinite; they are left out. */
  readonly identical: number;
  /** Of the mean error of all images: it is below the mean of the ratios. Infinity where there is no error at all. */
  readonly ofMeanError: number;
}

/**
 * 10 log10(range² / mse) in dB of each image; Infinity without an error.
 *
 * @param errors [n] mean squared errors, e.g. of `imageErrors`, which have pixels in [0,1]
 * @param range of the pixels' scale
 */
export function psnr(errors: Float64Array, range = 1): Float64Array {
  return errors.map((error) => {
    if (!(error >= 0))
      throw new AlixError('not-finite', 'a mean squared error is a number from 0 on', { found: `${error}` });
    return 10 * Math.log10((range * range) / error);
  });
}

/** What is reported of many images. @throws AlixError 'too-few' where no image differs from its original */
export function summarisePsnr(errors: Float64Array, range = 1): PsnrSummary {
  const finite = psnr(errors, range).filter(Number.isFinite);
  const n = finite.length;
  if (n === 0)
    throw new AlixError('too-few', 'no image differs from its original', {
      found: `${errors.length} images without an error`,
      remedy: 'check that originals were not compared with themselves',
    });
  const meanError = meanAndStd(errors).mean;
  return {
    ...meanAndStd(finite),
    n,
    identical: errors.length - n,
    ofMeanError: 10 * Math.log10((range * range) / meanError),
  };
}
