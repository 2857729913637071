import { chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { critical, type Normalisation, normalisations } from './options.js';

interface ToySizes {
  readonly width: number;
  readonly features: number;
  readonly pieces: number;
  readonly slope: number;
  readonly normalisation: Normalisation;
}

/** What AIM's nets on the plane have whatever their encoder reads: points, a 2-D latent, G, F and D. */
export function aimToy({ width, features, pieces, slope, normalisation }: ToySizes) {
  const { spectral, words } = critical(normalisation, `lrelu(${slope})`);
  const maxoutRow = fullyConnected(features * pieces, `maxout(${pieces})`, { spectral });
  const hidden = fullyConnected(width, 'bn relu');
  return {
    data: { kind: 'points', shape: [2], range: [0, 1] },
    latent: { size: 2, prior: 'normal' },
    networks: {
      G: chain('z', [2], 'x', [hidden, hidden, hidden, hidden, fullyConnected(2)]),
      F: chain('x', [2], 'features', [maxoutRow, maxoutRow, maxoutRow]),
      D: chain('features', [features], 'logit', [fullyConnected(features, words, { spectral }), fullyConnected(1)]),
    },
  } as const;
}

/** AIM's nets for the 25-Gaussian grid. Parameters: E 122,604, G 486,402, F 405,000, D 40,801. */
export const aimGrid = architecture({
  name: 'aim-grid',
  title: 'AIM, 2-D Gaussian mixture',
  source:
    "the authors' code of AIM (alexanderhanboli/AIM, LAI_mix_gaussian_cl.py): G as ALI's toy net; F three maxout layers; " +
    'heads on F. The paper prints no table for it. The critic (F and D) with normalisation none: without batch norm, for ' +
    'Wasserstein; spectral: on all its rows but the last, for SN-GAN (gan_mix_gaussian.py).',
  options: { width: 400, features: 200, pieces: 5, slope: 0.1, normalisation: 'bn', encoder: 'gaussian' },
  choices: { normalisation: normalisations, encoder: encoders },
  build({ encoder: kind, ...sizes }) {
    const toy = aimToy(sizes);
    const row = fullyConnected(sizes.features, 'bn relu');
    const heads = { kind, trunk: [row], head: [row, fullyConnected(2)], spread: 'log_variance' } as const;
    return { ...toy, networks: { ...toy.networks, E: encoder({ features: [sizes.features] }, heads) } };
  },
});
