/** baseline: the error of one and the same image for all, their mean; what every encoder must beat. */
import { errorsOfImages } from '../common-recorders.js';
import { type Measure, ofImages } from '../measure.js';
import { pixelSumsStore } from '../pixel-sums.js';

interface Result {
  readonly n: number;
  readonly of: 'training images' | 'the measured images';
  readonly mse: number;
  readonly ratio?: number;
}

export const baseline: Measure = {
  name: 'baseline',
  summary: 'the error of the mean image, which every encoder must beat; of training images with --train',
  open({ images: { size }, train }) {
    const store = pixelSumsStore(size.height * size.width * size.channels);
    const of = (pass: 'images' | 'train') =>
      ofImages('pixel-sums', store, ({ pixels }) => pixels, { pass, cached: 'pixel sums' });
    const measured = of('images');
    const source = train ? of('train') : measured;
    return {
      recorders: [measured, source, errorsOfImages],
      results: {
        baseline(recorded) {
          const { n, sums, squares } = recorded.of(measured);
          const { n: learnt, sums: from } = recorded.of(source);
          // of (x - m)² = x² - 2xm + m² only the sums over images are needed
          let total = 0;
          for (let i = 0; i < sums.length; i++) {
            const mean = from[i]! / learnt;
            total += squares[i]! / n - (2 * mean * sums[i]!) / n + mean * mean;
          }
          const mse = total / (sums.length * 255 * 255);
          const errors = recorded.of(errorsOfImages);
          const own = errors.reduce((sum, error) => sum + error, 0) / n;
          return {
            n,
            of: train ? 'training images' : 'the measured images',
            ...(train && { train: learnt }),
            mse,
            // all images equal: there is nothing to beat
            ...(mse > 0 && { ratio: own / mse }),
          };
        },
      },
      conventions: {
        baseline: `mean squared error of the mean of ${train ? 'the training images' : 'the measured images themselves'}, pixels in [0,1]`,
      },
    };
  },
  rows({ baseline: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { n, of, mse, ratio } = found;
    const common = { group: 'reconstructions', n: `${n}` } as const;
    return [
      { ...common, name: `MSE of the mean of ${of}`, value: mse },
      ...(ratio === undefined
        ? []
        : [{ ...common, name: `MSE over that of the mean of ${of}`, value: ratio, better: 'lower' } as const]),
    ];
  },
};
