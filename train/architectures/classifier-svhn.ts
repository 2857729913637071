import {
  chain,
  conv,
  dropout,
  fullyConnected,
  maxPool,
  type NetworkSpec,
  type Row,
  resizeNearest,
  type Shape,
} from '../spec.js';
import { architecture } from './architecture.js';
import { scaledBy, unusedLatent } from './options.js';

/** The classifier behind GALI's feature error on SVHN, and the M of GALI-PT there: 3072 features. */
export const classifierSvhn = architecture({
  name: 'classifier-svhn',
  title: 'SVHN classifier of the feature error',
  source:
    'the network that GALI names (potterhsu/SVHNClassifier-PyTorch, after Goodfellow et al. 2014): eight 5x5 convolutions with batch ' +
    'norm, pooling of stride 2 and 1 in turns and dropout 0.2, two fully connected layers of 3072; images in [-1,1], brought to ' +
    '54x54 by nearest neighbours. Ours: one digit and so one output layer instead of a length and five digits; its pooling pads ' +
    "by 1, here the convolution's padding is 3 instead of 2, so that the sizes 28, 29, 15, 16, 9, 10, 6, 7 are the same.",
  options: { channels: 3, width: 1, dropout: 0.2, classes: 10 },
  build({ channels, width, dropout: rate, classes }) {
    const x = [32, 32, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: unusedLatent,
      networks: {
        M: svhnFeatures(x, width, rate),
        C: chain('features', [scaledBy(width)(3072)], 'logit', [fullyConnected(classes)]),
      },
    };
  },
});

/** M: images in [-1,1] to its last hidden layer. */
export function svhnFeatures(x: Shape, width: number, rate: number): NetworkSpec {
  const n = scaledBy(width);
  const hidden = (features: number, stride: number): Row[] => [
    conv(5, 1, n(features), 'bn relu', { padding: 3 }),
    maxPool(2, stride),
    dropout(rate),
  ];
  return {
    inputs: { x },
    blocks: [
      { name: 'input', from: ['x'], rows: [resizeNearest(54, 54)] },
      {
        name: 'features',
        from: ['input'],
        rows: [
          ...hidden(48, 2),
          ...hidden(64, 1),
          ...hidden(128, 2),
          ...hidden(160, 1),
          ...hidden(192, 2),
          ...hidden(192, 1),
          ...hidden(192, 2),
          ...hidden(192, 1),
          fullyConnected(n(3072), 'relu'),
          fullyConnected(n(3072), 'relu'),
        ],
      },
    ],
    outputs: ['features'],
  };
}
