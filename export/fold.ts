/** Batch norm with running statistics is x * factor + offset, and that folds into the layer before it. */
import { BATCH_NORM_EPSILON } from '@alix/train/layers/batch-norm';
import { SPECTRAL_EPSILON } from '@alix/train/layers/spectral';
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

/**
 * The weight that a layer works with: as it was trained, or, with spectral norm, divided by sigma = |W u| of the u it was
 * left with (v = W u / |W u|, sigma = v'W u). W is the matrix [fan in, features], row-major.
 */
export function effectiveWeight(
  parameters: Parameters,
  { features, spectral }: { readonly features: number; readonly spectral?: true },
): Float64Array {
  const weight = Float64Array.from(parameters('weight'));
  if (!spectral) return weight;
  const u = parameters('u');
  let squares = 0;
  for (let row = 0; row < weight.length; row += features) {
    let product = 0;
    for (let f = 0; f < features; f++) product += (weight[row + f] ?? 0) * (u[f] ?? 0);
    squares += product * product;
  }
  const sigma = squares / Math.max(Math.sqrt(squares), SPECTRAL_EPSILON);
  return weight.map((w) => w / sigma);
}

/** A weight whose features are counted by `featureOf`, times the factors. */
export function foldedWeight(
  weight: Float64Array,
  affine: Affine | undefined,
  featureOf: (index: number) => number,
): Float64Array {
  return Float64Array.from(weight, (w, i) => w * (affine?.factor[featureOf(i)] ?? 1));
}

/** The bias after folding, one number per feature or, untied, per pixel and feature; undefined where there is neither a bias nor anything to fold. */
export function foldedBias(bias: Float32Array | undefined, affine: Affine | undefined): Float64Array | undefined {
  if (!affine) return bias && Float64Array.from(bias);
  if (!bias) return affine.offset;
  const features = affine.offset.length;
  return Float64Array.from(bias, (b, i) => (affine.offset[i % features] ?? 0) + b * (affine.factor[i % features] ?? 1));
}
