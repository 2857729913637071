/** feature_mse: how far features of reconstructions are from those of their originals; GALI takes those of a task's classifier. */
import { meanAndStd } from '@alix/infer';
import { featureErrors } from '../../feature-errors.js';
import { type Interval, meanInterval } from '../../intervals.js';
import type { MeanAndStd } from '../../mse.js';
import { extractorOf } from '../common-recorders.js';
import { type Measure, ofImages } from '../measure.js';
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
    return {
      recorders: [each],
      results: {
        feature_mse(recorded): Result {
          const errors = recorded.of(each);
          return { ...meanAndStd(errors), n: errors.length, d, interval: meanInterval(errors) };
        },
      },
      conventions: {
        feature_mse: "of each image over the extractor's features as they are, then mean and std (ddof 0) over images",
      },
    };
  },
  rows({ feature_mse: result }, { distance = 'FD' }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { mean, n, interval } = found;
    const name = distance.replace('FD', 'feature MSE');
    return [{ group: 'reconstructions', name, value: mean, interval, n: `${n}`, better: 'lower' }];
  },
};
