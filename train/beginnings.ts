/** What a fresh run starts from besides its seed: the data's mean, and networks trained beforehand. */
import { AlixError } from '@alix/infer/io/errors';
import { newestCheckpoint } from './checkpoints.js';
import type { RunConfig } from './config.js';
import { type Dataset, meanImage } from './datasets/dataset.js';
import { type Design, design } from './design.js';
import { loadExtensions } from './extensions/index.js';
import { readRun } from './run-folder.js';
import type { PlannedNetwork } from './spec.js';
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
 * @throws AlixError 'bad-pretrained' where a network trained beforehand is not named, not there or of other layers
 */
export async function beginnings(config: RunConfig, data: Dataset): Promise<Beginnings> {
  const first = Uint32Array.from({ length: Math.min(MEAN_ROWS, data.count) }, (_, i) => i);
  const part: Dataset = { ...data, count: first.length };
  return { mean: await meanImage(part), pretrained: await pretrained(config) };
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
    const misfit = ({ where, expected, found }: Difference) =>
      new AlixError('bad-pretrained', `the run's network ${name} is not the one that the architecture asks for`, {
        where: `${folder}: ${where}`,
        expected,
        found,
        remedy: `name a run whose network ${name} has the same layers`,
      });
    for (const { name: parameter, shape } of network.parameters) {
      const array = weights.get(parameter);
      const found = array ? array.shape.join('x') : 'nothing of this name';
      if (array?.shape.join() !== shape.join()) throw misfit({ where: parameter, expected: shape.join('x'), found });
      all.set(parameter, array);
    }
    const difference = differenceOf(network, architecture.data.range, theirs);
    if (difference) throw misfit(difference);
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

interface Difference {
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * What numbers of the same shapes do not tell: other strides or activations, or data on another scale. Their network may
 * go on where ours ends: features are then of a layer before its last.
 */
function differenceOf(network: PlannedNetwork, range: readonly number[], theirs: Design): Difference | undefined {
  const other = theirs.networks.get(network.name);
  const found: ReadonlyMap<string, string> = other ? layersOf(other) : new Map();
  let isRescaled = false;
  for (const [where, layer] of layersOf(network)) {
    const same = found.get(where);
    // fixed numbers that bring one network's range to another's may well differ
    if (layer.startsWith('rescale') && same?.startsWith('rescale')) isRescaled ||= layer !== same;
    else if (layer !== same) return { where, expected: layer, found: same ?? 'no such layer' };
  }
  const scale = theirs.architecture.data.range;
  if (isRescaled || scale.join() === range.join()) return undefined;
  return { where: `${network.name}, x`, expected: `data in [${range}]`, found: `data in [${scale}]` };
}

/** Layers by path, in words; without dropout, which a network in evaluation mode does not have. */
const layersOf = (network: PlannedNetwork) =>
  new Map(
    network.blocks
      .flatMap(({ layers }) => layers)
      .filter(({ kind }) => kind !== 'dropout')
      .map(({ path, kind, args }) => [path, `${kind} ${JSON.stringify(args)}`]),
  );
