/**
 * An interval of the Fréchet distance by the delta method: each row's influence on the distance, whose gradient is that of the
 * optimal maps between the two Gaussians (Takatsu 2011, "Wasserstein geometry of Gaussian measures", Lemma 2.4). It is about
 * what the distance of so many images is on average, which is above that of the distributions by about 1/n: for that see
 * `jackknifedDistance` and `distanceAtInfinity`. Where the distributions are equal the interval is too wide, by a factor of up to √2.
 */
import { meanAndStd } from '@alix/infer';
import type { FeatureStatistics } from './feature-statistics.js';
import { checkRows, checkSameWidth, count, type Features, rowsAt } from './features.js';
import type { FrechetDistance, Gaussian } from './frechet.js';
import { around, type Interval } from './intervals.js';
import { polarFactor } from './linear/polar.js';
import { addProduct, matrix, transposed } from './linear/product.js';
import { factorise, invertLower } from './linear/solve.js';
import { inTurns, mirrorLower, productSteps, type Steps } from './linear/steps.js';
import { turnsUntil } from './turns.js';

/** What is known of one set of images. */
export interface MeasuredFeatures {
  readonly statistics: FeatureStatistics;
  /** All rows that the statistics are of, or some that were chosen by chance. */
  readonly sample: Features;
}

/** A Fréchet distance with its interval. */
export interface FeatureDistanceInterval {
  /** Undefined where there is none to be trusted. */
  readonly interval: Interval | undefined;
  /** Why there is none: fewer than two images per feature, fewer than 100 rows in a sample, or features that depend on others. */
  readonly reason: 'few-images' | 'few-rows' | 'dependent-features' | undefined;
  /** Rows whose influence was looked at; 0 of what counts as exact. */
  readonly rows: { readonly real: number; readonly fake: number };
}

/** Settings of the interval. */
export interface FeatureDistanceIntervalOptions {
  readonly confidence?: number;
  /** At most so many of each sample are looked at, from 100 on; 2000 where it is not given: the error is then known to a few percent. */
  readonly rows?: number;
  readonly signal?: AbortSignal | undefined;
}

const IMAGES_PER_FEATURE = 2;
const FEWEST_ROWS = 100;
/** A feature of which all but this share of the variance follows from the others. */
const DEPENDENT = 1e-10;
/** Rows at a time. */
const BATCH = 256;

/**
 * About forty products of d x d matrices: half a second for 256 features, half a minute for 2048.
 *
 * @param distance of the two, as `featureDistance` or `frechetDistance` gives it
 * @param real a Gaussian where no more is known: it counts as exact
 * @throws AlixError 'bad-shape', 'not-finite', 'bad-option', 'interrupted'
 */
export async function featureDistanceInterval(
  distance: FrechetDistance,
  real: MeasuredFeatures | Gaussian,
  fake: MeasuredFeatures,
  { confidence = 0.95, rows: most = 2000, signal }: FeatureDistanceIntervalOptions = {},
): Promise<FeatureDistanceInterval> {
  const sides = [side(real, most, 'real'), side(fake, most, 'fake')] as const;
  checkSameWidth(sides[0], sides[1]);
  const counted = sides.filter(({ n }) => n < Number.POSITIVE_INFINITY);
  const rows = { real: count(sides[0].rows), fake: count(sides[1].rows) };
  const none = (reason: FeatureDistanceInterval['reason']) => ({ interval: undefined, reason, rows });
  const live = liveInBoth(sides[0], sides[1]);
  if (counted.some(({ n }) => n < Math.max(2, IMAGES_PER_FEATURE * live.length))) return none('few-images');
  const fewest = Math.min(...counted.map((of) => count(of.rows)));
  if (fewest < FEWEST_ROWS) return none('few-rows');
  const turn = turnsUntil(signal);
  const factors = [
    await inTurns(choleskyFactor(sides[0], live), turn),
    await inTurns(choleskyFactor(sides[1], live), turn),
  ] as const;
  if (!factors[0] || !factors[1]) return none('dependent-features');
  const roots = await inTurns(crossRoots(factors[0], factors[1], live.length), turn);
  let squared = 0;
  for (const [i, { n, mean, rows: looked }] of sides.entries()) {
    if (n === Number.POSITIVE_INFINITY) continue;
    const away = mean.map((value, j) => value - sides[1 - i]!.mean[j]!);
    const gradient = { mean, away, live, factor: factors[i]!, root: roots[i]! };
    const values = await inTurns(influences(looked, gradient), turn);
    squared += meanAndStd(values).std ** 2 / (n - 1);
  }
  const interval = around(distance.value, Math.sqrt(squared), fewest - 1, confidence, 'delta');
  return { interval: { ...interval, low: Math.max(0, interval.low) }, reason: undefined, rows };
}

interface Side {
  readonly d: number;
  /** Infinite for a Gaussian that counts as exact. */
  readonly n: number;
  readonly mean: Float64Array;
  /** [d,d], the covariance times `times`. */
  readonly scatter: Float64Array;
  readonly times: number;
  readonly rows: Features;
}

function side(of: MeasuredFeatures | Gaussian, most: number, name: string): Side {
  if ('statistics' in of) {
    const { statistics, sample } = of;
    checkSameWidth(statistics, sample);
    return { ...statistics, times: statistics.n - 1, rows: spread(sample, most, name) };
  }
  const { mean, covariance } = of;
  const d = mean.length;
  return {
    d,
    n: Number.POSITIVE_INFINITY,
    mean,
    scatter: covariance,
    times: 1,
    rows: { data: new Float64Array(0), d },
  };
}

/** At most so many rows, from all over: files may come sorted. */
function spread(features: Features, most: number, name: string): Features {
  const n = checkRows(features, name, 0);
  if (n <= most) return features;
  return rowsAt(
    features,
    Array.from({ length: most }, (_, i) => Math.floor((i * n) / most)),
  );
}

/** Where a feature is constant in a set, its row of the covariance is zero, and it has no part in the product of the two. */
function liveInBoth(a: Side, b: Side): Int32Array {
  const { d } = a;
  const all = Int32Array.from({ length: d }, (_, j) => j);
  return all.filter((j) => a.scatter[j * d + j]! > 0 && b.scatter[j * d + j]! > 0);
}

/** L of the covariance of these features, its upper triangle zero; undefined where some depend on others. */
function* choleskyFactor({ d, scatter, times }: Side, live: Int32Array): Steps<Float64Array | undefined> {
  const k = live.length;
  const l = new Float64Array(k * k);
  for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) l[i * k + j] = scatter[live[i]! * d + live[j]!]! / times;
  const variances = Float64Array.from(live, (_, i) => l[i * (k + 1)]!);
  try {
    yield* factorise(l, k);
  } catch {
    return undefined;
  }
  return variances.some((value, i) => l[i * (k + 1)]! ** 2 < DEPENDENT * value) ? undefined : l;
}

/** With A = L2ᵀ·L1 the roots of AᵀA and of AAᵀ: the trace of either is that of (S1 S2)^½. */
function* crossRoots(l1: Float64Array, l2: Float64Array, k: number): Steps<readonly [Float64Array, Float64Array]> {
  const [a, first, second] = [new Float64Array(k * k), new Float64Array(k * k), new Float64Array(k * k)];
  const product = matrix(a, k, k);
  yield* productSteps(product, transposed(matrix(l2, k, k)), matrix(l1, k, k));
  const factor = matrix(yield* polarFactor(a, k), k, k);
  yield* productSteps(matrix(first, k, k), transposed(factor), product, { lower: true });
  yield* productSteps(matrix(second, k, k), product, transposed(factor), { lower: true });
  return [mirrorLower(first, k), mirrorLower(second, k)];
}

interface Gradient {
  readonly mean: Float64Array;
  /** [d], the mean less the other set's. */
  readonly away: Float64Array;
  readonly live: Int32Array;
  /** L and H of the live features. */
  readonly factor: Float64Array;
  readonly root: Float64Array;
}

/**
 * Of each row x of a set with mean m and covariance LLᵀ, up to a constant: 2 (m - m')ᵀ(x - m) + |x - m|² - zᵀHz with
 * z = L⁻¹(x - m); zᵀHz is (x - m)ᵀT(x - m), T the optimal map to the other Gaussian.
 */
function* influences({ data, d }: Features, { mean, away, live, factor, root }: Gradient): Steps<Float64Array> {
  const k = live.length;
  const out = new Float64Array(data.length / d);
  const inverse = factor.slice();
  yield* invertLower(inverse, k, 0, k);
  for (let start = 0; start < out.length; start += BATCH) {
    yield;
    const n = Math.min(BATCH, out.length - start);
    const centred = new Float64Array(n * k);
    for (let i = 0; i < n; i++) {
      const row = data.subarray((start + i) * d, (start + i + 1) * d);
      for (let j = 0; j < d; j++) {
        const deviation = row[j]! - mean[j]!;
        out[start + i]! += deviation * (deviation + 2 * away[j]!);
      }
      for (let j = 0; j < k; j++) centred[i * k + j] = row[live[j]!]! - mean[live[j]!]!;
    }
    const z = new Float64Array(n * k);
    addProduct(matrix(z, n, k), matrix(centred, n, k), transposed(matrix(inverse, k, k)));
    const mapped = centred.fill(0);
    addProduct(matrix(mapped, n, k), matrix(z, n, k), matrix(root, k, k));
    for (let at = 0; at < z.length; at++) out[start + Math.floor(at / k)]! -= z[at]! * mapped[at]!;
  }
  return out;
}
