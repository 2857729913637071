/** Sums and products, number by number. */
import { type Adjoint, type AdjointRule, back, inputDims } from './rule.js';

export const add: AdjointRule = (at) => gathered(at, at.gradient);

export const subtract: AdjointRule = (at) =>
  gathered(at, at.input === 0 ? at.gradient : back(at, 'Neg', [at.gradient], { dims: at.node.output.shape }));

export const multiply: AdjointRule = (at) => {
  const other = at.node.inputs[1 - at.input] as string;
  return gathered(at, back(at, 'Mul', [at.gradient, other], { dims: at.node.output.shape }));
};

/** Where an input was spread along an axis, its gradient is the sum along it. */
function gathered(at: Adjoint, gradient: string): string {
  const dims = inputDims(at);
  const axes = at.node.output.shape.flatMap((size, axis) => (dims[axis] === size ? [] : [axis]));
  if (axes.length === 0) return gradient;
  return back(at, 'ReduceSum', [gradient, at.graph.integers(axes)], { attributes: { keepdims: { int: 1 } } });
}
