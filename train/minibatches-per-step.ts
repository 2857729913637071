/** How often the players of an objective are updated in a step, and on how much data. */
import { AlixError } from '@alix/infer/io/errors';
import type { Objective, Options, Preset } from './objectives/objective.js';

/** What says it: an objective with its preset and all options filled in. */
export interface Updates {
  readonly objective: Objective;
  readonly preset: Preset<Options>;
  readonly options: Options;
}

/**
 * Minibatches that one step takes: one for all players, or, where a player is updated more than once in a step, one for
 * each update.
 *
 * @throws AlixError 'bad-config' for simultaneous updates of which one player has more than one, or a count that is none
 */
export function minibatchesPerStep({ objective, preset, options }: Updates): number {
  const counts = Object.values(objective.players).map((player) => player.steps?.(options) ?? 1);
  if (counts.some((n) => !Number.isInteger(n) || n < 1))
    throw new AlixError(
      'bad-config',
      `a player of ${objective.name} cannot be updated ${counts.join(', ')} times a step`,
      {
        expected: 'whole numbers of at least 1',
      },
    );
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === counts.length) return 1;
  if (preset.update === 'sequential') return total;
  throw new AlixError('bad-config', 'players that are updated simultaneously are updated once a step', {
    found: counts.join(', '),
    remedy: 'choose a preset with sequential updates',
  });
}
