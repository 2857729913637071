/** psnr: peak signal-to-noise ratio of reconstructions. */
import { type Interval, meanInterval } from '../../intervals.js';
import { psnr as ratios, summarisePsnr } from '../../psnr.js';
import { errorsOfImages } from '../common-recorders.js';
import type { Measure } from '../measure.js';

export const psnr: Measure = {
  name: 'psnr',
  summary: 'peak signal-to-noise ratio of reconstructions, dB',
  open: () => ({
    recorders: [errorsOfImages],
    results: {
      psnr(recorded) {
        const errors = recorded.of(errorsOfImages);
        return { ...summarisePsnr(errors), interval: meanInterval(ratios(errors).filter(Number.isFinite)) };
      },
    },
    conventions: { psnr: 'mean over images that differ from their originals' },
  }),
  rows({ psnr: result }) {
    const found = result as { mean: number; n: number; interval: Interval } | undefined;
    if (!found) return [];
    const { mean, n, interval } = found;
    return [{ group: 'reconstructions', name: 'PSNR, dB', value: mean, interval, n: `${n}`, better: 'higher' }];
  },
};
