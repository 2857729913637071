/** Batch norm with running statistics is x * factor + offset, and that folds into the layer before it. */
import { BATCH_NORM_EPSILON } from '@alix/train/layers/batch-norm';
import type { Parameters } from './weights.js';

/** One factor and one offset for each feature, in float64. */
export interface Affine {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

/** The affine map of a batch norm in evaluation: factor = scale / sqrt(variance + epsilon), offset = shift - mean * factor. */
export function batchNormAffine(parameters: Parameters): Affine {
  const scale = parameters('scale');
  const shift = parameters('shift');
  const mean = parameters('running_mean');
  const variance = parameters('running_variance');
  const factor = Float64Array.from(scale, (s, i) => s / Math.sqrt((variance[i] ?? 0) + BATCH_NORM_EPSILON));
  return { factor, offset: Float64Array.from(shift, (s, i) => s - (mean[i] ?? 0) * (factor[i] ?? 0)) };
}

/** A weight whose features are counted by `featureOf`, times the factors. */
export function foldedWeight(
  weight: Float32Array,
  affine: Affine | undefined,
  featureOf: (index: number) => number,
): Float64Array {
  return Float64Array.from(weight, (w, i) => w * (affine?.factor[featureOf(i)] ?? 1));
}

/** The bias after folding; undefined where there is neither a bias nor anything to fold. */
export function foldedBias(bias: Float32Array | undefined, affine: Affine | undefined): Float64Array | undefined {
  if (!affine) return bias && Float64Array.from(bias);
  return affine.offset.map((offset, i) => offset + (bias?.[i] ?? 0) * (affine.factor[i] ?? 1));
}
