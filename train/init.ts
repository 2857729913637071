/** A run that starts from another one's weights instead of random ones: `--init`. The optimiser starts afresh. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { sha256 } from '@alix/infer/io/files';
import { answering } from './averages.js';
import { read } from './checkpoint.js';
import { type CheckpointChoice, openChosen } from './checkpoints.js';
import type { RunConfig } from './config.js';
import { design } from './design.js';
import { loadExtensions } from './extensions/index.js';
import { readRun } from './run-folder.js';
import { differenceOf } from './same-layers.js';
import type { NamedArray } from './tensorflow/variables.js';

export interface Init {
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** Networks that start from them, and those that the other run does not have. */
  readonly networks: readonly string[];
  readonly fresh: readonly string[];
  /** For run.json: which weights these were. */
  readonly record: { readonly run: string; readonly step: number; readonly sha256: string };
}

/**
 * The weights of the run folder, or of the checkpoint in one, that `config.init` names: those that the model answers with (averages
 * where it keeps them). Networks go by their names; one that both runs have must have the same layers.
 *
 * @returns undefined where nothing is named
 * @throws AlixError 'bad-init'
 */
export async function initialWeights(config: RunConfig): Promise<Init | undefined> {
  if (!config.init) return undefined;
  const { run, choice } = placeOf(config.init);
  const { theirs, checkpoint } = await opened(run, choice);
  const { networks, architecture, objective } = design(config);
  const own = [...networks.values()].filter(({ name }) => !objective.frozen?.includes(name));
  const shared = own.filter(({ name }) => theirs.networks.has(name));
  if (shared.length === 0)
    throw bad('this run has none of the networks that are to be trained', {
      where: run,
      expected: own.map(({ name }) => name).join(', '),
      found: [...theirs.networks.keys()].join(', '),
    });
  const weights = answering(read(checkpoint.weights));
  for (const network of shared) {
    const difference = differenceOf(network, architecture.data.range, theirs, weights);
    if (difference)
      throw bad(`the network ${network.name} of this run is not the one that is to be trained`, {
        ...difference,
        where: `${run}: ${difference.where}`,
        remedy: 'start from a run of the same architecture with the same options: its run.json has them',
      });
  }
  const names = shared.flatMap(({ parameters }) => parameters.map(({ name }) => name));
  return {
    weights: new Map(names.map((name) => [name, weights.get(name) as NamedArray])),
    networks: shared.map(({ name }) => name),
    fresh: own.filter((network) => !shared.includes(network)).map(({ name }) => name),
    record: { run, step: checkpoint.state.step, sha256: await sha256(join(checkpoint.path, 'weights.safetensors')) },
  };
}

/** "G, F and D start from runs/gan, step 400; E starts anew" */
export function initInWords({ networks, fresh, record }: Init): string {
  const are = (names: readonly string[], word: string) => `${names.join(', ')} ${word}${names.length === 1 ? 's' : ''}`;
  const anew = fresh.length > 0 ? `; ${are(fresh, 'start')} anew` : '';
  return `${are(networks, 'start')} from ${record.run}, step ${record.step}${anew}`;
}

const bad = (what: string, details: ConstructorParameters<typeof AlixError>[2]) =>
  new AlixError('bad-init', what, details);

/** A run folder, or checkpoint-N in one. */
function placeOf(path: string): { readonly run: string; readonly choice: CheckpointChoice } {
  const step = /^checkpoint-(\d+)$/.exec(basename(path))?.[1];
  return step === undefined ? { run: path, choice: 'newest' } : { run: dirname(path), choice: Number(step) };
}

async function opened(run: string, choice: CheckpointChoice) {
  if (existsSync(join(run, 'model.json')))
    throw bad('a model bundle cannot be trained on: batch norm is folded into its weights', {
      where: `--init ${run}`,
      remedy: 'name the run folder that it was exported from',
    });
  if (!existsSync(join(run, 'run.json')))
    throw bad('no run here to start from', {
      where: `--init ${run}`,
      expected:
        'a folder that `alix train` wrote, or a checkpoint in one; shipped models are bundles, which cannot be trained on',
      remedy: 'check the path',
    });
  const { config } = await readRun(run);
  await loadExtensions(config, run);
  return { theirs: design(config), checkpoint: await openChosen(run, choice) };
}
