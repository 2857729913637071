/** The rows that the small 28x28 networks have in common. */
import { conv, flatten, fullyConnected, type NetworkSpec, type Row, type Shape } from '../spec.js';

/** E's trunk on the image itself. */
export const smallTrunk = (width: number, lrelu: string): Row[] => [
  conv(4, 2, width, `bn ${lrelu}`),
  conv(4, 2, 2 * width, `bn ${lrelu}`),
  flatten(),
  fullyConnected(8 * width, `bn ${lrelu}`),
];

/** A critic's rows on an image, or on two side by side. */
const onImages = (width: number, drop: string): Row[] => [
  conv(4, 2, width, drop),
  conv(4, 2, 2 * width, `bn ${drop}`),
  flatten(),
  fullyConnected(8 * width, drop),
];

/** D(x), D(z), then D(x, z), with dropout and little batch norm. */
export function smallCritic(x: Shape, latent: number, width: number, drop: string): NetworkSpec {
  return {
    inputs: { x, z: [latent] },
    blocks: [
      { name: 'dx', from: ['x'], rows: onImages(width, drop) },
      { name: 'dz', from: ['z'], rows: [fullyConnected(4 * width, drop)] },
      { name: 'logit', from: ['dx', 'dz'], rows: [fullyConnected(8 * width, drop), fullyConnected(1)] },
    ],
    outputs: ['logit'],
  };
}

/** Of two images, or of two codes: ALICE's critics of a cycle. */
export const cycleCritics = {
  x: (x: Shape, width: number, drop: string): NetworkSpec => ({
    inputs: { x, x2: x },
    blocks: [{ name: 'logit', from: ['x', 'x2'], rows: [...onImages(width, drop), fullyConnected(1)] }],
    outputs: ['logit'],
  }),
  z: (latent: number, width: number, drop: string): NetworkSpec => ({
    inputs: { z: [latent], z2: [latent] },
    blocks: [
      {
        name: 'logit',
        from: ['z', 'z2'],
        rows: [fullyConnected(4 * width, drop), fullyConnected(4 * width, drop), fullyConnected(1)],
      },
    ],
    outputs: ['logit'],
  }),
};
