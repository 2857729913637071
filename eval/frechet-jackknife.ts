/**
 * The Fréchet distance of two distributions from samples, without the part that grows as 1/n: the jackknife of Quenouille 1956,
 * "Notes on bias in estimation", in groups, with its standard error (Tukey 1958).
 */
import { featureStatistics, mergeStatistics } from './feature-statistics.js';
import { checkEnough, checkFeatures, checkSameWidth, count, type Features, rowsAt } from './features.js';
import { featureDistanceInTurns } from './frechet.js';
import { type Interval, jackknife } from './intervals.js';
import { turnsUntil } from './turns.js';

/** A Fréchet distance and what leaving parts out says of it. */
export interface JackknifedDistance {
  /** Of the distributions, with an error of about 1/n² left; below 0 by chance where they are equal. */
  readonly value: number;
  /** What `featureDistance` says of these samples. */
  readonly plain: number;
  /** Of `value`. */
  readonly interval: Interval;
  readonly n: { readonly real: number; readonly fake: number };
}

/**
 * Costs a distance for each group: a second at 256 features, minutes at 2048, where `distanceAtInfinity` and
 * `featureDistanceInterval` cost less. Rows i, i + groups, ... are a group.
 *
 * @param real at least 4 rows per feature, and 2 per group @param fake the same
 * @throws AlixError 'too-few', 'bad-shape', 'not-finite', 'constant-features', 'interrupted'
 */
export async function jackknifedDistance(
  real: Features,
  fake: Features,
  {
    groups = 20,
    confidence = 0.95,
    signal,
  }: { readonly groups?: number; readonly confidence?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<JackknifedDistance> {
  checkSameWidth(real, fake);
  checkEnough(groups, 'jackknife group', 10);
  const fewest = Math.max(4 * real.d, 2 * groups);
  const n = { real: checkFeatures(real, 'real', fewest), fake: checkFeatures(fake, 'fake', fewest) };
  const parts = [real, fake].map((of) => {
    const size = (g: number) => Math.ceil((count(of) - g) / groups);
    const rows = (g: number) => Array.from({ length: size(g) }, (_, i) => g + i * groups);
    return Array.from({ length: groups }, (_, g) => featureStatistics(rowsAt(of, rows(g))));
  });
  // each distance has turns of its own, but a short one takes none
  const turn = turnsUntil(signal);
  const distance = async (left?: number) => {
    await turn();
    const [a, b] = parts.map((of) => mergeStatistics(of.filter((_, g) => g !== left)));
    return (await featureDistanceInTurns(a!, b!, { signal })).value;
  };
  const plain = await distance();
  const leftOut = new Float64Array(groups);
  for (let g = 0; g < groups; g++) leftOut[g] = await distance(g);
  const value = groups * plain - ((groups - 1) / groups) * leftOut.reduce((sum, of) => sum + of, 0);
  return { value, plain, interval: jackknife(value, leftOut, confidence), n };
}
