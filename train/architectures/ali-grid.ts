import { chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';

/** ALI's nets for the 2-D mixture; the encoder is no Gaussian, it reads noise beside x. Parameters: E 164,002, G 484,802, D 407,201. */
export const aliGrid = architecture({
  name: 'ali-grid',
  title: 'ALI, 2-D Gaussian mixture',
  source:
    "the authors' code of ALI (IshmaelBelghazi/ALI, mixture experiment): G and E fully connected with batch norm and no " +
    'bias under it; D three maxout-5 layers on (x, z). Initialisation N(0, 0.02).',
  options: { width: 400, features: 200, pieces: 5 },
  build({ width, features, pieces }) {
    const hidden = fullyConnected(width, 'bn relu', { bias: false });
    const maxoutRow = fullyConnected(features * pieces, `maxout(${pieces})`);
    return {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: 2, prior: 'normal' },
      networks: {
        G: chain('z', [2], 'x', [hidden, hidden, hidden, hidden, fullyConnected(2)]),
        E: {
          inputs: { x: [2], noise: [2] },
          blocks: [{ name: 'sample', from: ['x', 'noise'], rows: [hidden, hidden, fullyConnected(2)] }],
          outputs: ['sample'],
        },
        D: {
          inputs: { x: [2], z: [2] },
          blocks: [{ name: 'logit', from: ['x', 'z'], rows: [maxoutRow, maxoutRow, maxoutRow, fullyConnected(1)] }],
          outputs: ['logit'],
        },
      },
    };
  },
});
