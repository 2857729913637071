import { chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';

/** Unrolled GAN's nets for 2-D mixtures. Parameters: G 49,666, D 17,025. */
export const unrolledGrid = architecture({
  name: 'unrolled-grid',
  title: 'Unrolled GAN, 2-D Gaussian mixture',
  source:
    "Metz et al. 2017 (arXiv:1611.02163), appendix on the mixture, and the authors' code (poolio/unrolled_gan): z of 256, G and D with " +
    'two hidden layers of 128 tanh, orthogonal weights of gain 1.4 there',
  options: { latent: 256, width: 128 },
  build({ latent, width }) {
    const hidden = fullyConnected(width, 'tanh');
    return {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: chain('z', [latent], 'x', [hidden, hidden, fullyConnected(2)]),
        D: chain('x', [2], 'logit', [hidden, hidden, fullyConnected(1)]),
      },
    };
  },
});
