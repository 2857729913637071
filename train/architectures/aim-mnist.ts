import { chain, conv, flatten, fullyConnected, reshape, transposedConv } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { conventions, scaledBy } from './options.js';

/** AIM Table 3: the MNIST networks. Parameters at the defaults: E 170,432, G 6,609,473, F 132,544, D 6,491,265. */
export const aimMnist = architecture({
  name: 'aim-mnist',
  title: 'AIM Table 3 (MNIST)',
  source:
    'AIM (ICLR 2019 submission) Table 3. The last row of G says 3 feature maps, MNIST has 1. Paddings are those of the ' +
    "authors' code: 1 everywhere, so that E goes from 7x7 to 3x3 and its 576 features come out. Convention code: batch norm " +
    'after the leaky ReLU in the heads. Encoder deterministic: the mean alone, for the identity covariance of DALI-l2.',
  options: { latent: 32, channels: 1, slope: 0.1, width: 1, encoder: 'gaussian', convention: 'table' },
  choices: { encoder: encoders, convention: conventions },
  build({ latent, channels, slope, width, encoder: kind, convention }) {
    const n = scaledBy(width);
    const lrelu = `lrelu(${slope})`;
    const features = [7, 7, n(128)];
    const then = convention === 'table' ? `bn ${lrelu}` : `${lrelu} bn`;
    return {
      data: { kind: 'image', shape: [28, 28, channels], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: chain('z', [latent], 'x', [
          fullyConnected(n(1024), 'bn relu'),
          fullyConnected(49 * n(128), 'bn relu'),
          reshape(7, 7, n(128)),
          transposedConv(4, 2, n(64), 'bn relu', { padding: 1 }),
          transposedConv(4, 2, channels, 'sigmoid', { padding: 1 }),
        ]),
        F: chain('x', [28, 28, channels], 'features', [
          conv(4, 2, n(64), lrelu, { padding: 1 }),
          conv(4, 2, n(128), `bn ${lrelu}`, { padding: 1 }),
        ]),
        D: chain('features', features, 'logit', [
          flatten(),
          fullyConnected(n(1024), `bn ${lrelu}`),
          fullyConnected(n(64)),
          fullyConnected(1),
        ]),
        E: encoder(
          { features },
          {
            kind,
            trunk: [conv(4, 2, n(64), `bn ${lrelu}`, { padding: 1 }), flatten()],
            head: [fullyConnected(n(32), then), fullyConnected(latent)],
            spread: 'log_variance',
          },
        ),
      },
    };
  },
});
