/** prdc: precision, recall, density and coverage of features. */
import { AlixError } from '@alix/infer/io/errors';
import type { NeighbourConvention } from '../../compat/conventions.js';
import { conventionOf, conventionsOf, fScore, metricLine } from '../../compat.js';
import { sampledFeatures } from '../../feature-sample.js';
import type { Features } from '../../features.js';
import { type Interval, meanInterval, shareInterval } from '../../intervals.js';
import { expectedCoverage, precisionRecall, type Ties } from '../../prdc.js';
import { type Counts, compared, comparison, countsOf } from '../compared.js';
import type { Measure, OpenMeasure, ReferenceSet, Settings, Subject } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { orderedComparison } from '../ordered-rows.js';
import { realSample } from './kid.js';

type Name = NeighbourConvention['values'][number];
const names: readonly Name[] = ['precision', 'recall', 'f_score', 'density', 'coverage'];

/** Those that are measured. */
type Result = Counts &
  Readonly<Partial<Record<Name, number>>> & { readonly intervals: Readonly<Partial<Record<Name, Interval>>> };

const options = {
  k: { default: 5, least: 1, summary: 'the neighbour that sets the radius of a ball' },
  ties: { default: 'out', choices: ['out', 'in'], summary: "whether a ball's edge is in it" },
} as const satisfies MetricOptions;

export const prdc: Measure = {
  name: 'prdc',
  summary: 'precision, recall, density and coverage of features; needs --extractor',
  options,
  open(subject) {
    const convention = conventionFor(subject.settings);
    const { compat, seed } = subject.settings;
    const compare = compat ? ofAll : ofSampled;
    return {
      ...compare(subject, convention),
      conventions: {
        prdc: `${metricLine('prdc', convention, seed)}; of ${compat ? 'all' : 'the sampled'} features; the intervals of precision, recall and coverage are Wilson's, with the balls as they are`,
      },
    };
  },
  rows: (results) =>
    compared.flatMap((group) => {
      const found = results[`${group}.prdc`] as Result | undefined;
      if (!found) return [];
      const [n, better] = [countsOf(found), 'higher'] as const;
      return names.flatMap((name) => {
        const value = found[name];
        return value === undefined
          ? []
          : [{ group, name: name.replace('f_score', 'F-score'), value, interval: found.intervals[name], n, better }];
      });
    }),
};

function conventionFor(settings: Settings): NeighbourConvention {
  const { compat } = settings;
  const tool = compat ? conventionOf(compat, 'prdc') : conventionsOf().metrics.prdc!;
  const { k, ties } = optionsFor('prdc', options, settings, { k: tool.k, ties: tool.ties });
  return { ...tool, k, ties: ties as Ties };
}

const ofSampled = (subject: Subject, convention: NeighbourConvention): OpenMeasure =>
  comparison(subject, 'prdc', (real, fake, signal) =>
    measured(realSample(real), sampledFeatures(fake.sample), convention, signal),
  );

const ofAll = (subject: Subject, convention: NeighbourConvention): OpenMeasure =>
  orderedComparison(subject, 'prdc', (real, fake, signal) => measured(real, fake, convention, signal), wholeSample);

/** A reference that kept all its features. @throws AlixError 'no-sample' */
function wholeSample(reference: ReferenceSet): Features {
  const features = realSample(reference);
  const { seen = 0, keys = [] } = reference.sample ?? {};
  if (seen === keys.length) return features;
  throw new AlixError('no-sample', 'the tool compares all features, and the reference keeps a part of them', {
    where: reference.name,
    found: `${keys.length} of ${seen}`,
    remedy: `make it with --feature-sample ${seen}, of images of which none are equal`,
  });
}

async function measured(
  real: Features,
  fake: Features,
  convention: NeighbourConvention,
  signal: AbortSignal | undefined,
): Promise<object> {
  const { each, n, k, ties, ...shares } = await precisionRecall(real, fake, { ...convention, signal });
  const { balls, recalled, covered } = each;
  const share = (counts: ArrayLike<number>) =>
    shareInterval(Array.from(counts).filter((value) => value > 0).length, counts.length);
  const intervals = {
    precision: share(balls),
    recall: share(recalled),
    density: meanInterval(Array.from(balls, (count) => count / k)),
    coverage: share(covered),
  };
  const { values } = convention;
  return {
    ...chosen({ ...shares, f_score: fScore(shares) }, values),
    n,
    k,
    ties,
    ...(values.includes('coverage') && { expectedCoverage: expectedCoverage(n.real, n.fake, k) }),
    intervals: chosen(intervals, values),
  };
}

function chosen<T>(of: Readonly<Partial<Record<Name, T>>>, values: readonly Name[]): object {
  return Object.fromEntries(values.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]])));
}
