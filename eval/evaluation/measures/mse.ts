/** mse: mean squared error of reconstructions, and its root; per image, then over images. */

import type { Interval } from '../../intervals.js';
import { meanInterval } from '../../intervals.js';
import { type ErrorSummary, summariseErrors } from '../../mse.js';
import { errorsOfImages } from '../common-recorders.js';
import type { Measure } from '../measure.js';

type Result = ErrorSummary['mse'] & { readonly n: number; readonly interval: Interval };

export const mse: Measure = {
  name: 'mse',
  summary: 'mean squared error of reconstructions, pixels in [0,1], and its root',
  open: () => ({
    recorders: [errorsOfImages],
    results: {
      mse(recorded) {
        const errors = recorded.of(errorsOfImages);
        return { ...summariseErrors(errors).mse, n: errors.length, interval: meanInterval(errors) };
      },
      rmse(recorded) {
        const errors = recorded.of(errorsOfImages);
        return { ...summariseErrors(errors).rmse, n: errors.length, interval: meanInterval(errors.map(Math.sqrt)) };
      },
    },
    conventions: {
      pixel_range: [0, 1],
      reconstructions: "the decoder's float image of the encoder's mean, against stored pixels / 255",
      std: 'over images, ddof 0',
    },
  }),
  rows: (results) =>
    (['mse', 'rmse'] as const).flatMap((key) => {
      const found = results[key] as Result | undefined;
      return found
        ? [
            {
              group: 'reconstructions',
              name: key.toUpperCase(),
              value: found.mean,
              interval: found.interval,
              n: `${found.n}`,
              better: 'lower',
            } as const,
          ]
        : [];
    }),
};
