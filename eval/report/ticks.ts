/** The numbers on an axis. */

/** Round numbers (1, 2 or 5 times a power of ten) from low to high, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = niceStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // from whole multiples, so that no rounding errors add up
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

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

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}
