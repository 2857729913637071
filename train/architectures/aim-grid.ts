import { chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { critical, normalisations } from './options.js';

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
  build({ width, features, pieces, slope, normalisation, encoder: kind }) {
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
        E: encoder(
          { features: [features] },
          {
            kind,
            trunk: [fullyConnected(features, 'bn relu')],
            head: [fullyConnected(features, 'bn relu'), fullyConnected(2)],
            spread: 'log_variance',
          },
        ),
      },
    };
  },
});
