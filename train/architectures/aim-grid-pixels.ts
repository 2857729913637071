import { fullyConnected } from '../spec.js';
import { aimToy } from './aim-grid.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { normalisations } from './options.js';

/** AIM's nets for the 25-Gaussian grid with an encoder that reads x itself: for VAE, VAE-GAN and the latent regressor. */
export const aimGridPixels = architecture({
  name: 'aim-grid-pixels',
  title: "AIM's 2-D nets, encoder on x",
  source:
    "G, F and D as in aim-grid; E is ours: ALI's two hidden rows of 400 on the point, then mean and log variance. Option " +
    'normalisation as in aim-grid, of the critic alone.',
  options: { width: 400, features: 200, pieces: 5, slope: 0.1, normalisation: 'bn', encoder: 'gaussian' },
  choices: { normalisation: normalisations, encoder: encoders },
  build({ encoder: kind, ...sizes }) {
    const toy = aimToy(sizes);
    const hidden = fullyConnected(sizes.width, 'bn relu');
    const heads = { kind, trunk: [hidden, hidden], head: [fullyConnected(2)], spread: 'log_variance' } as const;
    return { ...toy, networks: { ...toy.networks, E: encoder({ x: [2] }, heads) } };
  },
});
