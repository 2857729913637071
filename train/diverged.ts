/** The end of a run whose numbers have left the range of numbers. */
import { AlixError } from '@alix/infer/io/errors';

export interface DivergedAt {
  readonly folder: string;
  readonly step: number;
  /** The step of the last checkpoint; 0 where there is none. */
  readonly lastGood: number;
}

export function diverged({ folder, step, lastGood }: DivergedAt, what: string): AlixError {
  const kept = lastGood > 0 ? `checkpoint-${lastGood} is the last good one` : 'no checkpoint was written yet';
  return new AlixError('diverged', `step ${step}: ${what}`, {
    where: folder,
    remedy: `${kept}; try a smaller learning rate (--set optimiser.learningRate=...) or a larger batch`,
  });
}
