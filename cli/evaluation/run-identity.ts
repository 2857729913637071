/** What names a training run whatever its length. */
import type { Bundle } from '@alix/infer';
import { sha256 } from '@alix/infer/io/files';

/** Settings in which models of one run may differ: they do not touch what a step computes. */
const apart: readonly string[] = ['length', 'checkpointMinutes', 'checkpointSteps', 'checkpointsKept', 'best', 'data'];

/** sha256 over data, seed and configuration. Two runs of one configuration and seed are the same run. */
export function runIdentity({ data, seed, recipe, batch, config }: Bundle['training']): string {
  const kept = Object.entries(config)
    .filter(([key]) => !apart.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(new TextEncoder().encode(JSON.stringify([data, seed, recipe, batch, kept])));
}
