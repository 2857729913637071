/** mse: mean squared error of reconstructions, and its root; per image, then over images. */

import type { ErrorConvention } from '../../compat/conventions.js';
import { conventionsOf, metricLine } from '../../compat.js';
import { type Interval, meanInterval } from '../../intervals.js';
import { summariseErrors } from '../../mse.js';
import { errorsOfImages } from '../common-recorders.js';
import { type Measure, meanRow } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';

const options = {
  rmse: {
    default: 'images',
    choices: ['images', 'mean error'],
    summary: "the mean of the images' roots, or the root of their mean error",
  },
} as const satisfies MetricOptions;

export const mse: Measure = {
  name: 'mse',
  summary: 'mean squared error of reconstructions, pixels in [0,1], and its root',
  options,
  open({ settings }) {
    const tool = conventionsOf(settings.compat).metrics.mse ?? {};
    const rmse = optionsFor('mse', options, settings, tool).rmse as ErrorConvention['rmse'];
    return {
      recorders: [errorsOfImages],
      results: {
        mse(recorded) {
          const errors = recorded.of(errorsOfImages);
          return { ...summariseErrors(errors).mse, n: errors.length, interval: meanInterval(errors) };
        },
        rmse(recorded) {
          const errors = recorded.of(errorsOfImages);
          const found = summariseErrors(errors);
          return rmse === 'images'
            ? { ...found.rmse, n: errors.length, interval: meanInterval(errors.map(Math.sqrt)) }
            : {
                mean: Math.sqrt(found.mse.mean),
                n: errors.length,
                of: rmse,
                interval: rootOf(meanInterval(errors), found.mse.mean),
              };
        },
      },
      conventions: {
        pixel_range: [0, 1],
        reconstructions: "the decoder's float image of the encoder's mean, against stored pixels / 255",
        std: 'over images, ddof 0',
        mse: metricLine('mse', { rmse }, settings.seed),
      },
    };
  },
  rows: (results) =>
    ['mse', 'rmse'].flatMap((key) => meanRow(results[key], 'reconstructions', key.toUpperCase(), 'lower')),
};

/** The roots of an interval's ends. */
function rootOf({ low, high, standardError, ...rest }: Interval, mean: number): Interval {
  const root = (value: number) => Math.sqrt(Math.max(0, value));
  // d(√x) = dx / (2 √x)
  const error = mean > 0 ? standardError / (2 * Math.sqrt(mean)) : 0;
  return { ...rest, low: root(low), high: root(high), standardError: error };
}
