import { chain, fullyConnected, type NetworkSpec, reshape } from '../spec.js';
import { architecture } from './architecture.js';
import { scaledBy } from './options.js';

/** BiGAN's permutation-invariant MNIST networks: all of two hidden layers of 1024, codes uniform in [-1,1]^50. E 1,904,640, G 1,957,888, D 1,905,664. */
export const biganMnist = architecture({
  name: 'bigan-mnist',
  title: 'BiGAN, MNIST',
  source:
    "Donahue et al. 2017 (arXiv:1605.09782), section 4.2, and the authors' code (jeffdonahue/bigan, mnist_mlp): E deterministic and " +
    'linear at its end; batch norm on every hidden row of G and on the second of E and D, no biases; z joins the second row of G and ' +
    'of D. Theirs has no scale and shift in batch norm, ours does. Option critic features: F and D on x alone, for the latent ' +
    'regressor.',
  options: { latent: 50, channels: 1, width: 1, slope: 0.2, critic: 'joint' },
  choices: { critic: ['joint', 'features'] },
  build({ latent, channels, width, slope, critic }) {
    const hidden = scaledBy(width)(1024);
    const bare = { bias: false };
    const lrelu = `lrelu(${slope})`;
    const x = [28, 28, channels];
    const first = fullyConnected(hidden, lrelu, bare);
    const second = fullyConnected(hidden, `bn ${lrelu}`, bare);
    const end = fullyConnected(1, '', bare);
    const joint: NetworkSpec = {
      inputs: { x, z: [latent] },
      blocks: [
        { name: 'dx', from: ['x'], rows: [first] },
        { name: 'logit', from: ['dx', 'z'], rows: [second, end] },
      ],
      outputs: ['logit'],
    };
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'uniform' },
      networks: {
        E: chain('x', x, 'mean', [first, second, fullyConnected(latent, '', bare)]),
        G: {
          inputs: { z: [latent] },
          blocks: [
            { name: 'first', from: ['z'], rows: [fullyConnected(hidden, 'bn relu', bare)] },
            {
              name: 'x',
              from: ['first', 'z'],
              rows: [
                fullyConnected(hidden, 'bn relu', bare),
                fullyConnected(784 * channels, 'sigmoid', bare),
                reshape(28, 28, channels),
              ],
            },
          ],
          outputs: ['x'],
        },
        ...(critic === 'joint'
          ? { D: joint }
          : { F: chain('x', x, 'features', [first, second]), D: chain('features', [hidden], 'logit', [end]) }),
      },
    };
  },
});
