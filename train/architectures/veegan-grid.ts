import { chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';

/** VEEGAN's nets for 2-D mixtures. Parameters at the defaults: E 49,662, G 49,410, D 49,537. */
export const veeganGrid = architecture({
  name: 'veegan-grid',
  title: 'VEEGAN, 2-D Gaussian mixture',
  source:
    'Srivastava et al. 2017 (arXiv:1705.07761) as adapted from the unrolled GAN: z of 254, every net with two hidden layers of 128 ' +
    'ReLU, the reconstructor E deterministic. Their notebook was not read.',
  options: { latent: 254, width: 128 },
  build({ latent, width }) {
    const hidden = fullyConnected(width, 'relu');
    return {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: chain('x', [2], 'mean', [hidden, hidden, fullyConnected(latent)]),
        G: chain('z', [latent], 'x', [hidden, hidden, fullyConnected(2)]),
        D: {
          inputs: { x: [2], z: [latent] },
          blocks: [{ name: 'logit', from: ['x', 'z'], rows: [hidden, hidden, fullyConnected(1)] }],
          outputs: ['logit'],
        },
      },
    };
  },
});
