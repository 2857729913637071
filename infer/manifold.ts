/** manifold: the images over a grid of the latent plane, for models whose codes have two values. */
import { MAX_VALUES, type RunOptions } from './batches.js';
import { type Bundle, imageOf, latentOf } from './bundle.js';
import { type Decoded, decode } from './decode.js';
import { AlixError } from './io/errors.js';
import type { Model } from './model.js';
import { normalQuantile } from './normal-quantile.js';

export interface ManifoldOptions extends RunOptions {
  /** Images from top to bottom: at least 1, by default 20. */
  readonly rows?: number | undefined;
  /** Images from left to right; by default as many as rows. */
  readonly columns?: number | undefined;
}

/** The images of a grid, row by row from the top. */
export interface Manifold extends Decoded {
  /** float32 [rows·columns,2] */
  readonly latent: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The images of a grid over a two-dimensional latent space, as in Kingma and Welling 2014 (arXiv:1312.6114), Figure 4: every
 * cell stands for as large a share of the prior. The first value of the code grows to the right, the second upwards.
 *
 * ```ts
 * const { pixels, rows, columns } = await model.manifold({ rows: 20 });
 * console.log(rows, columns, pixels.length); // 20 20 313600, of a model of 28x28 grey images
 * ```
 * @throws AlixError 'latent-size' where codes do not have two values; 'bad-option', 'not-images', 'interrupted', ...
 */
export async function manifold(model: Model, options: ManifoldOptions = {}): Promise<Manifold> {
  imageOf(model.bundle);
  const { rows = 20, columns = rows } = options;
  const latent = manifoldCodes(model.bundle, rows, columns);
  return { ...(await decode(model, latent, options)), latent, rows, columns };
}

/**
 * The codes of the grid: in each direction the quantiles of the prior at (i + ½)/n, which are evenly spaced in [-1,1] where
 * it is uniform.
 *
 * @returns float32 [rows,columns,2], the top row first
 * @throws AlixError 'latent-size', 'bad-option'
 */
export function manifoldCodes(bundle: Bundle, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const { size, prior } = latentOf(bundle);
  if (size !== 2)
    throw new AlixError('latent-size', 'a manifold is of models whose codes have two values', {
      where: bundle.name,
      expected: '2 values',
      found: `${size}`,
      remedy: 'use interpolate or sample',
    });
  for (const [where, n] of Object.entries({ rows, columns }))
    if (!Number.isInteger(n) || n < 1)
      throw new AlixError('bad-option', `${where} is a whole number of at least 1`, { where, found: `${n}` });
  if (2 * rows * columns > MAX_VALUES)
    throw new AlixError('bad-option', 'more codes than one array holds', {
      found: `${rows} x ${columns}`,
      remedy: 'ask for fewer rows or columns',
    });
  const at = (i: number, n: number) => (prior === 'normal' ? normalQuantile((i + 0.5) / n) : (2 * i + 1) / n - 1);
  return Float32Array.from({ length: rows * columns * 2 }, (_, k) => {
    const [row, column] = [Math.floor(k / 2 / columns), Math.floor(k / 2) % columns];
    return k % 2 === 0 ? at(column, columns) : at(rows - 1 - row, rows);
  });
}
