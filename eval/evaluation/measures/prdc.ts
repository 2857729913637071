/** prdc: precision, recall, density and coverage of features. */
import { sampledFeatures } from '../../feature-sample.js';
import type { Features } from '../../features.js';
import { type Interval, meanInterval, shareInterval } from '../../intervals.js';
import { expectedCoverage, type PrecisionRecallOptions, precisionRecall, type Ties } from '../../prdc.js';
import { type Counts, compared, comparison, countsOf } from '../compared.js';
import type { Measure } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { realSample } from './kid.js';

const names = ['precision', 'recall', 'density', 'coverage'] as const;
type Result = Counts &
  Readonly<Record<(typeof names)[number], number>> & {
    readonly intervals: Readonly<Record<(typeof names)[number], Interval>>;
  };

const options = {
  k: { default: 5, least: 1, summary: 'the neighbour that sets the radius of a ball' },
  ties: { default: 'out', choices: ['out', 'in'], summary: "whether a ball's edge is in it" },
} as const satisfies MetricOptions;

export const prdc: Measure = {
  name: 'prdc',
  summary: 'precision, recall, density and coverage of features; needs --extractor',
  options,
  open(subject) {
    const { k, ties } = optionsFor('prdc', options, subject.settings);
    const settings = { k, ties: ties as Ties };
    return {
      ...comparison(subject, 'prdc', (real, fake) =>
        measured(realSample(real), sampledFeatures(fake.sample), settings),
      ),
      conventions: {
        prdc: `k = ${k}, edges ${ties}, of the sampled features; the intervals of precision, recall and coverage are Wilson's, with the balls as they are`,
      },
    };
  },
  rows: (results) =>
    compared.flatMap((group) => {
      const found = results[`${group}.prdc`] as Result | undefined;
      if (!found) return [];
      return names.map(
        (name) =>
          ({
            group,
            name,
            value: found[name],
            interval: found.intervals[name],
            n: countsOf(found),
            better: 'higher',
          }) as const,
      );
    }),
};

async function measured(real: Features, fake: Features, settings: PrecisionRecallOptions): Promise<object> {
  const { each, ...found } = await precisionRecall(real, fake, settings);
  const { n, k } = found;
  const { balls, recalled, covered } = each;
  const share = (counts: ArrayLike<number>) =>
    shareInterval(Array.from(counts).filter((value) => value > 0).length, counts.length);
  return {
    ...found,
    expectedCoverage: expectedCoverage(n.real, n.fake, k),
    intervals: {
      precision: share(balls),
      recall: share(recalled),
      density: meanInterval(Array.from(balls, (count) => count / k)),
      coverage: share(covered),
    },
  };
}
