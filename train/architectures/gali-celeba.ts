import { celebaEncoder, celebaGenerator } from './ali-celeba.js';
import { aliRows } from './ali-rows.js';
import { architecture } from './architecture.js';
import { celebaFeatures } from './classifier-celeba.js';
import { galiCritic, galiCritics, spectralRows } from './gali-critic.js';
import { scaledBy } from './options.js';

/** GALI on CelebA. Parameters at the defaults: E 6,794,880, G 11,811,392, D 15,196,100; GALI-mix's D 15,204,296, GALI-PT's 17,556,420. */
export const galiCeleba = architecture({
  name: 'gali-celeba',
  title: 'GALI, CelebA',
  source:
    "GALI says: ALI's networks (ALI Table 4), the critic with spectral instead of batch norm and dropout. Authors' code: tanh, images in " +
    '[-1,1], one output bias per pixel, spectral norm and a bias on every row of D. Option critic: 1 (its ALI and ALICE), 4, 8, pt ' +
    "or mix. The paper's M is Inception's pool of 2048; ours is what goes into the fully connected layers of classifier-celeba, of the " +
    'same size (classifierWidth 1), so that its critic is the one of the paper.',
  options: { critic: '4', latent: 256, channels: 3, width: 1, slope: 0.02, classifierWidth: 1 },
  choices: { critic: galiCritics },
  build({ critic, latent, channels, width, slope, classifierWidth }) {
    const rows = aliRows(width, 'code');
    const { conv, dense } = spectralRows(width);
    const lrelu = `lrelu(${slope})`;
    const x = [64, 64, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: celebaEncoder(rows, x, latent, slope),
        G: celebaGenerator(rows, latent, slope, channels, 'tanh'),
        D: galiCritic(critic, x, latent, {
          dx: [
            conv(2, 1, 64, lrelu),
            conv(7, 2, 128, lrelu),
            conv(5, 2, 256, lrelu),
            conv(7, 2, 256, lrelu),
            conv(4, 1, 512, lrelu),
          ],
          dz: [dense(1024, lrelu), dense(1024, lrelu)],
          df: [dense(512, lrelu), dense(512, lrelu)],
          joint: [dense(2048, lrelu), dense(2048, lrelu)],
          features: [4 * scaledBy(classifierWidth)(512)],
        }),
        ...(critic === 'pt' ? { M: celebaFeatures(x, classifierWidth, 'first') } : {}),
      },
    };
  },
});
