import { chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { critical, normalisations } from './options.js';

/** AIM's nets for the 25-Gaussian grid with an encoder that reads x itself: for VAE, VAE-GAN and the latent regressor. */
export const aimGridPixels = architecture({
  name: 'aim-grid-pixels',
  title: "AIM's 2-D nets, encoder on x",
  source:
    "G, F and D as in aim-grid; E is ours: ALI's two hidden rows of 400 on the point, then mean and log variance. Option " +
    'normalisation as in aim-grid, of the critic alone.',
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
        E: encoder({ x: [2] }, { kind, trunk: [hidden, hidden], head: [fullyConnected(2)], spread: 'log_variance' }),
      },
    };
  },
});
