/**
 * Spectral normalisation: W / sigma(W), sigma the largest singular value. Miyato et al. 2018 (arXiv:1802.05957), Algorithm 1.
 * W is the matrix [fan in, features]; u, its right singular vector, is kept from step to step. In training one power
 * iteration moves it on, v = Wu / |Wu| and u' = W'v / |W'v|, and every pass of a step starts at the same u; in evaluation
 * u stays. Gradients flow through W / (v'Wu'), not through u and v.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ForwardContext, ParameterSpec } from './layer.js';

/** Lengths are kept this far from 0, as PyTorch does. */
export const SPECTRAL_EPSILON = 1e-12;

/** The state of a layer whose row says `spectral`. */
export function spectralParameters({
  features,
  spectral,
}: {
  readonly features: number;
  readonly spectral?: true;
}): readonly ParameterSpec[] {
  return spectral ? [{ name: 'u', shape: [features], role: 'singular-vector', trainable: false, fanIn: 1 }] : [];
}

/** The layer's weight, divided by its norm where the layer has the state for it. */
export function spectralWeight(
  { weight, u }: Readonly<Record<string, Tensor>>,
  { ops, training, remember }: ForwardContext,
  path: string,
): Tensor {
  if (!weight) throw new Error(`${path} lacks its weight`);
  if (!u) return weight;
  const normed = ops.spectralNorm(weight, u, training, SPECTRAL_EPSILON);
  if (training) remember(`${path}.u`, normed.u);
  return normed.weight;
}
