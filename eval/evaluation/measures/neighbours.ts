/** neighbours: how well the classes of the nearest training codes tell the class. */
import { type Interval, shareInterval } from '../../intervals.js';
import { classifyByNeighbours } from '../../nearest-neighbours.js';
import { labelledCodes, majorityShare, mostCodes } from '../labelled.js';
import type { Measure } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';

const options = {
  k: { default: 5, least: 1, summary: 'training codes that vote' },
} as const satisfies MetricOptions;

interface Result {
  readonly accuracy: number;
  readonly interval: Interval;
  readonly k: number;
  readonly n: { readonly train: number; readonly measured: number };
}

export const neighbours: Measure = {
  name: 'neighbours',
  summary: 'accuracy of the classes of the nearest training codes; needs --train and labels',
  options,
  open(subject) {
    const { k } = optionsFor('neighbours', options, subject.settings);
    const codes = labelledCodes(subject);
    return {
      recorders: codes.recorders,
      results: {
        async neighbours(recorded) {
          const sets = codes.of(recorded);
          const { train, measured, shared } = sets;
          const found = await classifyByNeighbours(train.features, train.labels, measured.features, {
            k,
            signal: recorded.signal,
          });
          const n = measured.labels.length;
          const right = found.filter((label, i) => label === measured.labels[i]).length;
          return {
            accuracy: right / n,
            interval: shareInterval(right, n),
            majority: majorityShare(sets),
            k,
            shared,
            n: { train: train.labels.length, measured: n },
          };
        },
      },
      conventions: {
        neighbours: `k = ${k}, Euclidean distances of mean codes, of equally many votes the class of the nearest; at most ${mostCodes(subject.model.latent.size)} codes of each set, chosen by the images' hashes`,
      },
    };
  },
  rows({ neighbours: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { accuracy, interval, k, n } = found;
    const name = `${k} nearest of ${n.train} training codes, accuracy`;
    return [{ group: 'codes', name, value: accuracy, interval, n: `${n.measured}`, better: 'higher' }];
  },
};
