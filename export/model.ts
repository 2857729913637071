/** What export is given: a trained model as plain data and a forward pass. */
import type { Bundle } from '@alix/infer/bundle';
import type { ArchitectureSpec } from '@alix/train/spec';
import type { Forward } from './parity.js';
import type { Weights } from './weights.js';

/** Names of networks in the order they run; empty, or absent, where the system has none. */
export interface Chains {
  /** From x to the posterior, e.g. ['F', 'E']; each reads what the one before passes on. */
  readonly encoder: readonly string[];
  /** From z to x, e.g. ['G']. */
  readonly decoder: readonly string[];
  /** To the critic's logit, e.g. ['F', 'D']; each reads x, z or what an earlier one puts out, by name. */
  readonly critic?: readonly string[];
  /** From x to a classifier's logits, e.g. ['M', 'C']; what the last but one puts out are its features. */
  readonly classifier?: readonly string[];
}

/** All that export needs to know of a trained model. */
export interface TrainedModel {
  readonly name: string;
  /** The objective's name. */
  readonly system: string;
  readonly dataset: string;
  readonly architecture: ArchitectureSpec;
  readonly chains: Chains;
  readonly weights: Weights;
  readonly training: Bundle['training'];
  readonly metrics?: Bundle['metrics'];
  readonly licence: string;
  /** The value under an inpainting mask, on the [0,1] scale, where the encoder was trained on masked images. */
  readonly maskFill?: number;
  /** uint8 [n,H,W,C], or float32 [n,d] of points, n >= 1: what parity is checked on; a few become golden pairs. */
  readonly examples: Uint8Array | Float32Array;
  /** How many of them, from the first, are held-out data, which drift is measured on; the others are noise. All unless given. */
  readonly dataCount?: number;
  /** Where the few begin that become golden pairs, which model.json holds as they are: 0 unless given. */
  readonly goldenFrom?: number;
  /** The trained networks in evaluation mode. */
  readonly trained: Forward;
}
