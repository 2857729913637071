/** What `alix inpaint` tells of each image. */
import { type InpaintingBatch, meanAndStd } from '@alix/infer';

export interface HoleErrors {
  /** Pixels in the hole. */
  readonly hidden: number;
  /** Mean squared error of the decoder's image over the known pixels, in [0,1]. */
  readonly known_mse: number;
  /** The same of what was put into the hole, against what the image has there; null where nothing is hidden. */
  readonly hidden_mse: number | null;
}

/** One for each image of the batch. */
export function holeErrors({ n, originals, pixels, masks, knownMse }: InpaintingBatch): HoleErrors[] {
  const [size, values] = [masks.length / n, originals.length / n];
  const channels = values / size;
  return Array.from({ length: n }, (_, row) => {
    let [hidden, sum] = [0, 0];
    for (let at = row * size; at < (row + 1) * size; at++) {
      if (!masks[at]) continue;
      hidden++;
      for (let i = at * channels; i < (at + 1) * channels; i++) sum += ((originals[i]! - pixels[i]!) / 255) ** 2;
    }
    return { hidden, known_mse: knownMse[row]!, hidden_mse: hidden === 0 ? null : sum / (hidden * channels) };
  });
}

/** Means over the images; that of the holes over those that have one. */
export function meanErrors(errors: readonly HoleErrors[]): Pick<HoleErrors, 'known_mse' | 'hidden_mse'> {
  const holes = errors.flatMap(({ hidden_mse }) => (hidden_mse === null ? [] : [hidden_mse]));
  return {
    known_mse: meanAndStd(errors.map(({ known_mse }) => known_mse)).mean,
    hidden_mse: holes.length > 0 ? meanAndStd(holes).mean : null,
  };
}
