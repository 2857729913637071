/** Numbers as tables of reports show them. */

/** Both ends of an interval. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** What stands where there is no number. */
export const NONE = '–';

/** Whole numbers as they are, others to four digits; a dash for what is not finite. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return `${value}`;
  return Math.abs(value) >= 1000 ? value.toFixed(1) : value.toPrecision(4);
}

/** Both ends, with as many decimals as the value that they lie about. */
export function boundsText({ low, high }: Bounds, value: number, format?: (value: number) => string): string {
  const [, decimals] = /^-?\d+\.(\d+)$/.exec(shortNumber(value)) ?? [];
  const text = format ?? (decimals === undefined ? shortNumber : (end: number) => end.toFixed(decimals.length));
  return `${text(low)} to ${text(high)}`;
}

export const isFiniteInterval = (interval: Bounds | undefined): interval is Bounds =>
  interval !== undefined && Number.isFinite(interval.low) && Number.isFinite(interval.high);
