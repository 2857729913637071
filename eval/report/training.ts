/** From the lines of a run's metrics.jsonl to curves. */
import type { Series } from './curve.js';

/** A line of metrics.jsonl: 'step' lines hold losses, 'epoch' lines what was measured at an epoch's end. */
export type MetricsRow = Readonly<Record<string, number | string>>;

/**
 * The values of `keys` over steps, from the lines of one kind. A value that was not finite when it was logged is a gap.
 *
 * @param names what the legend says instead of the keys
 */
export function series(
  rows: readonly MetricsRow[],
  kind: 'step' | 'epoch',
  keys: readonly string[],
  names: Readonly<Record<string, string>> = {},
): Series[] {
  const lines = rows.filter((row) => row.kind === kind);
  return keys.map((key) => ({
    name: names[key] ?? key,
    points: lines.flatMap((row) => (key in row ? [[Number(row.step), number(row[key])] as const] : [])),
  }));
}

/** NaN and infinities are logged as text. */
const number = (value: number | string | undefined) => (typeof value === 'number' ? value : Number.NaN);
