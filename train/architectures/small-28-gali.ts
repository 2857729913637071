import { fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { smallFeatures } from './classifier-small.js';
import { encoder } from './encoders.js';
import { galiCritic, galiCritics, spectralRows } from './gali-critic.js';
import { smallGenerator } from './small-generator.js';
import { smallTrunk } from './small-rows.js';

/** GALI's networks for 28x28 images and two cores. */
export const small28Gali = architecture({
  name: 'small-28-gali',
  title: 'small 28x28 networks, critic of several classes',
  source:
    "alix's own, in the manner of gali-svhn: images in [-1,1], tanh, one output bias per pixel, D with spectral norm and a bias on " +
    'every row. Option critic: 1, 4, 8, pt (with M, the network of classifier-small at its defaults) or mix.',
  options: { critic: '4', latent: 16, channels: 1, slope: 0.1, width: 24, classifierWidth: 16, classifierFeatures: 64 },
  choices: { critic: galiCritics },
  build({ critic, latent, channels, slope, width, classifierWidth, classifierFeatures }) {
    const lrelu = `lrelu(${slope})`;
    const { conv, dense } = spectralRows(width / 24, 'same');
    const x = [28, 28, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: encoder(
          { x },
          {
            kind: 'gaussian',
            trunk: smallTrunk(width, lrelu),
            head: [fullyConnected(latent)],
            spread: 'log_sigma',
          },
        ),
        G: smallGenerator(latent, width, channels, { activation: 'tanh', bias: 'untied' }),
        D: galiCritic(critic, x, latent, {
          dx: [conv(4, 2, 24, lrelu), conv(4, 2, 48, lrelu), dense(192, lrelu)],
          dz: [dense(96, lrelu)],
          df: [dense(96, lrelu), dense(96, lrelu)],
          joint: [dense(192, lrelu)],
          features: [classifierFeatures],
        }),
        ...(critic === 'pt' ? { M: smallFeatures(x, classifierWidth, classifierFeatures) } : {}),
      },
    };
  },
});
