/** is: the Inception Score of whatever classifier, of samples and of the real images beside them. */
import { AlixError } from '@alix/infer/io/errors';
import { conventionOf, conventionsOf, metricLine, type ScoreConvention, scoreOptions } from '../../compat.js';
import type { Features } from '../../features.js';
import { type InceptionScore, inceptionScore } from '../../inception-score.js';
import { inceptionScoreInterval } from '../../inception-score-interval.js';
import type { Interval } from '../../intervals.js';
import { cacheKey, classifierOf } from '../common-recorders.js';
import { type Measure, ofImages, ofSamples, type Recorded, type Recorder, type Settings } from '../measure.js';
import { type MetricOptions, optionsFor } from '../options.js';
import { checkRoomForRows, orderedStore } from '../ordered-rows.js';

type Result = InceptionScore & {
  readonly interval?: Interval;
  /** Images of the smallest split, where they are too few (`leastOfSplit`). */
  readonly smallSplits?: number;
};

/**
 * Images of a split below which its score is too low by about a tenth. A split's marginal is estimated from its own m images, and the
 * entropy of such an estimate is too low by up to (classes - 1) / (2 m) (Miller 1955): the score is its exponential.
 */
export const leastOfSplit = (classes: number): number => 5 * (classes - 1);

const options = {
  splits: { default: 10, least: 1, summary: 'parts whose scores are averaged' },
  shuffle: { default: true, summary: 'whether rows come in an order by the seed before they are cut' },
} as const satisfies MetricOptions;

export const is: Measure = {
  name: 'is',
  summary: 'Inception Score of samples and of real images, named after the classifier; needs --classifier',
  options,
  open(subject) {
    const classifier = classifierOf(subject);
    const { d } = classifier;
    const { seed } = subject.settings;
    const convention = conventionFor(subject.settings);
    checkRoomForRows(subject, ['images', 'samples'], d);
    const real = ofImages('logits', orderedStore(d), (batch) => batch.logits(), { cached: cacheKey(classifier) });
    const fresh = ofSamples('logits', orderedStore(d), (batch) => batch.logits());
    const of = (recorder: Recorder<Float32Array>) => (recorded: Recorded) =>
      score({ data: recorded.of(recorder), d }, convention, seed);
    return {
      recorders: [real, fresh],
      results: { 'samples.is': of(fresh), 'images.is': of(real) },
      conventions: { is: `of the softmax of all rows, ${metricLine('is', convention, seed)}` },
    };
  },
  rows: (results, { score: name = 'IS' }) =>
    [
      { found: results['samples.is'] as Result | undefined, name, better: 'higher' as const },
      { found: results['images.is'] as Result | undefined, name: `${name} of the real images`, better: undefined },
    ].flatMap(({ found, name, better }) =>
      found ? [{ group: 'samples', name, value: found.mean, interval: found.interval, n: `${found.n}`, better }] : [],
    ),
};

/** The tool's, or the papers' with rows in a random order: real images may come sorted by class. */
function conventionFor(settings: Settings): ScoreConvention {
  const { compat } = settings;
  const { shuffle: drawn, ...tool } = compat ? conventionOf(compat, 'is') : conventionsOf().metrics.is!;
  const isShuffled = compat === undefined || drawn !== undefined;
  const { splits, shuffle } = optionsFor('is', options, settings, { splits: tool.splits, shuffle: isShuffled });
  return { ...tool, splits, ...(shuffle && { shuffle: drawn ?? { stream: 'alix' } }) };
}

function score(logits: Features, convention: ScoreConvention, seed: number): Result {
  const given = { input: 'logits', ...scoreOptions(convention, logits.data.length / logits.d, seed) } as const;
  const scored = inceptionScore(logits, given);
  const smallest = Math.floor(scored.n / scored.splits);
  const found: Result = { ...scored, ...(smallest < leastOfSplit(logits.d) && { smallSplits: smallest }) };
  try {
    return { ...found, interval: inceptionScoreInterval(logits, given) };
  } catch (error) {
    // splits that are too small for an interval still have a score
    if (error instanceof AlixError && error.code === 'too-few') return found;
    throw error;
  }
}
