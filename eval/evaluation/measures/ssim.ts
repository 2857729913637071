/** ssim: structural similarity of reconstructions. */
import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { conventionsOf, metricLine } from '../../compat.js';
import { meanInterval } from '../../intervals.js';
import { type SsimOptions, ssim as similarities } from '../../ssim.js';
import { type Measure, meanRow, ofImages } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { rowsStore } from '../store.js';

/** Sides of the window. */
const WINDOW = 11;

const options = {
  edges: {
    default: 'inside',
    choices: ['inside', 'reflected'],
    summary: 'where the window lies inside the image alone, or at all pixels, the image mirrored at its edges',
  },
} as const satisfies MetricOptions;

export const ssim: Measure = {
  name: 'ssim',
  summary: 'structural similarity of reconstructions',
  options,
  open({ images: { size }, settings }) {
    if (Math.min(size.height, size.width) < WINDOW)
      throw new AlixError('bad-shape', `images smaller than the window of SSIM, ${WINDOW}x${WINDOW}`, {
        found: `${size.height}x${size.width}`,
      });
    const { compat, seed } = settings;
    const { range, ...tool } = conventionsOf(compat).metrics.ssim!;
    const { edges } = optionsFor('ssim', options, settings, tool);
    const convention = { range, edges: edges as NonNullable<SsimOptions['edges']> };
    const each = ofImages('ssim', rowsStore(1), async ({ pixels, reconstruction }) =>
      similarities(
        Float32Array.from(pixels, (value) => value / 255),
        (await reconstruction()).image,
        size,
        convention,
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
      conventions: { ssim: metricLine('ssim', convention, seed) },
    };
  },
  rows: ({ ssim: result }) => meanRow(result, 'reconstructions', 'SSIM', 'higher'),
};
