/** feature_mse: how far features of reconstructions are from those of their originals; GALI takes those of a task's classifier. */
import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { featureErrors } from '../../feature-errors.js';
import { type Interval, meanInterval } from '../../intervals.js';
import type { MeanAndStd } from '../../mse.js';
import { extractorOf } from '../common-recorders.js';
import { type Measure, meanRow, ofImages } from '../measure.js';
import { rowsStore } from '../store.js';

type Result = MeanAndStd & { readonly n: number; readonly d: number; readonly interval: Interval };

export const featureMse: Measure = {
  name: 'feature_mse',
  summary: 'mean squared error of the features of reconstructions; needs --extractor',
  open(subject) {
    const { d } = extractorOf(subject);
    const each = ofImages('feature-errors', rowsStore(1), async (batch) =>
      featureErrors({ data: await batch.features(), d }, { data: await batch.reconstructedFeatures(), d }),
    );
    // equal for equal features: a broken extractor would give the best of errors
    const marks = ofImages('feature-marks', rowsStore(1), async (batch) => marksOf(await batch.features(), d));
    return {
      recorders: [each, marks],
      results: {
        feature_mse(recorded): Result {
          const errors = recorded.of(each);
          const [first, ...others] = recorded.of(marks);
          if (others.every((mark) => mark === first))
            throw new AlixError('constant-features', `all ${errors.length} rows of real features are equal`, {
              remedy: 'check the extractor, its output and the range of its input',
            });
          return { ...meanAndStd(errors), n: errors.length, d, interval: meanInterval(errors) };
        },
      },
      conventions: {
        feature_mse: "of each image over the extractor's features as they are, then mean and std (ddof 0) over images",
      },
    };
  },
  rows: ({ feature_mse: result }, { distance = 'FD' }) =>
    meanRow(result, 'reconstructions', distance.replace('FD', 'feature MSE'), 'lower'),
};

/** A number for each row, float64 [n]: sums with weights without pattern. */
function marksOf(features: Float32Array, d: number): Float64Array {
  const marks = new Float64Array(features.length / d);
  for (let i = 0; i < features.length; i++) marks[Math.floor(i / d)]! += features[i]! * Math.cos(1 + (i % d));
  return marks;
}
