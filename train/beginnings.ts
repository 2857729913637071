/** What a fresh run starts from besides its seed: the data's mean, and networks trained beforehand. */
import { AlixError } from '@alix/infer/io/errors';
import { newestCheckpoint } from './checkpoint.js';
import type { RunConfig } from './config.js';
import { type Dataset, meanImage } from './datasets/dataset.js';
import { design } from './design.js';
import { readRun } from './run-folder.js';
import type { NamedArray } from './tensorflow/variables.js';

export interface Beginnings {
  /** The mean of the first rows of the data, [H,W,C] in [0,1]. */
  readonly mean: Float32Array;
  /** Weights of the networks that the objective takes from other runs, by their full names here. */
  readonly pretrained: ReadonlyMap<string, NamedArray>;
}

/** How many images the mean is taken over: as the authors' code of ALI has it. */
const MEAN_ROWS = 500;

/**
 * Reads what a run starts from.
 *
 * @throws AlixError 'bad-pretrained' where a network trained beforehand is not named, not there or of other shapes
 */
export async function beginnings(config: RunConfig, data: Dataset): Promise<Beginnings> {
  const first = Uint32Array.from({ length: Math.min(MEAN_ROWS, data.count) }, (_, i) => i);
  const part: Dataset = { ...data, count: first.length };
  return { mean: meanImage(part), pretrained: await pretrained(config) };
}

async function pretrained(config: RunConfig): Promise<Map<string, NamedArray>> {
  const { objective, networks } = design(config);
  const all = new Map<string, NamedArray>();
  for (const name of objective.frozen ?? []) {
    const folder = config.pretrained[name];
    const setting = `pretrained.${name}`;
    if (!folder)
      throw new AlixError('bad-pretrained', `${objective.title} needs a network ${name} that is trained beforehand`, {
        where: setting,
        remedy: `train a classifier, and name its run folder: --set ${setting}=RUN`,
      });
    const weights = (await checkpointOf(folder, setting)).weights;
    for (const { name: parameter, shape } of networks.get(name)?.parameters ?? []) {
      const array = weights.get(parameter);
      if (array?.shape.join() !== shape.join())
        throw new AlixError(
          'bad-pretrained',
          `the run's network ${name} is not the one that the architecture asks for`,
          {
            where: `${folder}: ${parameter}`,
            expected: shape.join('x'),
            found: array ? array.shape.join('x') : 'nothing of this name',
            remedy: `name a run whose network ${name} has the same layers`,
          },
        );
      all.set(parameter, array);
    }
  }
  return all;
}

async function checkpointOf(folder: string, setting: string) {
  try {
    await readRun(folder);
    return await newestCheckpoint(folder);
  } catch (cause) {
    if (!(cause instanceof AlixError)) throw cause;
    throw new AlixError('bad-pretrained', cause.message, {
      where: `${setting}=${folder}`,
      remedy: 'train it first',
      cause,
    });
  }
}
