/** psnr: peak signal-to-noise ratio of reconstructions. */

import type { PsnrConvention } from '../../compat/conventions.js';
import { conventionsOf, metricLine } from '../../compat.js';
import { type Interval, meanInterval } from '../../intervals.js';
import { psnr as ratios, summarisePsnr } from '../../psnr.js';
import { errorsOfImages } from '../common-recorders.js';
import { type Measure, meanRow } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';

const options = {
  of: {
    default: 'images',
    choices: ['images', 'mean error'],
    summary: "the mean of the images' ratios, or the ratio of their mean error",
  },
} as const satisfies MetricOptions;

export const psnr: Measure = {
  name: 'psnr',
  summary: 'peak signal-to-noise ratio of reconstructions, dB',
  options,
  open({ settings }) {
    const { range, ...tool } = conventionsOf(settings.compat).metrics.psnr!;
    const of = optionsFor('psnr', options, settings, tool).of as PsnrConvention['of'];
    return {
      recorders: [errorsOfImages],
      results: {
        psnr(recorded) {
          const errors = recorded.of(errorsOfImages);
          const { mean, std, n, identical, ofMeanError } = summarisePsnr(errors, range);
          return of === 'images'
            ? {
                mean,
                std,
                n,
                identical,
                ofMeanError,
                interval: meanInterval(ratios(errors, range).filter(Number.isFinite)),
              }
            : { mean: ofMeanError, n: errors.length, of, interval: ofError(meanInterval(errors), range) };
        },
      },
      conventions: { psnr: metricLine('psnr', { of, range }, settings.seed) },
    };
  },
  rows: ({ psnr: result }) => meanRow(result, 'reconstructions', 'PSNR, dB', 'higher'),
};

/** The ratios of an interval's ends; undefined where it reaches an error of 0. */
function ofError({ low, high, standardError, ...rest }: Interval, range: number): Interval | undefined {
  if (low <= 0) return undefined;
  const [from, to] = ratios(Float64Array.of(high, low), range);
  // d(10 log10 x) = 10 dx / (x ln 10)
  return { ...rest, low: from!, high: to!, standardError: (20 * standardError) / ((low + high) * Math.LN10) };
}
