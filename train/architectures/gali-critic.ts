/** GALI's critics: ALI's D with spectral norm and a bias on every row, without batch norm and dropout, for n classes of tuples. */
import { type Block, conv, flatten, fullyConnected, type NetworkSpec, type Row, type Shape } from '../spec.js';
import { scaledBy } from './options.js';

/**
 * '1': ALI's and ALICE's, one logit; '4': GALI-4; '8': GALI-8, which reads two images and two codes through shared nets;
 * 'pt': GALI-4 with features of a pretrained network; 'mix': GALI-mix, eight classes of pairs.
 */
export const galiCritics = ['1', '4', '8', 'pt', 'mix'] as const;
export type GaliCritic = (typeof galiCritics)[number];

const classes: Readonly<Record<GaliCritic, number>> = { '1': 1, '4': 4, '8': 8, pt: 4, mix: 8 };

/** Rows at a width with spectral norm; convolutions without padding unless said. */
export function spectralRows(width: number, padding: 'valid' | 'same' = 'valid') {
  const scaled = scaledBy(width);
  return {
    conv: (kernel: number, stride: number, features: number, then: string): Row =>
      conv(kernel, stride, scaled(features), then, { padding, spectral: true }),
    dense: (features: number, then: string): Row => fullyConnected(scaled(features), then, { spectral: true }),
  };
}

export interface GaliCriticRows {
  readonly dx: readonly Row[];
  readonly dz: readonly Row[];
  /** Hidden rows on all that D has read; the logits come after them. */
  readonly joint: readonly Row[];
  /** Rows on the features of the pretrained network. */
  readonly df: readonly Row[];
  readonly features: Shape;
}

/** D for one of the variants. */
export function galiCritic(kind: GaliCritic, x: Shape, latent: number, rows: GaliCriticRows): NetworkSpec {
  const { dx, dz, df, joint, features } = rows;
  const z = [latent];
  const pair: Block[] = [
    { name: 'dx', from: ['x'], rows: [...dx, flatten()] },
    { name: 'dz', from: ['z'], rows: dz },
  ];
  const second: Block[] = [
    { name: 'dx2', from: ['x2'], rows: [], shares: 'dx' },
    { name: 'dz2', from: ['z2'], rows: [], shares: 'dz' },
  ];
  const read = [
    ...pair,
    ...(kind === '8' ? second : kind === 'pt' ? [{ name: 'df', from: ['features'], rows: df }] : []),
  ];
  return {
    inputs: { x, z, ...(kind === '8' ? { x2: x, z2: z } : kind === 'pt' ? { features } : {}) },
    blocks: [
      ...read,
      {
        name: 'logit',
        from: read.map(({ name }) => name),
        rows: [...joint, fullyConnected(classes[kind], '', { spectral: true })],
      },
    ],
    outputs: ['logit'],
  };
}
