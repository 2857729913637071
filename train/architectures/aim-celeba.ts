import { chain, conv, flatten, fullyConnected, reshape, transposedConv } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { conventions, scaledBy } from './options.js';

/** AIM Table 4: CIFAR-10 and CelebA at 64x64. Parameters at the defaults: E 13,217,408, G 12,070,531, F 11,021,696, D 16,385. */
export const aimCeleba = architecture({
  name: 'aim-celeba',
  title: 'AIM Table 4 (CIFAR-10 and CelebA at 64x64)',
  source:
    "AIM (ICLR 2019 submission) Table 4, with a bias on every row. E's 2x2 row pads 1, so that 4 -> 2 -> 1 -> 2 and the 512 that the " +
    "table reshapes to come out. Convention code (AIM_celeb.py): batch norm on E's first row too, slope 0.01 on E's convolutions, " +
    'batch norm after the leaky ReLU in the heads, and images in [0,1] under a tanh; convention table: images in [-1,1].',
  options: { latent: 64, channels: 3, width: 1, slope: 0.2, encoder: 'gaussian', convention: 'table' },
  choices: { encoder: encoders, convention: conventions },
  build({ latent, channels, width, slope, encoder: kind, convention }) {
    const n = scaledBy(width);
    const isTable = convention === 'table';
    const lrelu = `lrelu(${slope})`;
    const inE = isTable ? lrelu : 'lrelu(0.01)';
    const half = { padding: 1 };
    const then = isTable ? `bn ${lrelu}` : `${lrelu} bn`;
    const features = [4, 4, n(1024)];
    return {
      data: { kind: 'image', shape: [64, 64, channels], range: isTable ? [-1, 1] : [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: chain('z', [latent], 'x', [
          reshape(1, 1, latent),
          transposedConv(4, 1, n(1024), 'bn relu', { padding: 'valid' }),
          transposedConv(4, 2, n(512), 'bn relu', half),
          transposedConv(4, 2, n(256), 'bn relu', half),
          transposedConv(4, 2, n(128), 'bn relu', half),
          transposedConv(4, 2, channels, 'tanh', half),
        ]),
        F: chain('x', [64, 64, channels], 'features', [
          conv(4, 2, n(128), lrelu, half),
          conv(4, 2, n(256), `bn ${lrelu}`, half),
          conv(4, 2, n(512), `bn ${lrelu}`, half),
          conv(4, 2, n(1024), `bn ${lrelu}`, half),
        ]),
        D: chain('features', features, 'logit', [conv(4, 1, 1, '', { padding: 'valid' }), flatten()]),
        E: encoder(
          { features },
          {
            kind,
            trunk: [
              conv(4, 2, n(512), isTable ? inE : `bn ${inE}`, half),
              conv(4, 2, n(512), `bn ${inE}`, half),
              conv(2, 1, n(256), `bn ${inE}`, half),
              conv(1, 1, n(128), `bn ${inE}`),
              flatten(),
            ],
            // never narrower than the code: fewer units than values to tell could not tell them
            head: [fullyConnected(Math.max(n(64), latent), then), fullyConnected(latent)],
            spread: 'log_variance',
          },
        ),
      },
    };
  },
});
