import { chain, conv, flatten, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { critical, normalisations } from './options.js';
import { smallGenerator } from './small-generator.js';
import { smallTrunk } from './small-rows.js';

/** The small 28x28 networks with an encoder on the image and a critic on the image alone. */
export const small28Pixels = architecture({
  name: 'small-28-pixels',
  title: 'small 28x28 networks, encoder on pixels',
  source:
    "alix's own: G, F and D as in small-28, E as in small-28-joint; for VAE, VAE-GAN and the latent regressor (encoder " +
    'deterministic, prior uniform: as BiGAN has it)',
  options: {
    latent: 16,
    channels: 1,
    slope: 0.1,
    width: 24,
    normalisation: 'bn',
    encoder: 'gaussian',
    prior: 'normal',
  },
  choices: { normalisation: normalisations, encoder: encoders, prior: ['normal', 'uniform'] },
  build({ latent, channels, slope, width, normalisation, encoder: kind, prior }) {
    const lrelu = `lrelu(${slope})`;
    const { spectral, words } = critical(normalisation, lrelu);
    const x = [28, 28, channels];
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior },
      networks: {
        E: encoder(
          { x },
          { kind, trunk: smallTrunk(width, lrelu), head: [fullyConnected(latent)], spread: 'log_variance' },
        ),
        G: smallGenerator(latent, width, channels),
        F: chain('x', x, 'features', [
          conv(4, 2, width, lrelu, { spectral }),
          conv(4, 2, 2 * width, words, { spectral }),
        ]),
        D: chain('features', [7, 7, 2 * width], 'logit', [
          flatten(),
          fullyConnected(8 * width, words, { spectral }),
          fullyConnected(1),
        ]),
      },
    };
  },
});
