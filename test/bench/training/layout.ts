/** A network's parameters in PyTorch's layout: channels before height and width, a matrix's outputs before its inputs. */
import type { PlannedBlock, PlannedLayer, PlannedNetwork, Shape } from '@alix/train/spec';

/** A row-major array with its axes in another order. */
export function permuted(data: Float32Array, shape: Shape, axes: readonly number[]): Float32Array {
  if (data.length !== shape.reduce((product, n) => product * n, 1))
    throw new Error(`${data.length} numbers are no ${shape}`);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const out = new Float32Array(data.length);
  const index = axes.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    axes.forEach((axis, k) => {
      from += (index[k] as number) * (strides[axis] as number);
    });
    out[i] = data[from] as number;
    for (let k = axes.length - 1; k >= 0; k--) {
      index[k] = (index[k] as number) + 1;
      if ((index[k] as number) < (shape[axes[k] as number] as number)) break;
      index[k] = 0;
    }
  }
  return out;
}

/** A vector as the map [H,W,C] that it was or will be; one without is a map of one pixel. */
type Map3 = readonly [number, number, number];
const flat = (n: number): Map3 => [1, 1, n];
const map3 = (shape: Shape): Map3 | undefined => (shape.length === 3 ? (shape as Map3) : undefined);

/** The map that a vector behind layer `i` becomes before another layer mixes its numbers. */
function becomes(layers: readonly PlannedLayer[], i: number): Map3 | undefined {
  for (const { kind, output } of layers.slice(i + 1)) {
    if (kind === 'fully-connected' || kind === 'flatten') return undefined;
    if (kind === 'reshape') return map3(output);
  }
  return undefined;
}

/** The map that a block's last vector was flattened from, if nothing has mixed its numbers since. */
function cameFrom(layers: readonly PlannedLayer[], before: Map3 | undefined): Map3 | undefined {
  return layers.reduce<Map3 | undefined>((was, { kind, input }) => {
    if (kind === 'flatten') return map3(input);
    return kind === 'fully-connected' || kind === 'reshape' ? undefined : was;
  }, before);
}

/** What a block's input was flattened from. Vectors side by side are one vector: only maps of one pixel can be so joined here. */
function joinedMap(maps: readonly (Map3 | undefined)[]): Map3 | undefined {
  if (maps.length === 1) return maps[0];
  if (maps.some((map) => map && map[0] * map[1] > 1))
    throw new Error('flattened maps side by side have no layout here');
  return undefined;
}

/**
 * The trainable parameters in order.
 *
 * @param read the numbers of a parameter by its full name
 */
export function torchParameters(network: PlannedNetwork, read: (name: string) => Float32Array): Float32Array[] {
  const ends = new Map<string, Map3 | undefined>(Object.keys(network.inputs).map((name) => [name, undefined]));
  return network.blocks.flatMap((block) => {
    const before = joinedMap(block.from.map((name) => ends.get(name)));
    ends.set(block.name, cameFrom(block.layers, before));
    return ofBlock(block, before, read);
  });
}

function ofBlock({ layers }: PlannedBlock, before: Map3 | undefined, read: (name: string) => Float32Array) {
  return layers.flatMap((layer, i) => {
    const was = map3(layer.input) ?? cameFrom(layers.slice(0, i), before);
    const will = becomes(layers, i);
    return layer.parameters
      .filter(({ trainable }) => trainable)
      .map(({ name, shape }) => {
        const data = read(`${layer.path}.${name}`);
        if (shape.length === 4) return permuted(data, shape, [3, 2, 0, 1]);
        if (shape.length === 3) return permuted(data, shape, [2, 0, 1]);
        const outputs = will ?? flat(shape.at(-1) ?? 0);
        if (shape.length === 1) return layer.output.length === 3 ? data : permuted(data, outputs, [2, 0, 1]);
        return permuted(data, [...(was ?? flat(shape[0] ?? 0)), ...outputs], [5, 3, 4, 2, 0, 1]);
      });
  });
}
