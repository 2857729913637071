/** Joins the parts of a streamed result into one array of the given type. */
type Numbers = Float32Array | Float64Array | Uint8Array;

export function concat<T extends Numbers>(type: new (length: number) => T, parts: readonly T[]): T {
  const out = new type(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The same of one field, which all parts have. */
export function field<P, K extends keyof P>(
  type: new (length: number) => NonNullable<P[K]> & Numbers,
  parts: readonly P[],
  key: K,
): NonNullable<P[K]> & Numbers {
  return concat(
    type,
    parts.map((part) => part[key] as NonNullable<P[K]> & Numbers),
  );
}
