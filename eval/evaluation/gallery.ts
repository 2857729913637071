/** Pictures of an evaluation, made again from what it found. */
import { boxMask, type Model } from '@alix/infer';
import { unstack } from '@alix/infer/io/sheet';
import { inpaintingErrors } from '../inpainting.js';
import { byError } from '../mse.js';
import type { Inpainting, Interpolation, Pair } from '../report.js';
import type { EvalImages } from './images.js';

/** The images that a report shows. */
export interface Gallery {
  readonly groups: readonly { readonly heading: string; readonly pairs: readonly Pair[] }[];
  /** uint8 [H,W,C] each. */
  readonly samples: readonly Uint8Array[];
  /** The first images with their reconstructions, none chosen: the same for all models of the same data. */
  readonly first: readonly Pair[];
  /** From one held-out image to another, originals at both ends. */
  readonly interpolations: readonly Interpolation[];
  /** Empty where images are too small for a hole in their middle. */
  readonly inpaintings: readonly Inpainting[];
}

/** Pairs of the best, the middle and the worst. */
const PAIRS = 16;
const SAMPLES = 64;
const WAYS = 6;
const STEPS = 9;
const HOLES = 8;

interface GalleryOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws what a report shows: reconstructions from best to worst, samples, ways from image to image, holes filled.
 *
 * @param errors [n] of the images, in their order
 */
export async function makeGallery(
  model: Model,
  images: EvalImages,
  errors: Float64Array,
  { seed, signal }: GalleryOptions,
): Promise<Gallery> {
  const order = byError(errors);
  const middle = Math.max(0, Math.floor((images.n - PAIRS) / 2));
  const chosen = [
    { heading: 'Best', rows: order.slice(0, PAIRS) },
    { heading: 'Median', rows: order.slice(middle, middle + PAIRS) },
    { heading: 'Worst', rows: order.slice(-PAIRS).reverse() },
  ];
  const groups = [];
  for (const { heading, rows } of chosen)
    groups.push({ heading, pairs: await pairsOf(model, images, rows, errors, signal) });
  const { pixels } = await model.sample(SAMPLES, { seed, signal });
  const first = Array.from({ length: Math.min(PAIRS, images.n) }, (_, i) => i);
  return {
    groups,
    samples: unstack(pixels, SAMPLES),
    first: await pairsOf(model, images, first, errors, signal),
    interpolations: await interpolationsOf(model, images, signal),
    inpaintings: await inpaintingsOf(model, images, signal),
  };
}

async function pairsOf(
  model: Model,
  images: EvalImages,
  rows: readonly number[],
  errors: Float64Array,
  signal: AbortSignal | undefined,
): Promise<Pair[]> {
  const data = await images.read(Uint32Array.from(rows));
  const { pixels } = await model.reconstruct({ data, n: rows.length }, { signal });
  const [originals, made] = [unstack(data, rows.length), unstack(pixels, rows.length)];
  return rows.map((row, i) => ({
    original: originals[i]!,
    reconstruction: made[i]!,
    name: `image ${row}`,
    caption: errors[row]!.toFixed(3),
  }));
}

/** Rows at equal distances over the data, which may come sorted by class. */
function spread(count: number, { n }: EvalImages): Uint32Array {
  const few = Math.min(count, n);
  return Uint32Array.from({ length: few }, (_, i) => Math.floor((i * n) / few));
}

async function interpolationsOf(
  model: Model,
  images: EvalImages,
  signal: AbortSignal | undefined,
): Promise<Interpolation[]> {
  const all = spread(2 * WAYS, images);
  const ways = Math.floor(all.length / 2);
  if (ways === 0) return [];
  // the other end of a way is half the data further on
  const [from, to] = [all.slice(0, ways), all.slice(ways, 2 * ways)];
  const rows = Uint32Array.of(...from, ...to);
  const data = await images.read(rows);
  const { mean } = await model.encode({ data, n: rows.length }, { signal });
  const half = ways * model.latent.size;
  const { pixels } = await model.interpolate(mean.subarray(0, half), mean.subarray(half), { steps: STEPS, signal });
  const originals = unstack(data, rows.length);
  const made = unstack(pixels, ways * STEPS);
  return Array.from({ length: ways }, (_, i) => ({
    name: `from image ${from[i]} to image ${to[i]}`,
    images: [originals[i]!, ...made.slice(i * STEPS, (i + 1) * STEPS), originals[ways + i]!],
  }));
}

/** Images whose middle is hidden: half the height and half the width. */
async function inpaintingsOf(model: Model, images: EvalImages, signal: AbortSignal | undefined): Promise<Inpainting[]> {
  const { height, width, channels } = images.size;
  const [high, wide] = [height >> 1, width >> 1];
  if (high === 0 || wide === 0) return [];
  const hole = boxMask(height, width, { x: (width - wide) >> 1, y: (height - high) >> 1, height: high, width: wide });
  const rows = spread(HOLES, images);
  const n = rows.length;
  const data = await images.read(rows);
  // as the metric does unless told otherwise
  const iterations = model.has('masked_encoder') ? undefined : 1;
  const { pixels } = await model.inpaint({ data, n }, hole, { signal, iterations });
  const masks = new Uint8Array(n * hole.length);
  for (let i = 0; i < n; i++) masks.set(hole, i * hole.length);
  const made = Float32Array.from(pixels, (value) => value / 255);
  const errors = inpaintingErrors(data, made, masks, n, channels).hole;
  const [originals, filled] = [unstack(data, n), unstack(pixels, n)];
  return Array.from(rows, (row, i) => ({
    name: `image ${row}`,
    original: originals[i]!,
    hole,
    filled: filled[i]!,
    caption: errors[i]!.toFixed(3),
  }));
}
