/** Whether an encoder's codes look like the prior's, which of them carry anything, and whether codes come back through images. */
import { AlixError } from '@alix/infer/io/errors';
import { covariance, type FeatureStatistics, featureStatistics } from './feature-statistics.js';
import { checkEnough, checkRows, type Features } from './features.js';
import { frechetDistance } from './frechet.js';
import { type LatentMoments, latentMoments } from './latent-moments.js';
import { type Moments, momentsOf } from './statistics.js';

/** Codes against the prior. */
export interface LatentDiagnostics {
  readonly n: number;
  readonly d: number;
  /** [d] of the codes, to be 0. */
  readonly mean: Float64Array;
  /** [d] standard deviations (ddof 1), to be 1. */
  readonly std: Float64Array;
  /** [d], to be 0. */
  readonly skewness: Float64Array;
  /** [d] less 3, to be 0; -1.2 is a uniform distribution's. NaN-free: 0 where a unit is constant. */
  readonly excessKurtosis: Float64Array;
  /** The largest absolute correlation of two units, 0..1. */
  readonly largestCorrelation: number;
  /** The Fréchet distance of the codes' Gaussian and the prior N(0,I). */
  readonly distanceToPrior: number;
  /** Share of codes beyond 3 standard deviations of the prior in any unit, over what the prior has: 1 is right. */
  readonly outliers: number;
}

/**
 * Of codes sampled from q(z|x), whose distribution over the data should be the prior N(0,I).
 *
 * @param codes [n,d] @throws AlixError 'too-few', 'bad-shape', 'not-finite', 'constant-features'
 */
export function latentDiagnostics(codes: Features): LatentDiagnostics {
  return diagnosticsOf(latentMoments(codes));
}

/** The same of codes that are not at hand any more. @throws AlixError 'too-few', 'constant-features' */
export function diagnosticsOf({ statistics, m3, m4, beyond }: LatentMoments): LatentDiagnostics {
  const { n, d, mean, scatter } = statistics;
  checkEnough(n, 'latent', 2);
  if (!scatter.some((value) => value !== 0))
    throw new AlixError('constant-features', `all ${n} codes are equal`, {
      remedy: 'check the encoder and the range of its input',
    });
  const spread = covariance(statistics);
  const std = Float64Array.from(mean, (_, j) => Math.sqrt(spread[j * d + j]!));
  // by standard deviations with ddof 0
  const standardised = (sums: Float64Array, power: number) =>
    sums.map((sum, j) => (std[j] === 0 ? 0 : sum / n / (scatter[j * d + j]! / n) ** (power / 2)));
  let largestCorrelation = 0;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) {
      const scale = std[i]! * std[j]!;
      if (scale > 0) largestCorrelation = Math.max(largestCorrelation, Math.abs(spread[i * d + j]!) / scale);
    }
  const identity = Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0));
  const prior = { mean: new Float64Array(d), covariance: identity };
  return {
    n,
    d,
    mean,
    std,
    skewness: standardised(m3, 3),
    excessKurtosis: standardised(m4, 4).map((value, j) => (std[j] === 0 ? 0 : value - 3)),
    largestCorrelation,
    distanceToPrior: frechetDistance({ mean, covariance: spread }, prior).value,
    outliers: beyond / n / (1 - INSIDE ** d),
  };
}

/** P(|z| <= 3) of the standard normal. */
const INSIDE = 0.9973002039367398;

/** Which values of a code say something of the image. */
export interface ActiveUnits {
  readonly active: number;
  readonly d: number;
  readonly threshold: number;
  /** [d], the variance over images (ddof 1) of a code's mean. */
  readonly variance: Float64Array;
}

/**
 * Units whose posterior mean varies over the data by more than the threshold: Burda, Grosse & Salakhutdinov 2016
 * (arXiv:1509.00519), section 5.2.
 *
 * @param means [n,d] of q(z|x)
 */
export function activeUnits(means: Features, threshold = 0.01): ActiveUnits {
  return activeUnitsOf(featureStatistics(means), threshold);
}

/** The same of means that are not at hand any more. @param means their statistics @throws AlixError 'too-few' */
export function activeUnitsOf({ n, d, scatter }: FeatureStatistics, threshold = 0.01): ActiveUnits {
  checkEnough(n, 'latent', 2);
  const variance = Float64Array.from({ length: d }, (_, j) => scatter[j * d + j]! / (n - 1));
  return { active: variance.filter((value) => value > threshold).length, d, threshold, variance };
}

/**
 * KL(q(z|x) || N(0,I)) of each unit in nats, the mean over images.
 *
 * @param means [n,d] @param logStds [n,d] @returns [d]
 */
export function unitDivergence(means: Features, logStds: Features): Float64Array {
  checkRows(means, 'latent', 1);
  return unitDivergences(means, logStds).mean;
}

/** The moments of the same over images, for shards: `mergeMoments` joins them, and their `mean` is the divergence. */
export function unitDivergences(means: Features, logStds: Features): Moments {
  checkRows(means, 'latent', 0);
  checkPair(means, logStds);
  const each = Float64Array.from(means.data, (m, at) => {
    const s = logStds.data[at]!;
    return (m * m + Math.expm1(2 * s) - 2 * s) / 2;
  });
  return momentsOf(each, means.d);
}

/** How well codes come back from the images that were made of them. */
export interface CodeReconstruction {
  readonly n: number;
  /** Over codes and units, of (z - z')²; a code that says nothing has 1 under the prior N(0,I) where it is 0, 2 where it is drawn. */
  readonly mse: number;
  /** [d], 1 - error / variance of the codes; 1 comes back whole, 0 is no better than the mean. 0 where a unit does not vary. */
  readonly explained: Float64Array;
}

/**
 * How codes come back from the images made of them: z to E(G(z)).
 *
 * @param codes [n,d] @param again [n,d]
 */
export function codeReconstruction(codes: Features, again: Features): CodeReconstruction {
  const n = checkRows(codes, 'latent', 2);
  checkPair(codes, again);
  const { d } = codes;
  const { scatter } = featureStatistics(codes);
  const errors = new Float64Array(d);
  for (let i = 0; i < codes.data.length; i++) errors[i % d]! += (codes.data[i]! - again.data[i]!) ** 2;
  const explained = errors.map((error, j) => (scatter[j * d + j]! > 0 ? 1 - error / scatter[j * d + j]! : 0));
  return { n, mse: errors.reduce((sum, value) => sum + value, 0) / (n * d), explained };
}

function checkPair(a: Features, b: Features): void {
  checkRows(b, 'latent', 0);
  if (a.d === b.d && a.data.length === b.data.length) return;
  throw new AlixError('bad-shape', 'as many codes of one length are needed', {
    expected: `${a.data.length / a.d} of ${a.d}`,
    found: `${b.data.length / b.d} of ${b.d}`,
  });
}
