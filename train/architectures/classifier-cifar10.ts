import { chain, conv, fullyConnected, maxPool } from '../spec.js';
import { architecture } from './architecture.js';
import { scaledBy, unusedLatent } from './options.js';

/** A small classifier of 32x32 colour images: 256 features. Parameters: M 618,752, C 2,570. */
export const classifierCifar10 = architecture({
  name: 'classifier-cifar10',
  title: 'small classifier of 32x32 colour images',
  source:
    "alix's own: three 3x3 convolutions of 32, 64 and 128, each with batch norm and 2x2 pooling, a fully connected layer of 256; " +
    'images in [-1,1]. For feature errors and scores within alix, not the Inception network of the literature.',
  options: { channels: 3, width: 1, dropout: 0.3, classes: 10 },
  build({ channels, width, dropout, classes }) {
    const n = scaledBy(width);
    const x = [32, 32, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: unusedLatent,
      networks: {
        M: chain('x', x, 'features', [
          conv(3, 1, n(32), 'bn relu'),
          maxPool(2, 2),
          conv(3, 1, n(64), 'bn relu'),
          maxPool(2, 2),
          conv(3, 1, n(128), 'bn relu'),
          maxPool(2, 2),
          fullyConnected(n(256), `bn relu dropout(${dropout})`),
        ]),
        C: chain('features', [n(256)], 'logit', [fullyConnected(classes)]),
      },
    };
  },
});
