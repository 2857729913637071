/** What an operator's adjoint is: from the loss's gradient in its output to that in one of its inputs. */
import { AlixError } from '@alix/infer/io/errors';
import type { GraphBuilder } from '../builder.js';
import type { Attribute, Dimension, ElementType, GraphNode } from '../onnx.js';

export interface Adjoint {
  readonly graph: GraphBuilder;
  /** The operator, as the forward pass wrote it. */
  readonly node: GraphNode;
  /** The gradient in its output: a value of that shape. */
  readonly gradient: string;
  /** Which of its inputs the gradient is asked for. */
  readonly input: number;
}

/**
 * Writes the gradient in one input, of that input's shape, and returns its name.
 *
 * @throws AlixError 'not-exportable' for a form of the operator that has no rule
 */
export type AdjointRule = (at: Adjoint) => string;

export const inputOf = ({ node, input }: Adjoint): string => node.inputs[input] as string;

/** Axes of the input that is asked for. */
export const inputDims = (at: Adjoint): readonly Dimension[] => at.graph.dims(inputOf(at));

/** Adds an operator on the way back. @param dims of its output; those of the input that is asked for unless said */
export function back(
  at: Adjoint,
  op: string,
  inputs: readonly string[],
  {
    dims = inputDims(at),
    attributes = {},
    type = 'float32',
  }: {
    readonly dims?: readonly Dimension[];
    readonly attributes?: Readonly<Record<string, Attribute>>;
    readonly type?: ElementType;
  } = {},
): string {
  return at.graph.node(op, inputs, `${inputOf(at)}.gradient`, dims, attributes, type);
}

/** Axes behind the batch as numbers. */
export const sizes = ([, ...rest]: readonly Dimension[]): number[] => rest.map(Number);

/** The same numbers with other axes behind the batch. */
export function reshaped(at: Adjoint, value: string, axes: readonly number[]): string {
  return back(at, 'Reshape', [value, at.graph.integers([0, ...axes])], { dims: ['N', ...axes] });
}

/** A value with zeros after, up to other axes behind the batch. */
export function padded(at: Adjoint, value: string, axes: readonly number[]): string {
  const before = sizes(at.graph.dims(value));
  const after = axes.map((size, axis) => size - (before[axis] ?? 0));
  if (after.every((zeros) => zeros === 0)) return value;
  const pads = at.graph.integers([...[0, ...axes].map(() => 0), 0, ...after]);
  return back(at, 'Pad', [value, pads], { dims: ['N', ...axes] });
}

/** The whole numbers of an operator's constant input: axes, places. */
export function integersOf({ graph, node }: Adjoint, input: number): number[] {
  return Array.from(graph.constant(node.inputs[input] ?? '')?.data ?? [], Number);
}

/** The whole numbers of an operator's attribute. */
export function attributeInts({ node }: Adjoint, name: string): readonly number[] {
  const attribute = node.attributes[name];
  if (attribute && 'ints' in attribute) return attribute.ints;
  return attribute && 'int' in attribute ? [attribute.int] : [];
}

export function refused({ node }: Pick<Adjoint, 'node'>): AlixError {
  return new AlixError('not-exportable', `the operator ${node.op} has no gradient in this form`, {
    where: node.output.name,
  });
}
