/** Pictures of an evaluation, made again from what it found. */
import type { Model } from '@alix/infer';
import { unstack } from '@alix/infer/io/sheet';
import { byError } from '../mse.js';
import type { Pair } from '../report/images.js';
import type { EvalImages } from './images.js';

export interface Gallery {
  readonly groups: readonly { readonly heading: string; readonly pairs: readonly Pair[] }[];
  /** uint8 [H,W,C] each. */
  readonly samples: readonly Uint8Array[];
}

/** Pairs of the best, the middle and the worst. */
const PAIRS = 16;
const SAMPLES = 64;

/** @param errors [n] of the images, in their order */
export async function makeGallery(
  model: Model,
  images: EvalImages,
  errors: Float64Array,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<Gallery> {
  const order = byError(errors);
  const middle = Math.max(0, Math.floor((images.n - PAIRS) / 2));
  const chosen = [
    { heading: 'Best', rows: order.slice(0, PAIRS) },
    { heading: 'Median', rows: order.slice(middle, middle + PAIRS) },
    { heading: 'Worst', rows: order.slice(-PAIRS).reverse() },
  ];
  const groups = [];
  for (const { heading, rows } of chosen) {
    const data = await images.read(Uint32Array.from(rows));
    const { pixels } = await model.reconstruct({ data, n: rows.length }, { signal });
    const [originals, made] = [unstack(data, rows.length), unstack(pixels, rows.length)];
    const pairs = rows.map((row, i) => ({
      original: originals[i]!,
      reconstruction: made[i]!,
      name: `image ${row}`,
      caption: errors[row]!.toFixed(3),
    }));
    groups.push({ heading, pairs });
  }
  const { pixels } = await model.sample(SAMPLES, { seed, signal });
  return { groups, samples: unstack(pixels, SAMPLES) };
}
