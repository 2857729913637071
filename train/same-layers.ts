/** Whether a network of another run is one of this run's: names, shapes, and what numbers of the same shapes do not tell. */
import type { Design } from './design.js';
import type { PlannedNetwork } from './spec.js';
import type { NamedArray } from './tensorflow/variables.js';

export interface Difference {
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

/** The first parameter of the network that the weights do not have in its shape, else the first layer that is another. */
export function differenceOf(
  network: PlannedNetwork,
  range: readonly number[],
  theirs: Design,
  weights: ReadonlyMap<string, NamedArray>,
): Difference | undefined {
  for (const { name: where, shape } of network.parameters) {
    const array = weights.get(where);
    if (array?.shape.join() !== shape.join())
      return { where, expected: shape.join('x'), found: array ? array.shape.join('x') : 'nothing of this name' };
  }
  return otherLayer(network, range, theirs);
}

/**
 * What numbers of the same shapes do not tell: other strides or activations, or data on another scale. Their network may
 * go on where ours ends: features are then of a layer before its last.
 */
function otherLayer(network: PlannedNetwork, range: readonly number[], theirs: Design): Difference | undefined {
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
