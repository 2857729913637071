/** What `alix export --dry-run` tells: which checkpoint would become which files. TensorFlow is not loaded. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { type CheckpointChoice, openChosen } from '@alix/train/checkpoints';
import { readRun } from '@alix/train/run-folder';
import type { Plan } from './plan.js';

/** @throws AlixError 'no-run', 'bad-run', 'no-checkpoint', 'bad-checkpoint'; 'output-exists' where --replace is needed */
export async function exportPlan(
  run: string,
  {
    output,
    replace,
    checkpoint,
  }: { readonly output: string; readonly replace: boolean; readonly checkpoint: CheckpointChoice },
): Promise<Plan> {
  const { config } = await readRun(run);
  const notes: string[] = [];
  const { state } = await openChosen(run, checkpoint, (path, why) => notes.push(`${path} is passed over: ${why}`));
  const isThere = (await readdir(output).catch(() => [])).length > 0;
  if (isThere && !replace)
    throw new AlixError('output-exists', 'the output folder exists and is not empty', {
      where: output,
      remedy: 'name another folder, or give --replace',
    });
  if (isThere) notes.push(`the bundle ${output} would be replaced`);
  const recipe = `trained by ${config.recipe} on ${config.data.source}`;
  return {
    inputs: [join(run, `checkpoint-${state.step}`)],
    outputs: [output],
    counts: { step: state.step },
    notes: [recipe, ...notes],
  };
}
