/**
 * The architecture as plain data: rows as the papers' tables print them, expanded into layers, shapes and parameters.
 * The network that trains, the ONNX graph, the parameter counts and the tables of the documentation all come from here.
 * No TensorFlow below this file.
 */
import { AlixError } from '@alix/infer/io/errors';
import { type LayerArguments, type LayerName, layerKinds } from './layers/index.js';
import type { ParameterSpec, Shape } from './layers/layer.js';
import { layersOf, type Row } from './rows.js';

export { FEATURE_LAYERS, hiddenActivations } from './hidden.js';
export type { ParameterSpec, Shape } from './layers/layer.js';
export type { ExplicitPadding } from './layers/ops.js';
export type { Padding } from './layers/window.js';
export * from './rows.js';

/** Rows that read one tensor, or several joined along the last axis. */
export interface Block {
  readonly name: string;
  /** Inputs of the network or earlier blocks. */
  readonly from: readonly string[];
  readonly rows: readonly Row[];
  /** An earlier block whose layers and parameters this one has too, on other inputs; `rows` are then empty. */
  readonly shares?: string;
}

/** A network: named inputs, blocks in order, and which blocks are its outputs. */
export interface NetworkSpec {
  /** Shapes without the batch axis, e.g. { x: [28, 28, 1] }; an input called 'noise' is filled with fresh standard normal noise. */
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly blocks: readonly Block[];
  /** Block names; an output keeps its block's name: 'x', 'features', 'logit', and of an encoder 'mean' with 'log_variance' or 'log_sigma'. */
  readonly outputs: readonly string[];
  /** Of an encoder: invertible rows through which samples of its Gaussian go; its mean then is where they take the Gaussian's. */
  readonly flow?: readonly Row[];
}

/** A network that is one chain of rows. */
export function chain(input: string, shape: Shape, output: string, rows: readonly Row[]): NetworkSpec {
  return { inputs: { [input]: shape }, blocks: [{ name: output, from: [input], rows }], outputs: [output] };
}

/** All that a paper's table of networks says, with resolution, channels and latent size filled in. */
export interface ArchitectureSpec {
  /** 'image': pixels [H,W,C]; 'points': vectors [d], such as the 2-D mixtures. */
  readonly data: {
    readonly kind: 'image' | 'points';
    readonly shape: Shape;
    readonly range: readonly [number, number];
  };
  readonly latent: { readonly size: number; readonly prior: 'normal' | 'uniform' };
  readonly networks: Readonly<Record<string, NetworkSpec>>;
}

/** One layer of a planned network; `path` names it and prefixes its parameters, e.g. "E.trunk.0.conv". */
export interface PlannedLayer {
  readonly path: string;
  readonly kind: LayerName;
  readonly args: LayerArguments;
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: readonly ParameterSpec[];
  /** Floating-point operations of one forward pass of one example; a multiply-add counts two. */
  readonly flops: number;
}

export interface PlannedBlock {
  readonly name: string;
  readonly from: readonly string[];
  readonly input: Shape;
  readonly output: Shape;
  readonly layers: readonly PlannedLayer[];
}

export interface PlannedNetwork {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly blocks: readonly PlannedBlock[];
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly flow?: PlannedBlock;
  /** Every parameter with its full name "NETWORK.block.index.layer.parameter", running statistics included. */
  readonly parameters: readonly ParameterSpec[];
  /** Numbers that training changes: running statistics are not counted. */
  readonly parameterCount: number;
  readonly flops: number;
}

/**
 * Expands a network into layers with shapes and parameters.
 *
 * @throws AlixError 'bad-architecture' naming the row, where a shape does not fit or a name is unknown
 */
export function plan(name: string, spec: NetworkSpec): PlannedNetwork {
  const shapes = new Map<string, Shape>(Object.entries(spec.inputs));
  const blocks: PlannedBlock[] = [];
  for (const block of spec.blocks) {
    // parameters are named after their block: two of one name would share them
    if (shapes.has(block.name))
      throw new AlixError('bad-architecture', `there are two of the name "${block.name}"`, { where: name });
    const planned = block.shares === undefined ? planBlock(name, block, shapes) : shared(name, block, blocks, shapes);
    shapes.set(block.name, planned.output);
    blocks.push(planned);
  }
  const flow = spec.flow && planBlock(name, { name: 'flow', from: ['mean'], rows: spec.flow }, shapes);
  const layers = [...blocks, ...(flow ? [flow] : [])].flatMap((block) => block.layers);
  // blocks that share layers name the same parameters
  const parameters = [
    ...new Map(
      layers.flatMap((layer) =>
        layer.parameters.map((p) => [`${layer.path}.${p.name}`, { ...p, name: `${layer.path}.${p.name}` }] as const),
      ),
    ).values(),
  ];
  return {
    name,
    inputs: spec.inputs,
    blocks,
    outputs: Object.fromEntries(spec.outputs.map((o) => [o, shapeOf(shapes, o, name)])),
    ...(flow ? { flow } : {}),
    parameters,
    parameterCount: parameters.filter((p) => p.trainable).reduce((sum, p) => sum + size(p.shape), 0),
    flops: layers.reduce((sum, layer) => sum + layer.flops, 0),
  };
}

/** A block with the layers, and thereby the parameters, of the earlier one that it names, on other inputs of the same shape. */
function shared(
  network: string,
  block: Block,
  earlier: readonly PlannedBlock[],
  shapes: ReadonlyMap<string, Shape>,
): PlannedBlock {
  const where = `${network}.${block.name}`;
  const original = earlier.find(({ name }) => name === block.shares);
  if (!original || block.rows.length > 0)
    throw new AlixError('bad-architecture', 'a block that shares has no rows of its own, and names an earlier block', {
      where,
      found: `shares "${block.shares}", ${block.rows.length} rows`,
    });
  const input = inputOf(network, block, shapes);
  if (input.join() !== original.input.join())
    throw new AlixError('bad-architecture', `a block that shares ${layersName(original)} reads another shape`, {
      where,
      expected: original.input.join('x'),
      found: input.join('x'),
    });
  return { ...original, name: block.name, from: block.from };
}

/** The path of a block's first layer, by which errors name it. */
const layersName = ({ name, layers }: PlannedBlock): string => layers[0]?.path ?? name;

/** The shape that a block reads: its sources, joined along the last axis. */
function inputOf(network: string, block: Block, shapes: ReadonlyMap<string, Shape>): Shape {
  const where = `${network}.${block.name}`;
  return joined(
    block.from.map((from) => shapeOf(shapes, from, where)),
    where,
  );
}

function planBlock(network: string, block: Block, shapes: ReadonlyMap<string, Shape>): PlannedBlock {
  const input = inputOf(network, block, shapes);
  let shape = input;
  const layers: PlannedLayer[] = [];
  for (const { kind, args } of block.rows.flatMap(layersOf)) {
    const path = `${network}.${block.name}.${layers.length}.${kind}`;
    const layer = layerKinds[kind];
    const output = layer.shape(shape, args as never, path);
    if (!output.every((n) => Number.isInteger(n) && n > 0))
      throw new AlixError('bad-architecture', 'a layer of no whole size', {
        where: path,
        expected: 'whole numbers of at least 1',
        found: output.join('x'),
      });
    const parameters = layer.parameters(shape, args as never);
    layers.push({ path, kind, args, input: shape, output, parameters, flops: layer.flops(shape, args as never) });
    shape = output;
  }
  return { name: block.name, from: block.from, input, output: shape, layers };
}

function joined(shapes: readonly Shape[], where: string): Shape {
  const [first, ...others] = shapes;
  if (!first) throw new AlixError('bad-architecture', 'a block reads nothing', { where });
  const front = first.slice(0, -1).join('x');
  if (others.some((s) => s.slice(0, -1).join('x') !== front))
    throw new AlixError('bad-architecture', 'the inputs of a block differ in more than their last axis', {
      where,
      found: shapes.map((s) => s.join('x')).join(' and '),
    });
  return [...first.slice(0, -1), shapes.reduce((sum, s) => sum + (s.at(-1) ?? 0), 0)];
}

function shapeOf(shapes: ReadonlyMap<string, Shape>, name: string, where: string): Shape {
  const shape = shapes.get(name);
  if (!shape)
    throw new AlixError('bad-architecture', `"${name}" is neither an input nor an earlier block`, {
      where,
      expected: [...shapes.keys()].join(', '),
    });
  return shape;
}

/** The number of elements of a shape. */
export const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);
