/** Densities that a decoder's image can stand for: a network that gives one image for a code has none of its own. */
import { bernoulli, discretisedGaussian, gaussian } from './densities.js';
import type { Measured } from './likelihood.js';

/** log p(x|z) of rows, where each row of `images` is what a code decodes to. */
export interface DecoderDensity {
  /** What an image's log-density is of, in words for reports. */
  readonly words: string;
  readonly measured: Measured;
  /** Whether pixels are to get uniform noise within their level. */
  readonly isContinuous: boolean;
  /**
   * @param x float64 [n,d]: stored values 0..255, with noise in [0,1) added where there is any
   * @param images float32 [n,d] in [0,1]
   * @returns [n] nats
   */
  logLikelihood(x: Float64Array, images: Float32Array, d: number): Float64Array;
}

export interface DensityOptions {
  /** Of Gaussians: standard deviation of a pixel on [0,1]. */
  readonly std: number;
}

/** Probabilities nearer to 0 or 1 than that have no digits left in float32. */
const NEAREST = 2 ** -24;

/** The decoder's image says level v = 255 · image, whose bin of (v+u)/256 has its middle at (v + 1/2)/256. */
const binMiddle = (image: number) => (255 * image + 0.5) / 256;

const constant = (value: number, length: number) => new Float64Array(length).fill(value);

/** What a decoder's image can stand for, by name. */
export const decoderDensities = {
  /** Grey pixels as probabilities of white. */
  bernoulli: (): DecoderDensity => ({
    words: `Bernoulli, grey pixels as probabilities (a cross-entropy, and a likelihood of black and white pixels alone); the decoder's within 2^-24 of 0 and 1`,
    measured: { kind: 'probability' },
    isContinuous: false,
    logLikelihood(x, images, d) {
      const logits = Float64Array.from(images, (value) => {
        const p = Math.min(1 - NEAREST, Math.max(NEAREST, value));
        return Math.log(p) - Math.log1p(-p);
      });
      return bernoulli(
        x.map((value) => value / 255),
        logits,
        d,
      );
    },
  }),
  /** A Gaussian around each pixel, of dequantised values. */
  gaussian: ({ std }: DensityOptions): DecoderDensity => ({
    words: `Gaussian of standard deviation ${std}, density of (v+u)/256 on [0,1]`,
    measured: { kind: 'density', levels: 256, width: 1 },
    isContinuous: true,
    logLikelihood: (x, images, d) =>
      gaussian(
        x.map((value) => value / 256),
        Float64Array.from(images, binMiddle),
        constant(Math.log((std * 255) / 256), images.length),
        d,
      ),
  }),
  /** A Gaussian around each pixel, over the bins of 256 levels. */
  discretised: ({ std }: DensityOptions): DecoderDensity => ({
    words: `Gaussian of standard deviation ${std}, integrated over the bins of 256 levels`,
    measured: { kind: 'probability' },
    isContinuous: false,
    logLikelihood: (x, images, d) =>
      discretisedGaussian(
        x,
        Float64Array.from(images, binMiddle),
        constant(Math.log((std * 255) / 256), images.length),
        d,
      ),
  }),
} as const;

/** One of the names of `decoderDensities`. */
export type DecoderDensityName = keyof typeof decoderDensities;
