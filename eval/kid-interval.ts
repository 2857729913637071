/** The kernel distance of all rows at once, with an interval: the sums between groups of rows give every jackknife for free. */

import { checkEnough, checkFeatures, checkSameWidth, type Features, rowsAt } from './features.js';
import { type InnerProducts, innerProducts } from './inner-products.js';
import { type Interval, jackknife } from './intervals.js';
import { kernelSum, type PolynomialKernel, paperKernel } from './kid.js';
import { turnsUntil } from './turns.js';

/** The kernel distance over all pairs, with its interval. */
export interface KernelDistanceOfAll {
  /** The unbiased estimate of the squared maximum mean discrepancy from all pairs of rows. */
  readonly value: number;
  readonly interval: Interval;
  readonly n: { readonly real: number; readonly fake: number };
  readonly kernel: PolynomialKernel;
}

/**
 * Rows i, i + groups, ... are a group. The cost is that of all pairs: sample the features first where they are many.
 *
 * @throws AlixError 'too-few' (fewer than 10 groups, or than 2 rows of each in every group), 'bad-shape', 'not-finite', 'interrupted'
 */
export async function kernelDistanceOfAll(
  real: Features,
  fake: Features,
  {
    groups = 20,
    kernel = paperKernel(real.d),
    products = innerProducts,
    confidence = 0.95,
    signal,
  }: {
    readonly groups?: number;
    readonly kernel?: PolynomialKernel;
    readonly products?: InnerProducts;
    readonly confidence?: number;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<KernelDistanceOfAll> {
  checkSameWidth(real, fake);
  checkEnough(groups, 'group', 10);
  const n = { real: checkFeatures(real, 'real', 2 * groups), fake: checkFeatures(fake, 'fake', 2 * groups) };
  const split = (of: Features, count: number) =>
    Array.from({ length: groups }, (_, g) =>
      rowsAt(
        of,
        Array.from({ length: Math.ceil((count - g) / groups) }, (_, i) => g + i * groups),
      ),
    );
  const [x, y] = [split(real, n.real), split(fake, n.fake)];
  const turn = turnsUntil(signal);
  const between = async (a: Features[], b: Features[]) => {
    const sums: number[][] = a.map(() => []);
    for (const [g, left] of a.entries())
      for (const [h, right] of b.entries()) {
        if (a === b && h > g) break;
        await turn();
        const sum = kernelSum(await products.of(left, right), kernel, right.data.length / right.d, left === right);
        sums[g]![h] = sum;
        if (a === b) sums[h]![g] = sum;
      }
    return sums;
  };
  const [xx, yy, xy] = [await between(x, x), await between(y, y), await between(x, y)];
  const sizes = (of: Features[]) => of.map(({ data, d }) => data.length / d);
  const [sizeX, sizeY] = [sizes(x), sizes(y)];
  const without = (out: number) => {
    const total = (sums: number[][]) =>
      sums.reduce((all, row, g) => (g === out ? all : row.reduce((s, v, h) => (h === out ? s : s + v), all)), 0);
    const left = (of: number[]) => of.reduce((s, v, g) => (g === out ? s : s + v), 0);
    const [a, b] = [left(sizeX), left(sizeY)];
    return total(xx) / (a * (a - 1)) + total(yy) / (b * (b - 1)) - (2 * total(xy)) / (a * b);
  };
  const value = without(-1);
  const leftOut = Array.from({ length: groups }, (_, g) => without(g));
  return { value, interval: jackknife(value, leftOut, confidence), n, kernel };
}
