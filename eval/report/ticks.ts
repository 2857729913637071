/** Where axes begin and end, and how their numbers are written. */

/**
 * The limits of an axis that holds all values: never of no length, and a little wider than the values.
 *
 * @param options.from where the axis begins, unless a value is below
 * @param options.margin how much wider, as a share of the values' range
 */
export function limits(
  values: readonly number[],
  { from, margin = 0.06 }: { readonly from?: number | undefined; readonly margin?: number } = {},
): readonly [low: number, high: number] {
  const all = from === undefined ? values : [from, ...values];
  if (all.length === 0) return [0, 1];
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  const isOne = low === high;
  const room = isOne ? Math.abs(high) * 0.1 || 1 : (high - low) * margin;
  return [low === from && !isOne ? low : low - room, high + room];
}

/** Short: 0.25, 1500, 2M, 1e-7. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential().replace('e+', 'e');
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(6))}M`;
  return `${Number(value.toPrecision(6))}`;
}
