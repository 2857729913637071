import { chain, conv, fullyConnected, maxPool } from '../spec.js';
import { architecture } from './architecture.js';
import { scaledBy, unusedLatent } from './options.js';

/** The classifier behind MNIST's Inception Score in ALICE and AIM: 1024 features, ten digits. Parameters: M 3,266,496, C 10,250. */
export const classifierMnist = architecture({
  name: 'classifier-mnist',
  title: 'MNIST classifier of the Inception Score',
  source:
    "the authors' code of ALICE, as AIM uses it: convolutions 5x5 of 32 (batch norm) and 64, each with 2x2 pooling, a fully connected " +
    'layer of 1024 with batch norm and dropout that keeps 0.7; images in [-0.5, 0.5]. Ours: ReLU on both convolutions, biases everywhere.',
  options: { channels: 1, width: 1, dropout: 0.3, classes: 10 },
  build({ channels, width, dropout, classes }) {
    const n = scaledBy(width);
    return {
      data: { kind: 'image', shape: [28, 28, channels], range: [-0.5, 0.5] },
      latent: unusedLatent,
      networks: {
        M: chain('x', [28, 28, channels], 'features', [
          conv(5, 1, n(32), 'bn relu'),
          maxPool(2, 2),
          conv(5, 1, n(64), 'relu'),
          maxPool(2, 2),
          fullyConnected(n(1024), `bn relu dropout(${dropout})`),
        ]),
        C: chain('features', [n(1024)], 'logit', [fullyConnected(classes)]),
      },
    };
  },
});
