/** Confidence intervals of numbers estimated from samples. */

import { meanAndStd, normalQuantile } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import type { Random } from '@alix/infer/io/random';
import { checkEnough } from './features.js';

/** An interval and how sure it is. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  /** The share of such intervals that hold the truth, e.g. 0.95. */
  readonly confidence: number;
  readonly method: 'mean' | 'share' | 'jackknife' | 'bootstrap' | 'delta';
}

const CONFIDENCE = 0.95;

/** Of the mean of independent values, by Student's distribution. @throws AlixError 'too-few', 'not-finite' */
export function meanInterval(values: ArrayLike<number>, confidence = CONFIDENCE): Interval {
  const n = values.length;
  checkEnough(n, 'value', 2);
  const { mean, std } = meanAndStd(values);
  return around(mean, std / Math.sqrt(n - 1), n - 1, confidence, 'mean');
}

/** Of a share of n independent yes-or-no answers, within [0,1] (Wilson 1927, Eq. 5), of some width for 0 and 1 too. @throws AlixError 'too-few' */
export function shareInterval(yes: number, n: number, confidence = CONFIDENCE): Interval {
  checkEnough(n, 'answer', 1);
  checkConfidence(confidence);
  const share = yes / n;
  const z = normalQuantile((1 + confidence) / 2);
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const reach = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  const standardError = Math.sqrt((share * (1 - share)) / n);
  const [low, high] = [Math.max(0, centre - reach), Math.min(1, centre + reach)];
  return checked({ low, high, standardError, confidence, method: 'share' });
}

/**
 * From the statistic of everything and those without one group each, of groups of equal sizes (Efron & Tibshirani 1993,
 * "An Introduction to the Bootstrap", section 11.5, in groups).
 *
 * @param leftOut at least 10 @throws AlixError 'too-few', 'not-finite'
 */
export function jackknife(whole: number, leftOut: ArrayLike<number>, confidence = CONFIDENCE): Interval {
  const groups = leftOut.length;
  checkEnough(groups, 'jackknife group', 10);
  const { std } = meanAndStd(leftOut);
  return around(whole, std * Math.sqrt(groups - 1), groups - 1, confidence, 'jackknife');
}

/**
 * Percentiles of the statistic over resamples with replacement. For smooth statistics of independent rows; not where a
 * row's equal changes the answer, as with nearest neighbours: there resample what each row contributes.
 *
 * @param statistic of the rows with these indices
 * @throws AlixError 'too-few', 'not-finite'
 */
export function bootstrap(
  n: number,
  statistic: (indices: Uint32Array) => number,
  random: Random,
  { resamples = 1000, confidence = CONFIDENCE }: { readonly resamples?: number; readonly confidence?: number } = {},
): Interval {
  checkEnough(n, 'resampled', 2);
  checkEnough(resamples, 'bootstrap', 100);
  checkConfidence(confidence);
  const indices = new Uint32Array(n);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < n; i++) indices[i] = random.integer(0, n - 1);
    return statistic(indices);
  }).sort();
  const at = (p: number) => values[Math.min(resamples - 1, Math.max(0, Math.round(p * (resamples - 1))))]!;
  const standardError = meanAndStd(values).std;
  return checked({
    low: at((1 - confidence) / 2),
    high: at((1 + confidence) / 2),
    standardError,
    confidence,
    method: 'bootstrap',
  });
}

/** centre ± Student's quantile · standard error. @throws AlixError 'not-finite', 'bad-option' */
export function around(
  centre: number,
  standardError: number,
  freedom: number,
  confidence: number,
  method: Interval['method'],
): Interval {
  checkConfidence(confidence);
  const reach = studentQuantile((1 + confidence) / 2, freedom) * standardError;
  return checked({ low: centre - reach, high: centre + reach, standardError, confidence, method });
}

function checked(interval: Interval): Interval {
  if (Number.isFinite(interval.low) && Number.isFinite(interval.high)) return interval;
  throw new AlixError('not-finite', 'an interval of values that are no numbers', {
    found: `${interval.low} to ${interval.high}`,
  });
}

function checkConfidence(confidence: number): void {
  if (confidence > 0 && confidence < 1) return;
  throw new AlixError('bad-option', 'a confidence lies between 0 and 1', { found: `${confidence}` });
}

/**
 * Student's quantile, to about 1e-12: the root of its distribution function, which is a finite sum (Abramowitz & Stegun 1964,
 * 26.7.3 and 26.7.4).
 *
 * @param freedom whole, from 1 on
 */
export function studentQuantile(p: number, freedom: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, freedom);
  let [low, high] = [0, 1];
  while (studentWithin(high, freedom) < 2 * p - 1) [low, high] = [high, 2 * high];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, freedom) < 2 * p - 1) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability of -t..t. */
function studentWithin(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const square = Math.cos(angle) ** 2;
  const odd = freedom % 2;
  let term = odd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = 2 + odd; k < freedom; k += 2) {
    term *= ((k - 1) / k) * square;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
