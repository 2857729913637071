/** classes: errors of each class apart; with a classifier, whether classes survive reconstruction, and which of them are sampled. */
import { AlixError } from '@alix/infer/io/errors';
import {
  type ClassErrors,
  classErrors,
  classShares,
  differenceByChance,
  likeliest,
  shareDifference,
  shareEntropy,
} from '../../class-shares.js';
import type { Extractor } from '../../extractor.js';
import { type Interval, shareInterval } from '../../intervals.js';
import { cacheKey, errorsOfImages } from '../common-recorders.js';
import { type Measure, type OpenMeasure, ofImages, ofSamples, type Recorded, type Recorder } from '../measure.js';
import { rowsStore } from '../store.js';
import { accuracyTable, errorBars, shareTable } from './classes-figures.js';

/** A share of images, and its interval. */
export interface Share {
  readonly value: number;
  readonly n: number;
  readonly interval: Interval;
}

/** What a class is called, where the data say it. */
interface Named {
  readonly name?: string;
}

export interface ErrorsResult {
  readonly n: number;
  readonly classes: readonly (ClassErrors & Named)[];
}

export interface AccuracyResult {
  readonly real: Share;
  readonly reconstructions: Share;
  /** Reconstructions that the classifier takes for what it takes their originals for. */
  readonly kept: Share;
  readonly classes: readonly (Named & {
    readonly label: number;
    readonly n: number;
    readonly real: number;
    readonly reconstructions: number;
  })[];
}

export interface SharesResult {
  readonly n: { readonly real: number; readonly fake: number };
  /** Between the labels of the data and the predicted classes of samples; and how much there would be of as many labels of one distribution. */
  readonly difference: number;
  readonly byChance: number;
  /** Nats. */
  readonly entropy: { readonly labels: number; readonly samples: number };
  readonly classes: readonly (Named & {
    readonly label: number;
    readonly labels: number;
    readonly predicted: number;
    readonly samples: number;
  })[];
}

const labelsOfImages: Recorder<Float64Array> = ofImages('labels', rowsStore(1), ({ labels }) => labels!);

export const classes: Measure = {
  name: 'classes',
  summary:
    'errors of each class; with --classifier also accuracy, on reconstructions too, and shares of classes in samples',
  open({ images, classifier }) {
    const { name, labels, classes: count = 0, classNames } = images;
    const named = namedBy(classNames);
    if (!labels || count < 2)
      throw new AlixError('no-labels', 'classes are told apart, and the images have none', {
        where: name,
        remedy: 'choose data with labels',
      });
    const told = classifier && ofClassifier(classifier, count, named);
    return {
      recorders: [labelsOfImages, errorsOfImages, ...(told?.recorders ?? [])],
      results: {
        'classes.mse'(recorded): ErrorsResult {
          const own = recorded.of(labelsOfImages);
          return { n: own.length, classes: classErrors(recorded.of(errorsOfImages), own, count).map(named) };
        },
        ...told?.results,
      },
      ...(told?.conventions && { conventions: told.conventions }),
    };
  },
  rows(results, { score = 'IS' }) {
    const accuracy = results['classes.accuracy'] as AccuracyResult | undefined;
    const shares = results['classes.shares'] as SharesResult | undefined;
    const named = score.replace('IS', 'accuracy');
    const row = (name: string, { value, interval, n }: Share, better?: 'higher') =>
      ({ group: 'reconstructions', name, value, interval, n: `${n}`, better }) as const;
    const of = shares && ({ group: 'samples', n: `${shares.n.real} and ${shares.n.fake}` } as const);
    return [
      ...(accuracy
        ? [
            row(`${named} of the real images`, accuracy.real),
            row(`${named} of reconstructions`, accuracy.reconstructions, 'higher'),
            row(`${named.replace('accuracy', 'class kept')}`, accuracy.kept, 'higher'),
          ]
        : []),
      ...(of
        ? [
            {
              ...of,
              name: "class shares, difference from the data's",
              value: shares.difference,
              better: 'lower' as const,
            },
            { ...of, name: 'entropy of class shares, nats', value: shares.entropy.samples, n: `${shares.n.fake}` },
          ]
        : []),
    ];
  },
  figures(results) {
    const [mse, accuracy, shares] = ['mse', 'accuracy', 'shares'].map((key) => results[`classes.${key}`]);
    return [
      ...(mse ? [errorBars(mse as ErrorsResult)] : []),
      ...(accuracy ? [accuracyTable(accuracy as AccuracyResult)] : []),
      ...(shares ? [shareTable(shares as SharesResult)] : []),
    ];
  },
};

type Naming = <T extends { readonly label: number }>(one: T) => T & Named;

function namedBy(names: readonly string[] | undefined): Naming {
  return (one) => {
    const name = names?.[one.label];
    return name === undefined ? one : { ...one, name };
  };
}

/** What a classifier of the data's classes tells; one of others tells nothing, and why. */
function ofClassifier(classifier: Extractor, count: number, named: Naming): OpenMeasure {
  const { d } = classifier;
  if (d !== count)
    return {
      recorders: [],
      results: {
        'classes.accuracy'() {
          throw new AlixError('bad-option', "the classifier's classes are not those of the data", {
            where: '--classifier',
            expected: `${count}`,
            found: `${d}`,
          });
        },
      },
    };
  const store = rowsStore(1);
  const cached = cacheKey(classifier);
  const ofReal = ofImages('predicted', store, async (batch) => likeliest(await batch.logits(), d), { cached });
  const ofMade = ofImages('reconstructed-predicted', store, async (batch) =>
    likeliest(await batch.reconstructedLogits(), d),
  );
  const ofFresh = ofSamples('predicted', store, async (batch) => likeliest(await batch.logits(), d));
  return {
    recorders: [labelsOfImages, ofReal, ofMade, ofFresh],
    results: {
      'classes.accuracy': (recorded) => accuracyOf(recorded, [ofReal, ofMade], count, named),
      'classes.shares'(recorded): SharesResult {
        const [labels, real, fresh] = [labelsOfImages, ofReal, ofFresh].map((recorder) => recorded.of(recorder));
        const [ofLabels, predicted, samples] = [labels!, real!, fresh!].map((own) => classShares(own, count));
        const n = { real: labels!.length, fake: fresh!.length };
        return {
          n,
          difference: shareDifference(ofLabels!, samples!),
          byChance: differenceByChance(ofLabels!, n.real, n.fake),
          entropy: { labels: shareEntropy(ofLabels!), samples: shareEntropy(samples!) },
          classes: Array.from({ length: count }, (_, label) => ({
            label,
            labels: ofLabels![label]!,
            predicted: predicted![label]!,
            samples: samples![label]!,
          })).map(named),
        };
      },
    },
    conventions: {
      classes:
        "the classifier's largest logit; shares of samples carry its own mistakes; difference: half the sum of |p - q|",
    },
  };
}

function accuracyOf(
  recorded: Recorded,
  [ofReal, ofMade]: readonly [Recorder<Float64Array>, Recorder<Float64Array>],
  count: number,
  named: Naming,
): AccuracyResult {
  const [labels, real, made] = [labelsOfImages, ofReal, ofMade].map((recorder) => recorded.of(recorder));
  const equal = (a: Float64Array, b: Float64Array) => a.map((value, i) => (value === b[i] ? 1 : 0));
  const [right, rightMade] = [equal(real!, labels!), equal(made!, labels!)];
  const own = classErrors(right, labels!, count);
  const ownMade = classErrors(rightMade, labels!, count);
  return {
    real: shareOf(right),
    reconstructions: shareOf(rightMade),
    kept: shareOf(equal(made!, real!)),
    classes: own
      .map(({ label, n, mean }, i) => ({ label, n, real: mean, reconstructions: ownMade[i]!.mean }))
      .map(named),
  };
}

function shareOf(flags: Float64Array): Share {
  const yes = flags.reduce((sum, flag) => sum + flag, 0);
  const n = flags.length;
  return { value: yes / n, n, interval: shareInterval(yes, n) };
}
