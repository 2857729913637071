/** Originals and what became of them, in pairs of rows of a sheet. */

/**
 * A row of `first`, below it the row of `second` that belongs to it, and so on; `blank` fills rows up, so that each image of `second` stands
 * below its original.
 *
 * @param first as many as `second`, all of one size
 */
export function pairRows(
  first: readonly Uint8Array[],
  second: readonly Uint8Array[],
  columns: number,
  blank: number,
): Uint8Array[] {
  const row = (images: readonly Uint8Array[], begin: number) =>
    Array.from({ length: columns }, (_, i) => images[begin + i] ?? new Uint8Array(images[0]!.length).fill(blank));
  return Array.from({ length: Math.ceil(first.length / columns) }, (_, i) => [
    ...row(first, i * columns),
    ...row(second, i * columns),
  ]).flat();
}
