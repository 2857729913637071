/**
 * Precision and recall (Kynkäänniemi et al. 2019, arXiv:1904.06991, Eq. 1 and 2), density and coverage (Naeem et al. 2020,
 * arXiv:2002.09797, Eq. 3 and 5): balls around each sample that reach to its k-th nearest neighbour in its own set.
 */
import { AlixError } from '@alix/infer/io/errors';
import { checkFeatures, checkSameWidth, type Features } from './features.js';
import { type InnerProducts, roughProducts } from './inner-products.js';
import { eachBlock, screened, squaredDistance, squaredRadii } from './nearest-rows.js';
import { turnsUntil } from './turns.js';

/** Precision, recall, density and coverage, and how they were taken. */
export interface PrecisionRecall {
  /** The share of fake samples in a ball of a real one. */
  readonly precision: number;
  /** The share of real samples in a ball of a fake one. */
  readonly recall: number;
  /** Over fake samples, the mean number of real balls that hold them, divided by k. About 1 for equal distributions; it may be more. */
  readonly density: number;
  /** The share of real samples with a fake one in their ball. */
  readonly coverage: number;
  readonly n: { readonly real: number; readonly fake: number };
  readonly k: number;
  readonly ties: Ties;
  /** What the shares are means of, for intervals. */
  readonly each: {
    /** [fake], real balls that hold it. */
    readonly balls: Uint32Array;
    /** [real], 1 where a fake ball holds it. */
    readonly recalled: Uint8Array;
    /** [real], 1 where its ball holds a fake sample. */
    readonly covered: Uint8Array;
  };
}

/** What a sample on a ball's edge is: 'out' as in prdc, 'in' as in torch-fidelity. They differ only where distances are equal. */
export type Ties = 'in' | 'out';

/** Settings of `precisionRecall`. */
export interface PrecisionRecallOptions {
  /** 5 where it is not given, as in prdc; torch-fidelity has 3. */
  readonly k?: number;
  readonly ties?: Ties;
  /** Float32 ones where they are not given: the counts do not depend on them. */
  readonly products?: InnerProducts;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All four, in one pass over the distances; memory is that of the features once more, and a few MB. Distances that are too close to call by
 * inner products are taken from the differences, so that the counts do not depend on what computes the products.
 *
 * @throws AlixError 'too-few' (no more samples than k in a set), 'bad-shape', 'not-finite', 'bad-option', 'interrupted'
 */
export async function precisionRecall(
  real: Features,
  fake: Features,
  { k = 5, ties = 'out', products = roughProducts, signal }: PrecisionRecallOptions = {},
): Promise<PrecisionRecall> {
  if (!Number.isInteger(k) || k < 1)
    throw new AlixError('bad-option', 'k is a whole number from 1 on', { found: `${k}` });
  checkSameWidth(real, fake);
  const n = checkFeatures(real, 'real', k + 1);
  const m = checkFeatures(fake, 'fake', k + 1);
  const turn = turnsUntil(signal);
  await turn();
  const sets = screened([real, fake], products);
  const [ofReal, ofFake] = [sets[0]!, sets[1]!];
  const realRadii = await squaredRadii(ofReal, k, products, turn);
  const fakeRadii = await squaredRadii(ofFake, k, products, turn);
  const balls = new Uint32Array(m);
  const recalled = new Uint8Array(n);
  const covered = new Uint8Array(n);
  const within = (squared: number, radius: number) => squared < radius || (ties === 'in' && squared === radius);
  await eachBlock(ofReal, ofFake, products, turn, ({ i0, j0, n: height, m: width, squared }) => {
    for (let i = 0; i < height; i++) {
      const x = i0 + i;
      const realRadius = realRadii[x]!;
      for (let j = 0; j < width; j++) {
        const y = j0 + j;
        const fakeRadius = fakeRadii[y]!;
        let distance = squared[i * width + j]!;
        const doubt = ofReal.error * (ofReal.norms[x]! + ofFake.norms[y]!);
        if (distance - doubt > realRadius && distance - doubt > fakeRadius) continue;
        if (Math.abs(distance - realRadius) <= doubt || Math.abs(distance - fakeRadius) <= doubt)
          distance = squaredDistance(real, x, fake, y);
        if (within(distance, realRadius)) {
          balls[y]! += 1;
          covered[x] = 1;
        }
        if (within(distance, fakeRadius)) recalled[x] = 1;
      }
    }
  });
  const share = (flags: ArrayLike<number>) => Array.from(flags).filter((value) => value > 0).length / flags.length;
  return {
    precision: share(balls),
    recall: share(recalled),
    density: balls.reduce((sum, value) => sum + value, 0) / (k * m),
    coverage: share(covered),
    n: { real: n, fake: m },
    k,
    ties,
    each: { balls, recalled, covered },
  };
}

/**
 * The coverage to expect of n real and m fake samples of one distribution: 1 - Π (n-i)/(m+n-i), i = 1..k (Naeem et al. 2020,
 * Eq. 10). A coverage is to be read against it.
 */
export function expectedCoverage(n: number, m: number, k: number): number {
  let missed = 1;
  for (let i = 1; i <= k; i++) missed *= (n - i) / (m + n - i);
  return 1 - missed;
}
