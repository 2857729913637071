/** Does the exported model compute what the trained one does? Every export asks, and fails where it does not. */
import { AlixError } from '@alix/infer/io/errors';

/** Largest absolute difference allowed in float32, of codes and of images on the [0,1] scale. */
export const PARITY_TOLERANCE = 1e-4;

/** Codes of n images: float32 [n,d] each. */
export interface Codes {
  readonly mean: Float32Array;
  /** Absent where the encoder is deterministic. */
  readonly logVariance?: Float32Array;
}

/** The two halves of a model, whatever runs them: the trained networks in evaluation mode, or a runtime with the bundle. */
export interface Forward {
  /** @param images uint8 [n,H,W,C] */
  encode(images: Uint8Array, n: number): Promise<Codes>;
  /** @param latent float32 [n,d] @returns float32 [n,H,W,C] in [0,1] */
  decode(latent: Float32Array, n: number): Promise<Float32Array>;
}

/** Largest absolute differences over n examples. */
export interface Parity {
  readonly n: number;
  /** Of means and log variances. */
  readonly codes: number;
  /** Of images on the [0,1] scale, decoded from the trained encoder's means. */
  readonly images: number;
  readonly tolerance: number;
}

/** What the trained model answers to the examples; images are decoded from its own means. */
export interface Answers extends Codes {
  readonly images: Float32Array;
}

/** Asks a model for its answers to n images; the means that it decodes are its own unless given. */
export async function answersOf(
  model: Forward,
  examples: Uint8Array,
  n: number,
  means?: Float32Array,
): Promise<Answers> {
  const codes = await model.encode(examples, n);
  return { ...codes, images: await model.decode(means ?? codes.mean, n) };
}

/**
 * Compares an exported model with what the trained one answered.
 *
 * @throws AlixError 'parity' where they differ by more than the tolerance, in shape, or by a NaN
 */
export async function checkParity(
  trained: Answers,
  exported: Forward,
  examples: Uint8Array,
  n: number,
): Promise<Parity> {
  const found = await answersOf(exported, examples, n, trained.mean);
  const codes = Math.max(
    difference('mean', trained.mean, found.mean),
    difference('log_variance', trained.logVariance, found.logVariance),
  );
  const images = difference('image', trained.images, found.images);
  // written so that a NaN fails
  if (!(codes <= PARITY_TOLERANCE && images <= PARITY_TOLERANCE))
    throw new AlixError('parity', 'the exported model does not compute what the trained one does', {
      expected: `differences of at most ${PARITY_TOLERANCE}`,
      found: `${codes.toExponential(1)} in codes, ${images.toExponential(1)} in images over ${n} examples`,
      remedy: 'nothing was written; please report this with the run folder',
    });
  return { n, codes, images, tolerance: PARITY_TOLERANCE };
}

/** The largest absolute difference; NaN if any number is. */
function difference(name: string, a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a?.length !== b?.length)
    throw new AlixError('parity', `the exported model's "${name}" has another size than the trained one's`, {
      expected: `${a?.length ?? 'no'} numbers`,
      found: `${b?.length ?? 'no'}`,
      remedy: 'nothing was written; please report this with the run folder',
    });
  let largest = 0;
  a?.forEach((x, i) => {
    largest = Math.max(largest, Math.abs(x - (b?.[i] ?? Number.NaN)));
  });
  return largest;
}
