/** Exports a configuration whose every weight, scale, shift and running statistic is at a random value. */
import { join } from 'node:path';
import { exportBundle, type TrainedModel } from '@alix/export';
import { loadModel } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { design, type PartialConfig, resolveConfig } from '@alix/train';
import type { NamedArray } from '@alix/train/tensorflow/variables';

type Config = ReturnType<typeof resolveConfig>;

/** A recipe's configuration, or one of a user's, with every setting filled in. */
export const configOf = (...layers: readonly PartialConfig[]): Config =>
  resolveConfig(layers.map((config) => ({ from: 'test', config })));

/** Values of the size that training gives, none at its start: scales off 1, variances off 1, biases and means off 0. */
function randomised(config: Config): Map<string, NamedArray> {
  const random = createRandom('parity');
  const specs = [...design(config).networks.values()].flatMap(({ parameters }) => parameters);
  return new Map(
    specs.map(({ name, shape, role, fanIn }) => {
      const own = random.split(name);
      const n = shape.reduce((product, size) => product * size, 1);
      const normal = own.normal(n);
      const value = {
        weight: (v: number) => v / Math.sqrt(fanIn),
        bias: (v: number) => 0.3 * v,
        'output-bias': (v: number) => 0.3 * v,
        'singular-vector': (v: number) => v / Math.sqrt(n),
        scale: (v: number) => 1 + 0.4 * v,
        shift: (v: number) => 0.3 * v,
        'running-mean': (v: number) => 0.5 * v,
        'running-variance': (v: number) => 0.2 + v * v,
      }[role];
      return [name, { shape, data: normal.map(value) }];
    }),
  );
}

/** uint8 images, or points, at random. */
function examplesOf({ kind, shape }: TrainedModel['architecture']['data'], n: number) {
  const count = shape.reduce((product, axis) => product * axis, n);
  const random = createRandom('examples');
  return kind === 'points' ? random.normal(count) : Uint8Array.from(random.uniform(count), (u) => Math.floor(256 * u));
}

/**
 * The trained model that such a run would give, on TensorFlow; `dispose` it.
 *
 * @param n how many examples parity is checked on
 */
export async function randomModel(config: Config, n: number): Promise<TrainedModel & { dispose(): void }> {
  const { System } = await import('@alix/train/system');
  const { forwardOf, headsOf } = await import('@alix/train/trained');
  const weights = randomised(config);
  const system = new System(config, weights);
  const { architecture, chains, maskFill, objective } = system.design;
  return {
    name: config.architecture.name,
    system: objective.name,
    dataset: 'noise',
    licence: 'none',
    architecture,
    weights,
    training: { recipe: 'test', alixVersion: '0', seed: 1, steps: 0, epochs: 0, batch: 1, data: 'none', config: {} },
    examples: examplesOf(architecture.data, n),
    trained: forwardOf(system),
    chains: { ...chains, ...headsOf(system.design) },
    ...(maskFill === undefined ? {} : { maskFill: (maskFill + 1) / 2 }),
    dispose: () => system.dispose(),
  };
}

/** Writes a model's bundle into a folder and checks it with the runtime that users have. */
export const exportTo = (folder: string, model: TrainedModel) =>
  exportBundle(model, join(folder, model.name), {
    load: (path) => loadModel(path, { device: 'cpu' }),
    replace: true,
  });

/** The model with one parameter of a network changed as a bug in the export would. */
export function spoiled(model: TrainedModel, network: string): TrainedModel {
  const names = [...model.weights.keys()].filter((name) => name.startsWith(`${network}.`));
  // a running variance forgotten, or a bias where there is no batch norm
  const name = names.find((n) => n.endsWith('running_variance')) ?? names.find((n) => n.endsWith('bias')) ?? names[0]!;
  const { shape, data } = model.weights.get(name)!;
  return { ...model, weights: new Map([...model.weights, [name, { shape, data: data.map(() => 1) }]]) };
}
