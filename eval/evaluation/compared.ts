/** What metrics that compare two sets of features have in common: which sets, and what the numbers are of. */

import { featureRecorders } from './common-recorders.js';
import type { OpenMeasure, RealSet, Recorded, Recorder, Subject } from './measure.js';
import type { FeatureSet } from './store.js';

/** Features of real images, and what is compared with them. */
export const compared = ['reconstructions', 'samples'] as const;

/**
 * A metric of two sets of features, of reconstructions against the images that they are of, and of samples against the images or
 * the reference.
 *
 * @param name results are `reconstructions.name` and `samples.name`
 */
export function comparison(
  subject: Subject,
  name: string,
  compare: (real: RealSet, fake: FeatureSet, signal: AbortSignal | undefined) => object | Promise<object>,
): Pick<OpenMeasure, 'recorders' | 'results'> {
  const { real, made, fresh } = featureRecorders(subject);
  const { reference } = subject;
  const against = (recorded: Recorded) => reference ?? recorded.of(real);
  const of = (recorder: Recorder<FeatureSet>, isPaired: boolean) => (recorded: Recorded) =>
    compare(isPaired ? recorded.of(real) : against(recorded), recorded.of(recorder), recorded.signal);
  return {
    recorders: [real, made, fresh],
    results: { [`reconstructions.${name}`]: of(made, true), [`samples.${name}`]: of(fresh, false) },
  };
}

/** How many images of each set. */
export interface Counts {
  /** Real is absent where a file does not say of how many images it is. */
  readonly n: { readonly real?: number; readonly fake: number };
}

export const countsOf = ({ n }: Counts): string => `${n.real ?? 'unknown'} and ${n.fake}`;
