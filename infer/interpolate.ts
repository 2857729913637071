/** interpolate: the images on the way from one code to another. */
import { checkRoom, MAX_VALUES, type RunOptions } from './batches.js';
import { imageOf, latentOf } from './bundle.js';
import { checkLatent, type Decoded, decode } from './decode.js';
import { AlixError } from './io/errors.js';
import type { Model } from './model.js';

/** How codes lead from one to another: on the straight line, or on the arc, whose codes are as long as the prior's. */
export const paths = ['linear', 'spherical'] as const;
/** The way between two codes: one of `paths`. */
export type Path = (typeof paths)[number];

export interface InterpolateOptions extends RunOptions {
  /** Codes on each way, both ends included: at least 2, by default 9. */
  readonly steps?: number | undefined;
  /** 'linear' by default. */
  readonly path?: Path | undefined;
}

/** The images of p ways of `steps` codes each, one way after another. */
export interface Interpolation extends Decoded {
  /** float32 [p·steps,d] */
  readonly latent: Float32Array;
  readonly pairs: number;
  readonly steps: number;
}

/**
 * The images on the way between codes; the first and the last of each way are those of the codes themselves.
 *
 * ```ts
 * const { mean } = await model.encode({ data: twoImages, n: 2 });
 * const d = model.latent.size;
 * const { pixels, n } = await model.interpolate(mean.subarray(0, d), mean.subarray(d), { steps: 5 });
 * console.log(n); // 5
 * ```
 * @param from float32 [p,d]: where p ways begin
 * @param to float32 [p,d]: where they end
 * @throws AlixError 'bad-latent', 'bad-option', 'not-images', 'interrupted', ...
 */
export async function interpolate(
  model: Model,
  from: Float32Array,
  to: Float32Array,
  options: InterpolateOptions = {},
): Promise<Interpolation> {
  imageOf(model.bundle);
  const { size } = latentOf(model.bundle);
  const { steps = 9, path } = options;
  checkLatent(from, size);
  if (steps >= 2) checkRoom(model.bundle, (from.length / size) * steps, 'ask for fewer steps');
  const latent = interpolateCodes(from, to, size, { steps, path });
  return { ...(await decode(model, latent, options)), latent, pairs: from.length / size, steps };
}

/**
 * The codes on the way: (1-t) a + t b, or with 'spherical' sin((1-t)ω)/sin ω a + sin(tω)/sin ω b, with ω the angle between a and b
 * (Shoemake 1985; for generators White 2016, arXiv:1609.04468). Where ω is 0, or a code is zero, the arc is the straight line.
 *
 * ```ts
 * interpolateCodes(Float32Array.of(0, 2), Float32Array.of(4, 0), 2, { steps: 3 }); // Float32Array [0, 2, 2, 1, 4, 0]
 * ```
 * @param from float32 [p,d]
 * @param to float32 [p,d]
 * @returns float32 [p,steps,d]; the ends are the codes given, bit for bit
 * @throws AlixError 'bad-latent' for what is no codes, another number of them, or opposite ones, between which no arc is the shortest;
 *   'bad-option'
 */
export function interpolateCodes(
  from: Float32Array,
  to: Float32Array,
  d: number,
  { steps = 9, path = 'linear' }: Pick<InterpolateOptions, 'steps' | 'path'> = {},
): Float32Array<ArrayBuffer> {
  checkLatent(from, d);
  checkLatent(to, d);
  if (from.length !== to.length)
    throw new AlixError('bad-latent', 'each way needs both its ends', {
      expected: `${from.length / d} codes`,
      found: `${to.length / d}`,
    });
  if (!Number.isInteger(steps) || steps < 2)
    throw new AlixError('bad-option', 'steps is a whole number of at least 2', { where: 'steps', found: `${steps}` });
  if (!paths.includes(path))
    throw new AlixError('bad-option', 'no such path', { expected: paths.join(', '), found: `${path}` });
  if (from.length * steps > MAX_VALUES)
    throw new AlixError('bad-option', 'more codes than one array holds', {
      where: 'steps',
      found: `${steps}`,
      remedy: 'ask for fewer steps',
    });
  const out = new Float32Array(from.length * steps);
  for (let pair = 0; pair * d < from.length; pair++) {
    const a = from.subarray(pair * d, (pair + 1) * d);
    const b = to.subarray(pair * d, (pair + 1) * d);
    const shares = path === 'linear' ? straight : arc(a, b, pair);
    const at = pair * steps * d;
    out.set(a, at);
    for (let step = 1; step < steps - 1; step++) {
      const [s, t] = shares(step / (steps - 1));
      for (let j = 0; j < d; j++) out[at + step * d + j] = s * a[j]! + t * b[j]!;
    }
    out.set(b, at + (steps - 1) * d);
  }
  return out;
}

/** How much of each end is in the code at t. */
type Shares = (t: number) => readonly [number, number];

const straight: Shares = (t) => [1 - t, t];

function arc(a: Float32Array, b: Float32Array, pair: number): Shares {
  let [dot, aa, bb] = [0, 0, 0];
  a.forEach((value, j) => {
    dot += value * b[j]!;
    aa += value * value;
    bb += b[j]! * b[j]!;
  });
  if (aa === 0 || bb === 0) return straight;
  const cosine = Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb)));
  const angle = Math.acos(cosine);
  const sine = Math.sin(angle);
  // parallel to within rounding: sin(tω)/sin ω is t
  if (sine < 1e-6 && cosine > 0) return straight;
  if (sine < 1e-6)
    throw new AlixError('bad-latent', `the codes of pair ${pair} are opposite: no arc between them is the shortest`, {
      remedy: "use path: 'linear'",
    });
  return (t) => [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}
