import { chain, conv, flatten, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { critical, normalisations } from './options.js';
import { smallGenerator } from './small-generator.js';

/** A quarter of AIM Table 3's widths and a sixteenth of its work, for two cores and a few minutes. */
export const small28 = architecture({
  name: 'small-28',
  title: "small 28x28 networks, encoder on the critic's features",
  source:
    "alix's own: AIM Table 3 with a narrower fully connected part; for GAN and DALI. The critic (F and D) with normalisation none: " +
    'without batch norm, for Wasserstein; spectral: on all its rows but the last, for SN-GAN. Encoder deterministic: for DALI-l2.',
  options: { latent: 16, channels: 1, slope: 0.1, width: 24, normalisation: 'bn', encoder: 'gaussian' },
  choices: { normalisation: normalisations, encoder: encoders },
  build({ latent, channels, slope, width, normalisation, encoder: kind }) {
    const lrelu = `lrelu(${slope})`;
    const { spectral, words } = critical(normalisation, lrelu);
    const features = [7, 7, 2 * width];
    return {
      data: { kind: 'image', shape: [28, 28, channels], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: smallGenerator(latent, width, channels),
        F: chain('x', [28, 28, channels], 'features', [
          conv(4, 2, width, lrelu, { spectral }),
          conv(4, 2, 2 * width, words, { spectral }),
        ]),
        D: chain('features', features, 'logit', [
          flatten(),
          fullyConnected(8 * width, words, { spectral }),
          fullyConnected(1),
        ]),
        E: encoder(
          { features },
          {
            kind,
            trunk: [conv(4, 2, 2 * width, `bn ${lrelu}`), flatten()],
            head: [fullyConnected(64, `bn ${lrelu}`), fullyConnected(latent)],
            spread: 'log_variance',
          },
        ),
      },
    };
  },
});
