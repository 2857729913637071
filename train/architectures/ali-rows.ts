/** What ALI's tables 2 to 5 have in common, and with them GALI's networks: their rows and how E and D are put together. */
import {
  chain,
  conv,
  flatten,
  fullyConnected,
  type NetworkSpec,
  type Row,
  reshape,
  type Shape,
  transposedConv,
} from '../spec.js';
import { encoder } from './encoders.js';
import { type Convention, scaledBy } from './options.js';

export interface AliRows {
  /** Convolution without padding, as everywhere in these tables. */
  conv(kernel: number, stride: number, features: number, then: string): Row;
  transposedConv(kernel: number, stride: number, features: number, then: string): Row;
  /** A 1x1 convolution on a 1x1 map. */
  dense(features: number, then: string): Row;
  /** D(z)'s rows, which the code mostly leaves without a bias. */
  denseWithoutBias(features: number, then: string): Row;
  /** The last row of G: one bias per pixel in the code. */
  image(channels: number, activation: string): Row;
}

/** Rows of a table at a width, with biases after a convention. */
export function aliRows(width: number, convention: Convention): AliRows {
  const scaled = scaledBy(width);
  const isTable = convention === 'table';
  const window = (then: string) => ({ padding: 'valid', bias: isTable || !/\bbn\b/.test(then) }) as const;
  return {
    conv: (kernel, stride, features, then) => conv(kernel, stride, scaled(features), then, window(then)),
    transposedConv: (kernel, stride, features, then) =>
      transposedConv(kernel, stride, scaled(features), then, window(then)),
    dense: (features, then) => fullyConnected(scaled(features), then, { bias: window(then).bias }),
    denseWithoutBias: (features, then) => fullyConnected(scaled(features), then, { bias: isTable }),
    image: (channels, activation) => conv(1, 1, channels, activation, { bias: isTable ? true : 'untied' }),
  };
}

/** E: rows down to a vector, then mean and log sigma, which the tables count as one row of twice the latent size. */
export function aliEncoder(x: Shape, latent: number, rows: readonly Row[]): NetworkSpec {
  return encoder(
    { x },
    { kind: 'gaussian', trunk: [...rows, flatten()], head: [fullyConnected(latent)], spread: 'log_sigma' },
  );
}

/** G: rows from the latent as a 1x1 map to the image. */
export function aliGenerator(latent: number, rows: readonly Row[]): NetworkSpec {
  return chain('z', [latent], 'x', [reshape(1, 1, latent), ...rows]);
}

export interface CriticRows {
  readonly dx: readonly Row[];
  readonly dz: readonly Row[];
  /** Rows on D(x) and D(z) side by side. */
  readonly joint: readonly Row[];
}

/** D: D(x) and D(z), side by side into D(x, z). */
export function aliCritic(x: Shape, latent: number, { dx, dz, joint }: CriticRows): NetworkSpec {
  return {
    inputs: { x, z: [latent] },
    blocks: [
      { name: 'dx', from: ['x'], rows: [...dx, flatten()] },
      { name: 'dz', from: ['z'], rows: dz },
      { name: 'logit', from: ['dx', 'dz'], rows: joint },
    ],
    outputs: ['logit'],
  };
}
