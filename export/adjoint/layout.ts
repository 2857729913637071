/** Operators that move numbers: the gradient moves back. */
import { returned } from './places.js';
import { type AdjointRule, attributeInts, back, inputDims, integersOf, reshaped, sizes } from './rule.js';

export const reshape: AdjointRule = (at) => reshaped(at, at.gradient, sizes(inputDims(at)));

export const transpose: AdjointRule = (at) => {
  const order = attributeInts(at, 'perm');
  const perm = { ints: order.map((_, axis) => order.indexOf(axis)) };
  return back(at, 'Transpose', [at.gradient], { attributes: { perm } });
};

/** Each part takes its slice. */
export const concat: AdjointRule = (at) => {
  const { graph, node, gradient, input } = at;
  const [axis = 0] = attributeInts(at, 'axis');
  const lengths = node.inputs.map((part) => Number(graph.dims(part)[axis]));
  const start = lengths.slice(0, input).reduce((sum, length) => sum + length, 0);
  const ends = [start, start + (lengths[input] ?? 0), axis].map((value) => graph.integers([value]));
  return back(at, 'Slice', [gradient, ...ends]);
};

/** Each place takes the sum over the places that it was copied to. */
export const gather: AdjointRule = (at) => {
  const [axis = 0] = attributeInts(at, 'axis');
  return returned(at, at.gradient, axis, integersOf(at, 1), Number(inputDims(at)[axis]));
};
