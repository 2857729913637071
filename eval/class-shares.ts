/** Numbers of each class apart, and shares of classes. */
import { meanAndStd } from '@alix/infer';
import { type Interval, meanInterval } from './intervals.js';
import type { MeanAndStd } from './mse.js';

export interface ClassErrors extends MeanAndStd {
  readonly label: number;
  readonly n: number;
  /** Of two images on. */
  readonly interval?: Interval;
}

/** Mean and std (ddof 0) of the values of each class that has any. @param labels [n], from 0 */
export function classErrors(values: ArrayLike<number>, labels: ArrayLike<number>, classes: number): ClassErrors[] {
  const each = Array.from({ length: classes }, (): number[] => []);
  for (let i = 0; i < labels.length; i++) each[labels[i]!]!.push(values[i]!);
  return each.flatMap((own, label) => {
    const n = own.length;
    return n > 0 ? [{ label, n, ...meanAndStd(own), ...(n > 1 && { interval: meanInterval(own) }) }] : [];
  });
}

/** [classes], the share of each. */
export function classShares(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]! += 1;
  return counts.map((count) => count / labels.length);
}

/** Half the sum of |p - q|: the share that would have to change its class, 0 to 1. */
export function shareDifference(p: ArrayLike<number>, q: ArrayLike<number>): number {
  return Array.from(p).reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2;
}

/** What the difference is on average for n and m labels of these shares, each count as a normal number. */
export function differenceByChance(shares: ArrayLike<number>, n: number, m: number): number {
  const deviations = Array.from(shares, (p) => Math.sqrt(p * (1 - p) * (1 / n + 1 / m)));
  return deviations.reduce((sum, deviation) => sum + deviation, 0) / Math.sqrt(2 * Math.PI);
}

/** In nats: the logarithm of the number of classes where all are as frequent. */
export function shareEntropy(shares: ArrayLike<number>): number {
  return Array.from(shares).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}

/** [n], the first of the largest numbers of each row. @param outputs [n,d] */
export function likeliest(outputs: ArrayLike<number>, d: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: outputs.length / d }, (_, i) => {
    let best = 0;
    for (let j = 1; j < d; j++) if (outputs[i * d + j]! > outputs[i * d + best]!) best = j;
    return best;
  });
}
