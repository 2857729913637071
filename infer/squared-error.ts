/** How far images are from what they should be. */

/** mean of (original/255 - image)² over all values, in float64. */
export function meanSquaredError(original: Uint8Array, image: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < original.length; i++) sum += (original[i]! / 255 - image[i]!) ** 2;
  return sum / original.length;
}

/**
 * The same for each image of a batch.
 *
 * @param values H·W·C
 */
export function meanSquaredErrors(
  originals: Uint8Array,
  images: Float32Array,
  values: number,
): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: originals.length / values }, (_, i) =>
    meanSquaredError(originals.subarray(i * values, (i + 1) * values), images.subarray(i * values, (i + 1) * values)),
  );
}

/** Mean and standard deviation over images (ddof 0), as AIM's code reports them; NaN for none. */
export function meanAndStd(values: ArrayLike<number>): { readonly mean: number; readonly std: number } {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length;
  return { mean, std: Math.sqrt(variance) };
}
