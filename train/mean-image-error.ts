/** What a reconstruction that knows nothing of its image gets: the number that a run's held-out error is to be compared with. */
import { type Dataset, meanImage } from './datasets/dataset.js';
import type { Design } from './design.js';

export interface MeanImageError {
  /** Mean squared error of the mean image, pixels in [0,1]. */
  readonly mse: number;
  /** Training images of which the mean is taken. */
  readonly of: number;
  /** Held-out images on which it is measured: those that the run measures itself. */
  readonly over: number;
}

/** Training images of which the mean is taken, at most: the mean of n drawn at random errs by 1/n of the error more than that of all. */
const MOST_ROWS = 2000;
/** Values read for it, at most, since large images take long to decode. */
const MOST_VALUES = 64e6;
const BATCH = 200;

/**
 * The mean of the first training rows against the held-out rows that the run measures. The same for the same data and settings; draws
 * nothing from the run's noise. Undefined where no reconstruction of images is measured.
 */
export async function meanImageError(
  { chains, architecture, config }: Design,
  data: Dataset,
  heldOut: Dataset,
): Promise<MeanImageError | undefined> {
  const over = Math.min(config.evaluationRows, heldOut.count);
  if (over === 0 || architecture.data.kind !== 'image' || chains.encoder.length === 0 || chains.decoder.length === 0)
    return undefined;
  const size = data.shape.reduce((product, n) => product * n, 1);
  const of = Math.max(1, Math.min(data.count, MOST_ROWS, Math.floor(MOST_VALUES / size)));
  const mean = await meanImage({ ...data, count: of });
  let sum = 0;
  for (let from = 0; from < over; from += BATCH) {
    const n = Math.min(BATCH, over - from);
    const values = await heldOut.batch(Uint32Array.from({ length: n }, (_, i) => from + i));
    for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - (mean[i % size] as number)) ** 2;
  }
  return { mse: sum / over / size, of, over };
}

/** The line that a run begins with. */
export function meanImageInWords({ mse, of, over }: MeanImageError): string {
  const count = (n: number) => n.toLocaleString('en');
  return `the mean image's error is ${mse.toFixed(4)} (of ${count(of)} training images, over ${count(over)} held out): reconstructions are to be better`;
}

/** How a run stands beside it. */
export function besideMeanImage(error: number, { mse }: MeanImageError): string {
  const words = `held-out reconstruction MSE ${error.toFixed(4)}, ${(error / mse).toFixed(2)} times the mean image's ${mse.toFixed(4)}`;
  return error < mse ? words : `${words}: not yet better than knowing nothing; train longer`;
}
