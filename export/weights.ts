/** Trained numbers by name, checked against the plan before a graph is made of them. */
import { AlixError } from '@alix/infer/io/errors';
import { type PlannedLayer, type PlannedNetwork, size } from '@alix/train/spec';

/** A trained tensor, row-major. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Every parameter and running statistic under its name "NETWORK.block.index.kind.parameter". */
export type Weights = ReadonlyMap<string, Weight>;

/** The numbers of one layer by the parameter's own name, e.g. 'weight'. */
export type Parameters = (name: string) => Float32Array;

/** Looks up the parameters of a layer; asking for one that its kind does not have is a mistake in export/layers. */
export function parametersOf(layer: PlannedLayer, weights: Weights): Parameters {
  return (name) => {
    const weight = weights.get(`${layer.path}.${name}`);
    if (!weight) throw new AlixError('bad-weights', 'a parameter is missing', { where: `${layer.path}.${name}` });
    return weight.data;
  };
}

/**
 * Checks that every parameter of a network is there, has its shape, and is made of finite numbers.
 *
 * @throws AlixError 'bad-weights' naming the parameter
 */
export function checkWeights(network: PlannedNetwork, weights: Weights): void {
  for (const { name, shape, role } of network.parameters) {
    const weight = weights.get(name);
    const remedy = 'export a whole checkpoint of this architecture';
    if (!weight) throw new AlixError('bad-weights', 'a parameter is missing', { where: name, remedy });
    if (weight.shape.join() !== shape.join() || weight.data.length !== size(shape))
      throw new AlixError('bad-weights', 'a parameter has another shape than the architecture says', {
        where: name,
        expected: shape.join('x'),
        found: `${weight.shape.join('x')} with ${weight.data.length} numbers`,
        remedy,
      });
    const bad = weight.data.findIndex((x) => !Number.isFinite(x) || (role === 'running-variance' && x < 0));
    if (bad >= 0)
      throw new AlixError('bad-weights', 'a parameter holds a number that no network can use', {
        where: name,
        found: `${weight.data[bad]} at ${bad}`,
        remedy: 'export an earlier checkpoint, from before the training failed',
      });
  }
}
