import { type Block, chain, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';

/** AIM's nets for the 25-Gaussian grid. Parameters: E 122,604, G 486,402, F 405,000, D 40,801. */
export const aimGrid = architecture({
  name: 'aim-grid',
  title: 'AIM, 2-D Gaussian mixture',
  source:
    "the authors' code of AIM (alexanderhanboli/AIM, LAI_mix_gaussian_cl.py): G as ALI's toy net; F three maxout layers; " +
    'heads on F. The paper prints no table for it.',
  options: { width: 400, features: 200, pieces: 5, slope: 0.1 },
  build({ width, features, pieces, slope }) {
    const maxoutRow = fullyConnected(features * pieces, `maxout(${pieces})`);
    const head = (name: string): Block => ({
      name,
      from: ['trunk'],
      rows: [fullyConnected(features, 'bn relu'), fullyConnected(2)],
    });
    const hidden = fullyConnected(width, 'bn relu');
    return {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: 2, prior: 'normal' },
      networks: {
        G: chain('z', [2], 'x', [hidden, hidden, hidden, hidden, fullyConnected(2)]),
        F: chain('x', [2], 'features', [maxoutRow, maxoutRow, maxoutRow]),
        D: chain('features', [features], 'logit', [fullyConnected(features, `bn lrelu(${slope})`), fullyConnected(1)]),
        E: {
          inputs: { features: [features] },
          blocks: [
            { name: 'trunk', from: ['features'], rows: [fullyConnected(features, 'bn relu')] },
            head('mean'),
            head('log_variance'),
          ],
          outputs: ['mean', 'log_variance'],
        },
      },
    };
  },
});
