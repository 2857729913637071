/**
 * What the diagnostics of codes need of them, gathered as they come and merged over shards: count, mean and scatter matrix, the
 * third and fourth central moments of each unit, and how many codes lie outside the prior's bulk. Pébay 2008, "Formulas for
 * robust, one-pass parallel computation of covariances and arbitrary-order statistical moments", Eq. 2.1 (of a shift of the mean).
 */
import { collectStatistics, type FeatureStatistics, mergeStatistics } from './feature-statistics.js';
import { checkRows, type Features } from './features.js';

/** Moments of codes; they merge. */
export interface LatentMoments {
  readonly statistics: FeatureStatistics;
  /** [d], the sum over codes of (z - mean)³ */
  readonly m3: Float64Array;
  /** [d], the sum over codes of (z - mean)⁴ */
  readonly m4: Float64Array;
  /** Codes with a unit beyond 3 standard deviations of the prior N(0,I). */
  readonly beyond: number;
}

/** Collects the moments of codes, batch by batch. */
export interface LatentCollector {
  /** @param codes [n,d] @throws AlixError 'bad-shape', 'not-finite'; nothing of such codes is counted */
  add(codes: Features['data']): void;
  /** Of all codes so far; more may be added after it. */
  moments(): LatentMoments;
}

/** A unit beyond this is outside the prior's bulk. */
const BULK = 3;
/** Codes at a time, so that how they are cut into batches changes no bit. */
const ROWS = 256;

/** Central moments of each unit, all [d], and of how many codes. */
interface Central {
  readonly n: number;
  readonly mean: Float64Array;
  readonly m2: Float64Array;
  readonly m3: Float64Array;
  readonly m4: Float64Array;
}

/** A collector of codes of d units; its memory is d² numbers, whatever the number of codes. */
export function collectLatents(d: number): LatentCollector {
  const statistics = collectStatistics(d);
  const waiting = new Float64Array(ROWS * d);
  let filled = 0;
  let state = central(new Float64Array(0), d);
  let beyond = 0;
  return {
    add(codes) {
      checkRows({ data: codes, d }, 'latent', 0);
      statistics.add(codes);
      for (let at = 0; at < codes.length; at += d) if (isBeyond(codes, at, d)) beyond += 1;
      for (let at = 0; at < codes.length; ) {
        const taken = Math.min(waiting.length - filled, codes.length - at);
        waiting.set(codes.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < waiting.length) continue;
        state = joined(state, central(waiting, d));
        filled = 0;
      }
    },
    moments() {
      const { m3, m4 } = filled > 0 ? joined(state, central(waiting.subarray(0, filled), d)) : state;
      return { statistics: statistics.statistics(), m3: m3.slice(), m4: m4.slice(), beyond };
    },
  };
}

/** The moments of codes that are all at hand. @throws AlixError 'bad-shape', 'not-finite' */
export function latentMoments({ data, d }: Features): LatentMoments {
  const collector = collectLatents(d);
  collector.add(data);
  return collector.moments();
}

/**
 * The moments of all codes of all shards, which agree with those of one pass to 1e-12 of n·std³ and n·std⁴.
 *
 * @throws AlixError 'bad-shape' where the shards differ in d; 'too-few' without a shard
 */
export function mergeLatents(shards: readonly LatentMoments[]): LatentMoments {
  const statistics = mergeStatistics(shards.map((shard) => shard.statistics));
  const full = shards.filter((shard) => shard.statistics.n > 0);
  const parts = full.map(({ statistics: { n, d, mean, scatter }, m3, m4 }) => ({
    n,
    mean,
    m2: Float64Array.from({ length: d }, (_, j) => scatter[j * (d + 1)]!),
    m3,
    m4,
  }));
  const { m3, m4 } = parts.sort(byContent).reduce(joined, central(new Float64Array(0), statistics.d));
  return { statistics, m3, m4, beyond: shards.reduce((sum, shard) => sum + shard.beyond, 0) };
}

function isBeyond(codes: Features['data'], start: number, d: number): boolean {
  for (let at = start; at < start + d; at++) if (Math.abs(codes[at]!) > BULK) return true;
  return false;
}

function central(rows: Float64Array, d: number): Central {
  const n = rows.length / d;
  const [mean, m2, m3, m4] = [0, 1, 2, 3].map(() => new Float64Array(d)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  // deviations from the first row, so that equal codes leave exact zeros
  for (let at = 0, j = 0; at < rows.length; at++, j = j + 1 === d ? 0 : j + 1) mean[j]! += rows[at]! - rows[j]!;
  for (let j = 0; j < d; j++) mean[j] = n === 0 ? 0 : rows[j]! + mean[j]! / n;
  for (let at = 0, j = 0; at < rows.length; at++, j = j + 1 === d ? 0 : j + 1) {
    const deviation = rows[at]! - mean[j]!;
    const square = deviation * deviation;
    m2[j]! += square;
    m3[j]! += square * deviation;
    m4[j]! += square * square;
  }
  return { n, mean, m2, m3, m4 };
}

/** Of the codes of both: each side's moments about the mean of all, summed. */
function joined(a: Central, b: Central): Central {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const apart = b.mean.map((value, j) => value - a.mean[j]!);
  const sides = [
    { of: a, by: apart.map((value) => (-value * b.n) / n) },
    { of: b, by: apart.map((value) => (value * a.n) / n) },
  ];
  const sum = (term: (of: Central, by: number, j: number) => number) =>
    a.mean.map((_, j) => sides.reduce((total, { of, by }) => total + term(of, by[j]!, j), 0));
  return {
    n,
    mean: a.mean.map((value, j) => value + (apart[j]! * b.n) / n),
    m2: sum((of, by, j) => of.m2[j]! + of.n * by ** 2),
    m3: sum((of, by, j) => of.m3[j]! + 3 * by * of.m2[j]! + of.n * by ** 3),
    m4: sum((of, by, j) => of.m4[j]! + 4 * by * of.m3[j]! + 6 * by ** 2 * of.m2[j]! + of.n * by ** 4),
  };
}

/** An order of shards that is that of their contents, so that the list's changes no bit. */
function byContent(a: Central, b: Central): number {
  if (a.n !== b.n) return a.n - b.n;
  for (const key of ['mean', 'm2', 'm3', 'm4'] as const) {
    const j = a[key].findIndex((value, at) => value !== b[key][at]);
    if (j >= 0) return a[key][j]! - b[key][j]!;
  }
  return 0;
}
