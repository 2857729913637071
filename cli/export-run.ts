/** A run folder to a model: a checkpoint is opened, exported and closed again. */
import { type ExportRunOptions, exportRun, type GoldenSource, goldenSources } from '@alix/export';
import { type CheckpointChoice, openTrained } from '@alix/train';

export { type GoldenSource, goldenSources };

export interface ExportChoices extends ExportRunOptions {
  /** The newest whole one unless given. */
  readonly checkpoint?: CheckpointChoice;
}

/**
 * Exports a checkpoint of a run, the newest whole one unless another is chosen, to the folder `out`. Errors are those of openTrained and exportRun.
 *
 * @param onEvent is told in one line of what is worth a line, such as a damaged checkpoint that was passed over
 */
export async function exportTrained(
  run: string,
  out: string,
  { checkpoint, ...options }: ExportChoices,
  onEvent?: (line: string) => void,
) {
  const trained = await openTrained(run, onEvent, checkpoint);
  try {
    const { best, training } = trained;
    if (checkpoint === 'best' && best)
      onEvent?.(`the best checkpoint is that of step ${training.steps}: ${best.metric} ${best.value.toPrecision(4)}`);
    return await exportRun(trained, out, options);
  } finally {
    trained.dispose();
  }
}
