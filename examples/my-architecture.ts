/**
 * Networks of one's own, outside alix: `alix train my-architecture.ts` trains them with the first objective whose networks
 * they are, here DALI; another is chosen with --set objective.name=gan.
 */
import { architecture } from '@alix/train/architectures/architecture';
import { chain, fullyConnected, reshape } from '@alix/train/spec';

export default architecture({
  name: 'mlp-28',
  title: 'fully connected networks for 28x28 images',
  source: 'after Goodfellow et al. 2014 (arXiv:1406.2661), section 5',
  options: { latent: 16, width: 128 },
  build({ latent, width }) {
    const head = (name: string) => ({ name, from: ['trunk'], rows: [fullyConnected(latent)] });
    return {
      data: { kind: 'image', shape: [28, 28, 1], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: chain('z', [latent], 'x', [
          fullyConnected(width, 'bn relu'),
          fullyConnected(784, 'sigmoid'),
          reshape(28, 28, 1),
        ]),
        F: chain('x', [28, 28, 1], 'features', [reshape(784), fullyConnected(width, 'lrelu(0.2)')]),
        D: chain('features', [width], 'logit', [fullyConnected(1)]),
        E: {
          inputs: { features: [width] },
          blocks: [
            { name: 'trunk', from: ['features'], rows: [fullyConnected(width, 'bn relu')] },
            head('mean'),
            head('log_variance'),
          ],
          outputs: ['mean', 'log_variance'],
        },
      },
    };
  },
});
