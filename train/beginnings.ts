/** What a fresh run starts from besides its seed: the data's mean, networks trained beforehand, and the weights of another run. */
import { AlixError } from '@alix/infer/io/errors';
import { newestCheckpoint } from './checkpoints.js';
import type { RunConfig } from './config.js';
import { type Dataset, meanImage } from './datasets/dataset.js';
import { design } from './design.js';
import { loadExtensions } from './extensions/index.js';
import { type Init, initialWeights } from './init.js';
import { readRun } from './run-folder.js';
import { differenceOf } from './same-layers.js';
import type { PlannedNetwork } from './spec.js';
import type { NamedArray } from './tensorflow/variables.js';

export interface Beginnings {
  /** The mean of the first rows of the data, [H,W,C] in [0,1]. */
  readonly mean: Float32Array;
  /** Weights of the networks that come from other runs, by their full names here. */
  readonly pretrained: ReadonlyMap<string, NamedArray>;
  /** Of them, those that "init" asks for. */
  readonly init?: Init;
}

/** How many images the mean is taken over: as the authors' code of ALI has it. */
const MEAN_ROWS = 500;

/**
 * Reads what a run starts from.
 *
 * @throws AlixError 'bad-pretrained' where a network trained beforehand is not named, not there or of other layers; 'bad-init'
 */
export async function beginnings(config: RunConfig, data: Dataset): Promise<Beginnings> {
  const first = Uint32Array.from({ length: Math.min(MEAN_ROWS, data.count) }, (_, i) => i);
  const part: Dataset = { ...data, count: first.length };
  const init = await initialWeights(config);
  const taken = new Map([...(init?.weights ?? []), ...(await pretrained(config))]);
  return { mean: await meanImage(part), pretrained: taken, ...(init && { init }) };
}

async function pretrained(config: RunConfig): Promise<Map<string, NamedArray>> {
  const { objective, networks, architecture } = design(config);
  const frozen = objective.frozen ?? [];
  const strange = Object.keys(config.pretrained).find((name) => !frozen.includes(name));
  if (strange !== undefined)
    throw new AlixError(
      'bad-config',
      `"pretrained.${strange}" is no network that ${objective.title} takes as trained`,
      {
        expected: frozen.join(', ') || 'none',
      },
    );
  const all = new Map<string, NamedArray>();
  for (const name of frozen) {
    const folder = config.pretrained[name];
    const setting = `pretrained.${name}`;
    if (!folder)
      throw new AlixError('bad-pretrained', `${objective.title} needs a network ${name} that is trained beforehand`, {
        where: setting,
        remedy: `train a classifier, and name its run folder: --set ${setting}=RUN`,
      });
    const network = networks.get(name) as PlannedNetwork;
    const { theirs, weights } = await opened(folder, setting);
    const difference = differenceOf(network, architecture.data.range, theirs, weights);
    if (difference)
      throw new AlixError('bad-pretrained', `the run's network ${name} is not the one that the architecture asks for`, {
        where: `${folder}: ${difference.where}`,
        expected: difference.expected,
        found: difference.found,
        remedy: `name a run whose network ${name} has the same layers`,
      });
    for (const { name: parameter } of network.parameters) all.set(parameter, weights.get(parameter) as NamedArray);
  }
  return all;
}

async function opened(folder: string, setting: string) {
  try {
    const { config } = await readRun(folder);
    await loadExtensions(config, folder);
    return { theirs: design(config), weights: (await newestCheckpoint(folder)).weights };
  } catch (cause) {
    if (!(cause instanceof AlixError)) throw cause;
    const { message, remedy } = cause;
    throw new AlixError(
      'bad-pretrained',
      message.startsWith(`${folder}: `) ? message.slice(folder.length + 2) : message,
      {
        where: `${setting}=${folder}`,
        ...(remedy ? {} : { remedy: 'train it first' }),
        cause,
      },
    );
  }
}
