/** From where a run goes on: its newest whole checkpoint, and which was the best up to it. */
import { isBetter, metricOf } from './best.js';
import type { Best, OpenedCheckpoint } from './checkpoint.js';
import { bestUpTo, checkpointSteps, openNewest } from './checkpoints.js';
import type { RunConfig } from './config.js';

/**
 * The newest whole checkpoint; undefined where there is none yet: killed before its first one, a run has nothing to continue
 * from, and its seed makes the beginning the same again.
 *
 * @param onEvent is told in one line of each damaged one that is passed over
 * @throws AlixError 'no-checkpoint' where all of them are damaged
 */
export async function continued(
  folder: string,
  onEvent: ((line: string) => void) | undefined,
): Promise<OpenedCheckpoint | undefined> {
  if ((await checkpointSteps(folder)).length > 0)
    return openNewest(folder, (path, why) => onEvent?.(`${path} is passed over: ${why}`));
  onEvent?.(`${folder} has no checkpoint yet: the run begins again`);
  return undefined;
}

/** The best checkpoint up to the one from which a run goes on, by the metric that the run has now. */
export async function bestOf(
  checkpoint: OpenedCheckpoint,
  { folder, config }: { readonly folder: string; readonly config: RunConfig },
): Promise<Best | undefined> {
  const { best, measures } = checkpoint.state;
  const metric = metricOf(config.best, measures ?? (best ? { [best.metric]: best.value } : {}));
  if (metric === undefined) return undefined;
  return bestUpTo(folder, checkpoint, metric, (value, than) => isBetter(config.best, metric, value, than));
}
