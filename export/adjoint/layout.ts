/** Operators that move numbers: the gradient moves back. */
import { type AdjointRule, attributeInts, back, inputDims, integersOf, padded, reshaped, sizes } from './rule.js';

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

/**
 * Each place takes the sum over the places that it was copied to. Those are brought together by another Gather, which is
 * the same in every runtime (few scatter on the GPU), with a zero where a place has fewer copies than others.
 */
export const gather: AdjointRule = (at) => {
  const { graph, gradient } = at;
  const [axis = 0] = attributeInts(at, 'axis');
  const from = integersOf(at, 1);
  const axes = sizes(inputDims(at));
  const places = axes[axis - 1] ?? 0;
  const copies = Array.from({ length: places }, (_, place) => from.flatMap((p, i) => (p === place ? [i] : [])));
  const most = Math.max(1, ...copies.map(({ length }) => length));
  const zero = from.length;
  const order = copies.flatMap((own) => Array.from({ length: most }, (_, i) => own[i] ?? zero));
  const along = (...lengths: number[]) => [...axes.slice(0, axis - 1), ...lengths, ...axes.slice(axis)];

  const withZero = order.includes(zero) ? padded(at, gradient, along(zero + 1)) : gradient;
  const isOrdered = order.length === zero && order.every((place, i) => place === i);
  const gathered = isOrdered
    ? withZero
    : back(at, 'Gather', [withZero, graph.integers(order)], {
        dims: ['N', ...along(order.length)],
        attributes: { axis: { int: axis } },
      });
  if (most === 1) return gathered;
  const grouped = reshaped(at, gathered, along(places, most));
  const keepdims = { int: 0 };
  return back(at, 'ReduceSum', [grouped, graph.integers([axis + 1])], { attributes: { keepdims } });
};
