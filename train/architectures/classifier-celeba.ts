import { chain, conv, flatten, fullyConnected, maxPool, type NetworkSpec, type Shape } from '../spec.js';
import { architecture } from './architecture.js';
import { scaledBy, unusedLatent } from './options.js';

/** The attribute classifier behind GALI's feature error on CelebA: 256 features, 40 attributes. */
export const classifierCeleba = architecture({
  name: 'classifier-celeba',
  title: 'CelebA attribute classifier of the feature error',
  source:
    "the authors' code of GALI: four 3x3 convolutions of 64, 128, 256 and 512, each pooled, then 2048 -> 1024 -> 256 -> 40 without " +
    'nonlinearities between; images in [-1,1]. 2048 = 2 * 2 * 512 says that the convolutions do not pad; ReLU and no batch norm are ours.',
  options: { channels: 3, width: 1, classes: 40 },
  build({ channels, width, classes }) {
    const n = scaledBy(width);
    const x = [64, 64, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: unusedLatent,
      networks: {
        M: celebaFeatures(x, width, 'second'),
        C: chain('features', [n(256)], 'logit', [fullyConnected(classes)]),
      },
    };
  },
});

/** M: images in [-1,1] to the 'second' fully connected layer, or to the 2048 numbers that go into the 'first'. */
export function celebaFeatures(x: Shape, width: number, until: 'first' | 'second'): NetworkSpec {
  const n = scaledBy(width);
  const valid = { padding: 'valid' } as const;
  return chain('x', x, 'features', [
    conv(3, 1, n(64), 'relu', valid),
    maxPool(2, 2),
    conv(3, 1, n(128), 'relu', valid),
    maxPool(2, 2),
    conv(3, 1, n(256), 'relu', valid),
    maxPool(2, 2),
    conv(3, 1, n(512), 'relu', valid),
    maxPool(2, 2),
    flatten(),
    ...(until === 'second' ? [fullyConnected(n(1024)), fullyConnected(n(256))] : []),
  ]);
}
