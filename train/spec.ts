/**
 * The architecture as plain data: rows as the papers' tables print them, expanded into layers, shapes and parameters.
 * The network that trains, the ONNX graph, the parameter counts and the tables of the documentation all come from here.
 * No TensorFlow below this file.
 */
import { AlixError } from '@alix/infer/io/errors';
import { type LayerArguments, type LayerName, layerKinds } from './layers/index.js';
import type { ParameterSpec, Shape } from './layers/layer.js';

import type { Padding } from './layers/window.js';

export type { ParameterSpec, Shape } from './layers/layer.js';
export type { ExplicitPadding } from './layers/ops.js';
export type { Padding } from './layers/window.js';

interface WindowRow {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly features: number;
  readonly padding: Padding;
  readonly bias: boolean;
  /** What follows, in order: words such as 'bn', 'lrelu(0.1)', 'relu', 'sigmoid', 'dropout(0.2)'. */
  readonly then: string;
}

/** One row of a table. */
export type Row =
  | ({ readonly op: 'conv' } & WindowRow)
  | ({ readonly op: 'transposed-conv' } & WindowRow)
  | { readonly op: 'fully-connected'; readonly features: number; readonly bias: boolean; readonly then: string }
  | { readonly op: 'reshape'; readonly shape: Shape }
  | { readonly op: 'flatten' };

interface WindowOptions {
  readonly padding?: Padding;
  readonly bias?: boolean;
}

const pair = (n: number | readonly [number, number]): readonly [number, number] => (typeof n === 'number' ? [n, n] : n);

/** `conv(4, 2, 64, 'bn lrelu(0.1)')`: kernel, stride, feature maps, what follows. Padding is 'same' unless given. */
export function conv(
  kernel: number | readonly [number, number],
  stride: number | readonly [number, number],
  features: number,
  then = '',
  { padding = 'same', bias = true }: WindowOptions = {},
): Row {
  return { op: 'conv', kernel: pair(kernel), stride: pair(stride), features, padding, bias, then };
}

/** Transposed convolution; a padding of p crops p from each side of the full output, as PyTorch's does. */
export function transposedConv(
  kernel: number | readonly [number, number],
  stride: number | readonly [number, number],
  features: number,
  then = '',
  { padding = 'same', bias = true }: WindowOptions = {},
): Row {
  return { op: 'transposed-conv', kernel: pair(kernel), stride: pair(stride), features, padding, bias, then };
}

/** Fully connected row; an input with more than one axis is flattened first. */
export function fullyConnected(features: number, then = '', { bias = true }: { readonly bias?: boolean } = {}): Row {
  return { op: 'fully-connected', features, bias, then };
}

/** `reshape(7, 7, 128)`: to height, width, channels (channels last, also where a paper prints them first). */
export const reshape = (...shape: number[]): Row => ({ op: 'reshape', shape });
export const flatten = (): Row => ({ op: 'flatten' });

/** Rows that read one tensor, or several joined along the last axis. */
export interface Block {
  readonly name: string;
  /** Inputs of the network or earlier blocks. */
  readonly from: readonly string[];
  readonly rows: readonly Row[];
}

/** A network: named inputs, blocks in order, and which blocks are its outputs. */
export interface NetworkSpec {
  /** Shapes without the batch axis, e.g. { x: [28, 28, 1] }; an input called 'noise' is filled with fresh standard normal noise. */
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly blocks: readonly Block[];
  /** Block names; an output keeps its block's name: 'x', 'features', 'logit', and of an encoder 'mean' with 'log_variance' or 'log_sigma'. */
  readonly outputs: readonly string[];
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
  /** Every parameter with its full name "NETWORK.block.index.layer.parameter", running statistics included. */
  readonly parameters: readonly ParameterSpec[];
  /** Numbers that training changes: running statistics are not counted. */
  readonly parameterCount: number;
  readonly flops: number;
}

const words: Readonly<Record<string, { kind: LayerName; argument?: string }>> = {
  bn: { kind: 'batch-norm' },
  relu: { kind: 'relu' },
  lrelu: { kind: 'leaky-relu', argument: 'slope' },
  sigmoid: { kind: 'sigmoid' },
  tanh: { kind: 'tanh' },
  softplus: { kind: 'softplus' },
  maxout: { kind: 'maxout', argument: 'pieces' },
  dropout: { kind: 'dropout', argument: 'rate' },
};

/** The layers behind one row: the operation, then what its words name. */
export function layersOf(row: Row): { kind: LayerName; args: LayerArguments }[] {
  const { op, ...rest } = row;
  const { then = '', ...args } = rest as { then?: string };
  return [{ kind: op, args }, ...then.split(/\s+/).filter(Boolean).map(parseWord)];
}

function parseWord(word: string): { kind: LayerName; args: LayerArguments } {
  const [, name = '', value] = /^([a-z]+)(?:\(([-+.\de]+)\))?$/.exec(word) ?? [];
  const known = words[name];
  const usage = Object.entries(words).map(([w, { argument }]) => (argument ? `${w}(${argument})` : w));
  if (!known || (known.argument === undefined) !== (value === undefined) || Number.isNaN(Number(value ?? 0)))
    throw new AlixError('bad-architecture', `"${word}" is not a layer word`, { expected: usage.join(', ') });
  return { kind: known.kind, args: known.argument ? { [known.argument]: Number(value) } : {} };
}

/**
 * Expands a network into layers with shapes and parameters.
 *
 * @throws AlixError 'bad-architecture' naming the row, where a shape does not fit or a name is unknown
 */
export function plan(name: string, spec: NetworkSpec): PlannedNetwork {
  const shapes = new Map<string, Shape>(Object.entries(spec.inputs));
  const blocks = spec.blocks.map((block) => {
    // parameters are named after their block: two of one name would share them
    if (shapes.has(block.name))
      throw new AlixError('bad-architecture', `there are two of the name "${block.name}"`, { where: name });
    const planned = planBlock(name, block, shapes);
    shapes.set(block.name, planned.output);
    return planned;
  });
  const layers = blocks.flatMap((block) => block.layers);
  const parameters = layers.flatMap((layer) =>
    layer.parameters.map((p) => ({ ...p, name: `${layer.path}.${p.name}` })),
  );
  return {
    name,
    inputs: spec.inputs,
    blocks,
    outputs: Object.fromEntries(spec.outputs.map((o) => [o, shapeOf(shapes, o, name)])),
    parameters,
    parameterCount: parameters.filter((p) => p.trainable).reduce((sum, p) => sum + size(p.shape), 0),
    flops: layers.reduce((sum, layer) => sum + layer.flops, 0),
  };
}

function planBlock(network: string, block: Block, shapes: ReadonlyMap<string, Shape>): PlannedBlock {
  const sources = block.from.map((from) => shapeOf(shapes, from, `${network}.${block.name}`));
  const input = joined(sources, `${network}.${block.name}`);
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
