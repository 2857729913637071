import { aliRows } from './ali-rows.js';
import { svhnEncoder, svhnGenerator } from './ali-svhn.js';
import { architecture } from './architecture.js';
import { svhnFeatures } from './classifier-svhn.js';
import { galiCritic, galiCritics, spectralRows } from './gali-critic.js';
import { scaledBy } from './options.js';

/** GALI on SVHN. Parameters at the defaults: E 3,315,488, G 1,767,584, D 5,286,212; GALI-8's D 6,338,888, GALI-PT's 7,646,532. */
export const galiSvhn = architecture({
  name: 'gali-svhn',
  title: 'GALI, SVHN',
  source:
    "GALI says: ALI's networks (ALI Table 3), the critic with spectral instead of batch norm and dropout. Authors' code: tanh, images in " +
    '[-1,1], one output bias per pixel, spectral norm and a bias on every row of D. Option critic: 1 (its ALI and ALICE), 4, 8, pt ' +
    '(with M, the network of classifier-svhn at classifierWidth) or mix.',
  options: { critic: '4', latent: 256, channels: 3, width: 1, slope: 0.01, classifierWidth: 1 },
  choices: { critic: galiCritics },
  build({ critic, latent, channels, width, slope, classifierWidth }) {
    const rows = aliRows(width, 'code');
    const { conv, dense } = spectralRows(width);
    const lrelu = `lrelu(${slope})`;
    const x = [32, 32, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: svhnEncoder(rows, x, latent, slope),
        G: svhnGenerator(rows, latent, slope, channels, 'tanh'),
        D: galiCritic(critic, x, latent, {
          dx: [
            conv(5, 1, 32, lrelu),
            conv(4, 2, 64, lrelu),
            conv(4, 1, 128, lrelu),
            conv(4, 2, 256, lrelu),
            conv(4, 1, 512, lrelu),
          ],
          dz: [dense(512, lrelu), dense(512, lrelu)],
          df: [dense(512, lrelu), dense(512, lrelu)],
          joint: [dense(1024, lrelu), dense(1024, lrelu)],
          features: [scaledBy(classifierWidth)(3072)],
        }),
        ...(critic === 'pt' ? { M: svhnFeatures(x, classifierWidth, 0.2) } : {}),
      },
    };
  },
});
