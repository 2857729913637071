import { chain, conv, fullyConnected, maxPool, type NetworkSpec, type Shape } from '../spec.js';
import { architecture } from './architecture.js';
import { unusedLatent } from './options.js';

/** A small classifier of 28x28 images: 64 features, 420 kB of weights. Parameters: M 105,440, C 650. */
export const classifierSmall = architecture({
  name: 'classifier-small',
  title: 'small classifier of 28x28 images',
  source:
    "alix's own: for feature errors and scores on strokes, and as the M of GALI-PT there; images in [-1,1] as GALI's",
  options: { channels: 1, features: 64, width: 16, classes: 10 },
  build({ channels, features, width, classes }) {
    const x = [28, 28, channels];
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: unusedLatent,
      networks: {
        M: smallFeatures(x, width, features),
        C: chain('features', [features], 'logit', [fullyConnected(classes)]),
      },
    };
  },
});

/** M: images in [-1,1] to features. */
export function smallFeatures(x: Shape, width: number, features: number): NetworkSpec {
  return chain('x', x, 'features', [
    conv(3, 1, width, 'bn relu'),
    maxPool(2, 2),
    conv(3, 1, 2 * width, 'bn relu'),
    maxPool(2, 2),
    fullyConnected(features, 'bn relu'),
  ]);
}
