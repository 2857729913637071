/** ssim: structural similarity of reconstructions. */
import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { type Interval, meanInterval } from '../../intervals.js';
import { ssim as similarities } from '../../ssim.js';
import type { Measure } from '../measure.js';
import { ofImages } from '../measure.js';
import { rowsStore } from '../store.js';

/** Sides of the window. */
const WINDOW = 11;

export const ssim: Measure = {
  name: 'ssim',
  summary: 'structural similarity of reconstructions',
  open({ images: { size } }) {
    if (Math.min(size.height, size.width) < WINDOW)
      throw new AlixError('bad-shape', `images smaller than the window of SSIM, ${WINDOW}x${WINDOW}`, {
        found: `${size.height}x${size.width}`,
      });
    const each = ofImages('ssim', rowsStore(1), async ({ pixels, reconstruction }) =>
      similarities(
        Float32Array.from(pixels, (value) => value / 255),
        (await reconstruction()).image,
        size,
      ),
    );
    return {
      recorders: [each],
      results: {
        ssim(recorded) {
          const values = recorded.of(each);
          return { ...meanAndStd(values), n: values.length, interval: meanInterval(values) };
        },
      },
      conventions: {
        ssim: `${WINDOW}x${WINDOW} Gaussian window, sigma 1.5, inside the image, mean over channels`,
      },
    };
  },
  rows({ ssim: result }) {
    const found = result as { mean: number; n: number; interval: Interval } | undefined;
    if (!found) return [];
    const { mean, n, interval } = found;
    return [{ group: 'reconstructions', name: 'SSIM', value: mean, interval, n: `${n}`, better: 'higher' }];
  },
};
