/** inpainting: the error of what a model puts into a hole in the middle of an image. */
import { boxMask, meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { inpaintingErrors } from '../../inpainting.js';
import { type Interval, meanInterval } from '../../intervals.js';
import type { MeanAndStd } from '../../mse.js';
import type { ImageSize } from '../../report/images.js';
import { type Measure, ofImages } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { rowsStore } from '../store.js';

const options = {
  hole: { default: 0.5, least: 0, summary: "the hole's side, as a share of the image's" },
  iterations: {
    default: 0,
    least: 0,
    summary: 'times that an image is encoded; 0: once, by the encoder of masked images where there is one',
  },
} as const satisfies MetricOptions;

interface Result {
  readonly n: number;
  readonly hole: MeanAndStd & { readonly interval: Interval };
  readonly composite: MeanAndStd & { readonly interval: Interval };
  /** In words. */
  readonly by: string;
}

export const inpainting: Measure = {
  name: 'inpainting',
  summary: 'error of what is put into a hole in the middle, on the hole and of the whole image',
  options,
  open({ model, images: { size }, settings }) {
    const { hole, iterations } = optionsFor('inpainting', options, settings);
    const { batch } = settings;
    const mask = middleHole(size, hole);
    const isMasked = iterations === 0 && model.has('masked_encoder');
    const times = isMasked ? undefined : Math.max(1, iterations);
    const errors = ofImages('inpainting', rowsStore(2), async ({ pixels, keys, n }) => {
      const made = await model.inpaint({ data: pixels, n, names: keys }, mask, { iterations: times, batch });
      const masks = new Uint8Array(n * mask.length);
      for (let i = 0; i < n; i++) masks.set(mask, i * mask.length);
      const filled = Float32Array.from(made.pixels, (value) => value / 255);
      const { hole: hidden, composite } = inpaintingErrors(pixels, filled, masks, n, size.channels);
      return Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? hidden : composite)[at >> 1]!);
    });
    const by = isMasked ? 'the encoder of masked images' : `${times} ${times === 1 ? 'encoding' : 'encodings'}`;
    return {
      recorders: [errors],
      results: {
        inpainting(recorded) {
          const rows = recorded.of(errors);
          const of = (column: number) => {
            const values = rows.filter((_, at) => at % 2 === column);
            return { ...meanAndStd(values), interval: meanInterval(values) };
          };
          const hidden = mask.reduce((sum, bit) => sum + bit, 0) / mask.length;
          return { n: rows.length / 2, hole: of(0), composite: of(1), hidden, by, pixelRange: [0, 1] };
        },
      },
      conventions: {
        inpainting: `a hole of ${hole} of each side in the middle, filled by ${by}; pixels as uint8, compared in [0,1]; of the composite, known pixels are the original's`,
      },
    };
  },
  rows({ inpainting: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { n, hole, composite, by } = found;
    const common = { group: 'reconstructions', n: `${n}`, better: 'lower' } as const;
    return [
      { ...common, name: `inpainting by ${by}, MSE on the hole`, value: hole.mean, interval: hole.interval },
      { ...common, name: 'inpainting, MSE of the composite', value: composite.mean, interval: composite.interval },
    ];
  },
};

/** uint8 [H,W]. @throws AlixError 'bad-option' where it hides nothing, or everything */
function middleHole({ height, width }: ImageSize, share: number): Uint8Array {
  const [h, w] = [Math.round(height * share), Math.round(width * share)];
  if (h < 1 || w < 1 || (h >= height && w >= width) || share > 1)
    throw new AlixError('bad-option', 'a hole hides some pixels and leaves some', {
      where: 'inpainting.hole',
      expected: 'a share of the side between 0 and 1, such as 0.5',
      found: `${share} of ${height}x${width}`,
    });
  return boxMask(height, width, { x: (width - w) >> 1, y: (height - h) >> 1, width: w, height: h });
}
