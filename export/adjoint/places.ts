/** Taking numbers from places along an axis, and bringing them back: what Gather and MaxPool need. */
import { type Adjoint, back, padded, reshaped, sizes } from './rule.js';

/** The axes behind the batch with one of them (counted with the batch) replaced by others. */
const replaced = (axes: readonly number[], axis: number, ...lengths: number[]): number[] => [
  ...axes.slice(0, axis - 1),
  ...lengths,
  ...axes.slice(axis),
];

/** The values at some places along an axis. @param axis counted with the batch */
export function taken(at: Adjoint, value: string, axis: number, places: readonly number[]): string {
  const axes = sizes(at.graph.dims(value));
  if (places.length === axes[axis - 1] && places.every((place, i) => place === i)) return value;
  const dims = ['N', ...replaced(axes, axis, places.length)] as const;
  const attributes = { axis: { int: axis } };
  return back(at, 'Gather', [value, at.graph.integers(places)], { dims, attributes });
}

/**
 * The adjoint of `taken`: each of `count` places gets the sum of what was taken from it. The copies are brought together by
 * another Gather, which is the same in every runtime (few scatter on the GPU), with a zero where a place has fewer than others.
 */
export function returned(at: Adjoint, value: string, axis: number, places: readonly number[], count: number): string {
  const axes = sizes(at.graph.dims(value));
  const copies = Array.from({ length: count }, (_, place) => places.flatMap((p, i) => (p === place ? [i] : [])));
  const most = Math.max(1, ...copies.map(({ length }) => length));
  const zero = places.length;
  const order = copies.flatMap((own) => Array.from({ length: most }, (_, i) => own[i] ?? zero));
  const withZero = order.includes(zero) ? padded(at, value, replaced(axes, axis, zero + 1)) : value;
  const together = taken(at, withZero, axis, order);
  if (most === 1) return together;
  const grouped = reshaped(at, together, replaced(axes, axis, count, most));
  const dims = ['N', ...replaced(axes, axis, count)] as const;
  const attributes = { keepdims: { int: 0 } };
  return back(at, 'ReduceSum', [grouped, at.graph.integers([axis + 1])], { dims, attributes });
}
