import { type Block, chain, conv, flatten, fullyConnected, reshape, transposedConv } from '../spec.js';
import { architecture } from './architecture.js';

/** AIM Table 3: the MNIST networks. Parameters at the defaults: E 170,432, G 6,609,473, F 132,544, D 6,491,265. */
export const aimMnist = architecture({
  name: 'aim-mnist',
  title: 'AIM Table 3 (MNIST)',
  source:
    'AIM (ICLR 2019 submission) Table 3. The last row of G says 3 feature maps, MNIST has 1. Paddings are those of the ' +
    "authors' code: 1 everywhere, so that E goes from 7x7 to 3x3 and its 576 features come out.",
  options: { latent: 32, channels: 1, slope: 0.1 },
  build({ latent, channels, slope }) {
    const lrelu = `lrelu(${slope})`;
    const head = (name: string): Block => ({
      name,
      from: ['trunk'],
      rows: [fullyConnected(32, `bn ${lrelu}`), fullyConnected(latent)],
    });
    return {
      data: { kind: 'image', shape: [28, 28, channels], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: chain('z', [latent], 'x', [
          fullyConnected(1024, 'bn relu'),
          fullyConnected(6272, 'bn relu'),
          reshape(7, 7, 128),
          transposedConv(4, 2, 64, 'bn relu', { padding: 1 }),
          transposedConv(4, 2, channels, 'sigmoid', { padding: 1 }),
        ]),
        F: chain('x', [28, 28, channels], 'features', [
          conv(4, 2, 64, lrelu, { padding: 1 }),
          conv(4, 2, 128, `bn ${lrelu}`, { padding: 1 }),
        ]),
        D: chain('features', [7, 7, 128], 'logit', [
          flatten(),
          fullyConnected(1024, `bn ${lrelu}`),
          fullyConnected(64),
          fullyConnected(1),
        ]),
        E: {
          inputs: { features: [7, 7, 128] },
          blocks: [
            { name: 'trunk', from: ['features'], rows: [conv(4, 2, 64, `bn ${lrelu}`, { padding: 1 }), flatten()] },
            head('mean'),
            head('log_variance'),
          ],
          outputs: ['mean', 'log_variance'],
        },
      },
    };
  },
});
