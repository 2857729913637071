/**
 * An interval of the Inception Score over images by the delta method. The score's published ± is the spread over splits, which
 * is no standard error of their mean where the splits are few.
 */
import { meanAndStd } from '@alix/infer';
import { checkEnough, type Features } from './features.js';
import { type InceptionScoreOptions, splitRows } from './inception-score.js';
import { around, type Interval } from './intervals.js';

/** Images per split from which a split's variance is known well enough. */
const FEWEST = 20;

/**
 * Of the mean over splits that `inceptionScore` gives for the same options. It is about what the score of so many images in so
 * many splits is on average, which is below the distribution's by up to score · (classes - 1) / 2 over a split's images.
 *
 * A split's score is exp(mean of k), with k an image's KL(p(y|x) || p(y)). An image moves it by score · (k - mean of k) / n: that
 * it moves p(y) too adds nothing to the first order, as p(y) is where the mean of k is least. Within 1 and the number of classes.
 *
 * @param outputs [n,classes] of a classifier, images in an order that knows nothing of classes
 * @throws AlixError 'too-few' (fewer than 20 images in a split), 'bad-shape', 'not-finite', 'bad-probabilities', 'bad-option'
 */
export function inceptionScoreInterval(
  outputs: Features,
  { confidence = 0.95, ...options }: InceptionScoreOptions & { readonly confidence?: number },
): Interval {
  const { rows, order, bounds, n } = splitRows(outputs, options);
  const splits = bounds.length - 1;
  let mean = 0;
  let squared = 0;
  for (let s = 0; s < splits; s++) {
    const [from, to] = [bounds[s]!, bounds[s + 1]!];
    checkEnough(to - from, "split's", FEWEST);
    const divergences = meanAndStd(divergencesOf(rows, outputs.d, order, from, to));
    const score = Math.exp(Math.max(0, divergences.mean));
    mean += score / splits;
    squared += (score * divergences.std) ** 2 / (to - from - 1);
  }
  const interval = around(mean, Math.sqrt(squared) / splits, n - splits, confidence, 'delta');
  return { ...interval, low: Math.max(1, interval.low), high: Math.min(outputs.d, interval.high) };
}

/** KL(p(y|x) || p(y)) of each image of a split, p(y) the split's mean. */
function divergencesOf(
  { p, negentropy }: { readonly p: Float64Array; readonly negentropy: Float64Array },
  classes: number,
  order: ArrayLike<number>,
  from: number,
  to: number,
): Float64Array {
  const marginal = new Float64Array(classes);
  for (let at = from; at < to; at++)
    for (let j = 0; j < classes; j++) marginal[j]! += p[order[at]! * classes + j]! / (to - from);
  // where p(y) is 0 so is p(y|x), and 0 log 0 counts as 0
  const logs = marginal.map((value) => (value > 0 ? Math.log(value) : 0));
  return Float64Array.from({ length: to - from }, (_, i) => {
    const image = order[from + i]!;
    let sum = negentropy[image]!;
    for (let j = 0; j < classes; j++) sum -= p[image * classes + j]! * logs[j]!;
    return sum;
  });
}
