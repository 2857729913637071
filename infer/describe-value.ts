/** What was given in place of an array, for error messages. */

/** E.g. "uint8, 64 values", "array, 3 values", "undefined". */
export function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value).slice(0, 80);
  const { length } = value as ArrayLike<unknown>;
  const type = Array.isArray(value) ? 'array' : (value.constructor?.name ?? 'object');
  const name = type.replace(/(?<=.)Array$/, '').toLowerCase();
  return typeof length === 'number' ? `${name}, ${length} values` : name;
}
