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
