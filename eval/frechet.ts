/**
 * The Fréchet distance of two Gaussians (Dowson & Landau 1982, Eq. 4), and of features as Heusel et al. 2017 (arXiv:1706.08500)
 * use it. It is "FID" only with the Inception network of 2015; with any other, name the network.
 */
import { AlixError } from '@alix/infer/io/errors';
import { covariance, type FeatureStatistics } from './feature-statistics.js';
import { checkEnough, checkFinite, checkSameWidth } from './features.js';
import { type CholeskyFactor, choleskySteps } from './linear/cholesky.js';
import { congruenceSteps } from './linear/congruence.js';
import { eigenvalueSteps } from './linear/eigenvalues.js';
import { finish, inTurns, type Steps } from './linear/steps.js';
import { turnsUntil } from './turns.js';

/** A mean and a covariance. */
export interface Gaussian {
  /** [d] */
  readonly mean: Float64Array;
  /** [d,d], symmetric and positive semi-definite; it may be singular. */
  readonly covariance: Float64Array;
}

/** A Fréchet distance and its two terms. */
export interface FrechetDistance {
  /** The squared distance: meanTerm + covarianceTerm. */
  readonly value: number;
  /** |m1 - m2|² */
  readonly meanTerm: number;
  /** tr S1 + tr S2 - 2 tr (S1 S2)^½ */
  readonly covarianceTerm: number;
  /** tr S1 + tr S2: rounding is a small multiple of 1e-16 of it, so that a distance of 0 may come out as -1e-13 of it. */
  readonly scale: number;
}

/** Of features of n real and n fake images. */
export interface FeatureDistance extends FrechetDistance {
  readonly n: { readonly real: number; readonly fake: number };
  readonly d: number;
  /** The estimate is far above the truth where there are no more images than features; true says so. */
  readonly fewSamples: boolean;
}

/**
 * The distance of the features' Gaussians, covariances with ddof 1. Its expectation is above the truth by about 1/n.
 *
 * @throws AlixError 'too-few' (fewer than two images), 'bad-shape', 'not-finite', 'constant-features'
 */
export function featureDistance(real: FeatureStatistics, fake: FeatureStatistics): FeatureDistance {
  return finish(featureDistanceSteps(real, fake));
}

/**
 * The same number, with the event loop turning meanwhile: it takes seconds for 2048 features.
 *
 * @throws AlixError as `featureDistance`, 'interrupted'
 */
export function featureDistanceInTurns(
  real: FeatureStatistics,
  fake: FeatureStatistics,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FeatureDistance> {
  return inTurns(featureDistanceSteps(real, fake), turnsUntil(signal));
}

function* featureDistanceSteps(real: FeatureStatistics, fake: FeatureStatistics): Steps<FeatureDistance> {
  checkSameWidth(real, fake);
  const gaussians = [real, fake].map((of, i) => gaussian(of, i === 0 ? 'real' : 'fake'));
  // the factor of the one with fewer samples has the lower rank
  const [a, b] = real.n <= fake.n ? gaussians : gaussians.toReversed();
  const d = real.d;
  return {
    ...(yield* distanceSteps(a!, b!)),
    n: { real: real.n, fake: fake.n },
    d,
    fewSamples: Math.min(real.n, fake.n) <= d,
  };
}

function gaussian(statistics: FeatureStatistics, name: string): Gaussian {
  checkEnough(statistics.n, name, 2);
  if (!statistics.scatter.some((value) => value !== 0))
    throw new AlixError('constant-features', `all ${statistics.n} rows of ${name} features are equal`, {
      remedy: 'check the extractor, its output and the range of its input',
    });
  return { mean: statistics.mean, covariance: covariance(statistics) };
}

/**
 * tr (S1 S2)^½ is the sum of the roots of the eigenvalues of LᵀS2L with S1 = LLᵀ, pivoted: symmetric, so no root is complex
 * and nothing is added to singular matrices, unlike with roots of the product S1 S2.
 *
 * @throws AlixError 'bad-shape', 'not-finite'
 */
export function frechetDistance(a: Gaussian, b: Gaussian): FrechetDistance {
  return finish(distanceSteps(a, b));
}

function* distanceSteps(a: Gaussian, b: Gaussian): Steps<FrechetDistance> {
  const d = a.mean.length;
  for (const { mean, covariance } of [a, b]) {
    if (mean.length !== d || covariance.length !== d * d)
      throw new AlixError('bad-shape', 'the Gaussians differ in dimension', {
        expected: `${d} and ${d * d} numbers`,
        found: `${mean.length} and ${covariance.length}`,
      });
    checkFinite(mean, 'mean');
    checkFinite(covariance, 'covariance');
  }
  const meanTerm = a.mean.reduce((sum, value, j) => sum + (value - b.mean[j]!) ** 2, 0);
  const scale = trace(a.covariance, d) + trace(b.covariance, d);
  const covarianceTerm = scale - 2 * (yield* rootTrace(yield* choleskySteps(a.covariance, d), b.covariance));
  return { value: meanTerm + covarianceTerm, meanTerm, covarianceTerm, scale };
}

function* rootTrace({ factor, order, rank }: CholeskyFactor, covariance: Float64Array): Steps<number> {
  if (rank === 0) return 0;
  const product = yield* congruenceSteps(covariance, factor, order, rank);
  const eigenvalues = yield* eigenvalueSteps(product, rank);
  // what is below this is rounding of a zero, whose root would be 1e-8
  const floor = eigenvalues[rank - 1]! * rank * 1e-15;
  return eigenvalues.reduce((sum, value) => (value > floor ? sum + Math.sqrt(value) : sum), 0);
}

function trace(matrix: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += matrix[i * d + i]!;
  return sum;
}
