/**
 * The Fréchet distance extrapolated to infinitely many generated images: Chong & Forsyth 2020 (arXiv:1911.07023), section 4.
 * The distances of growing parts of the images lie on a line over 1/N, whose value at 0 is the answer.
 */
import type { Random } from '@alix/infer/io/random';
import { collectStatistics, type FeatureStatistics } from './feature-statistics.js';
import { checkEnough, checkFeatures, type Features } from './features.js';
import { featureDistanceInTurns } from './frechet.js';
import { type Interval, jackknife } from './intervals.js';
import { turnsUntil } from './turns.js';

/** A Fréchet distance extrapolated to infinitely many images. */
export interface DistanceAtInfinity {
  readonly value: number;
  /** By how much a distance from N images is above it, times N. */
  readonly slope: number;
  /** The distances that the line goes through. */
  readonly points: readonly { readonly n: number; readonly value: number }[];
  /** Of the generated images' sampling; the real images' statistics count as they are. */
  readonly interval: Interval | undefined;
  readonly n: { readonly real: number; readonly fake: number };
}

/** Settings of the extrapolation. */
export interface DistanceAtInfinityOptions {
  /** The order of the images; a stream of its own. */
  readonly random: Random;
  /** 15 where it is not given, as published. */
  readonly points?: number;
  /** Images of the first point; a tenth of all where it is not given, but twice the features: 1/N rules only from there on. */
  readonly smallest?: number;
  /** For the interval, from 10 on: each costs as many distances as there are points. No interval where it is not given. */
  readonly groups?: number;
  readonly confidence?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param fake at least 4 d rows, or twice `smallest`
 * @throws AlixError 'too-few', 'bad-shape', 'not-finite', 'constant-features', 'interrupted'
 */
export async function distanceAtInfinity(
  real: FeatureStatistics,
  fake: Features,
  { random, points = 15, smallest: given, groups = 0, confidence = 0.95, signal }: DistanceAtInfinityOptions,
): Promise<DistanceAtInfinity> {
  const n = checkFeatures(fake, 'fake', 2);
  const smallest = given ?? Math.max(Math.ceil(n / 10), 2 * fake.d);
  checkEnough(n, 'fake', 2 * smallest);
  checkEnough(smallest, 'fake', 2);
  checkEnough(points, 'point', 2);
  const order = random.permutation(n);
  const sizes = Array.from({ length: points }, (_, i) => Math.floor(smallest + ((n - smallest) * i) / (points - 1)));
  // each distance has turns of its own, but a short one takes none
  const turn = turnsUntil(signal);
  const part = (left?: number) => distances(real, fake, order, sizes, groups, left, turn, signal);
  const whole = await part();
  const { value, slope } = fit(whole);
  const leftOut: number[] = [];
  for (let g = 0; g < groups; g++) leftOut.push(fit(await part(g)).value);
  const interval = groups > 0 ? jackknife(value, leftOut, confidence) : undefined;
  return { value, slope, points: whole, interval, n: { real: real.n, fake: n } };
}

/** Of the first `sizes` images in this order, without those of one group: each later size holds the earlier ones. */
async function distances(
  real: FeatureStatistics,
  fake: Features,
  order: Uint32Array,
  sizes: readonly number[],
  groups: number,
  left: number | undefined,
  turn: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<{ n: number; value: number }[]> {
  const { data, d } = fake;
  const collector = collectStatistics(d);
  let at = 0;
  const found = [];
  for (const size of sizes) {
    await turn();
    for (; at < size; at++) {
      if (left !== undefined && at % groups === left) continue;
      collector.add(data.subarray(order[at]! * d, (order[at]! + 1) * d));
    }
    const statistics = collector.statistics();
    found.push({ n: statistics.n, value: (await featureDistanceInTurns(real, statistics, { signal })).value });
  }
  return found;
}

/** Least squares of value over 1/n. */
function fit(points: readonly { n: number; value: number }[]): { value: number; slope: number } {
  const mean = (of: (point: { n: number; value: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const x = mean(({ n }) => 1 / n);
  const y = mean(({ value }) => value);
  const slope = mean(({ n, value }) => (1 / n - x) * (value - y)) / mean(({ n }) => (1 / n - x) ** 2);
  return { value: y - slope * x, slope };
}
