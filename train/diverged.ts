/** The end of a run whose numbers have left the range of numbers. */
import { AlixError } from '@alix/infer/io/errors';
import { lastGoodInWords, type Standing } from './keeping.js';

export function diverged({ folder, step, lastGood }: Standing, what: string): AlixError {
  return new AlixError('diverged', `step ${step}: ${what}`, {
    where: folder,
    remedy: `${lastGoodInWords(lastGood)}; try a smaller learning rate (--set optimiser.learningRate=...) or a larger batch`,
  });
}
