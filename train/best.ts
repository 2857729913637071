/** Which checkpoint of a run is its best: by a number of its measures, lower or higher. */
import { AlixError } from '@alix/infer/io/errors';
import type { Best } from './checkpoint.js';
import type { RunConfig } from './config.js';
import type { Measures } from './measures.js';

type Direction = 'lower' | 'higher';

/** How the measures that alix knows get better; 'auto' takes the first of them that a run has. */
export const directions: Readonly<Record<string, Direction>> = {
  reconstruction_mse: 'lower',
  held_out_accuracy: 'higher',
};

type Settings = RunConfig['best'];

/**
 * Checks the settings before a run begins.
 *
 * @throws AlixError 'bad-config' for a metric of which it is not known how it gets better
 */
export function checkBest({ metric, direction }: Settings): void {
  if (['auto', 'none', ...Object.keys(directions)].includes(metric) || direction !== 'auto') return;
  throw new AlixError('bad-config', `"best.metric": it is not known whether a low or a high "${metric}" is better`, {
    expected: `auto, none, ${Object.keys(directions).join(', ')}, or "best.direction" beside it`,
    remedy: 'add --set best.direction=lower, or higher',
  });
}

/** The metric that decides among such measures; undefined where none does. */
export function metricOf({ metric }: Settings, measures: Measures): string | undefined {
  if (metric === 'none') return undefined;
  return metric === 'auto' ? Object.keys(directions).find((name) => name in measures) : metric;
}

/** Whether a value of the metric is better than another; an equal one is not, so that the earlier of two stays the best. */
export function isBetter({ direction }: Settings, metric: string, value: number, than: number): boolean {
  const way = direction === 'auto' ? (directions[metric] ?? 'lower') : direction;
  return way === 'lower' ? value < than : value > than;
}

/** The best once these measures of `step` are known too. A measure that is absent or not finite never wins. */
export function bestWith(
  settings: Settings,
  best: Best | undefined,
  step: number,
  measures: Measures,
): Best | undefined {
  const metric = metricOf(settings, measures);
  const value = metric === undefined ? undefined : measures[metric];
  if (metric === undefined || value === undefined || !Number.isFinite(value)) return best;
  const isFirst = best === undefined || best.metric !== metric;
  return isFirst || isBetter(settings, metric, value, best.value) ? { metric, value, step } : best;
}
