import { chain, fullyConnected, type NetworkSpec } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder } from './encoders.js';
import { flowRows, flows } from './flows.js';

/** AS-VAE's four networks on points. */
export const asVaeGrid = architecture({
  name: 'as-vae-grid',
  title: 'AS-VAE, 2-D Gaussian mixture',
  source:
    "alix's own, for the paper has no such experiment: G and the critic's rows as ALI's toy nets, E Gaussian with a flow as an option, " +
    'f1 and f2 alike with parameters of their own; no batch norm in them nor in E',
  options: { width: 400, features: 200, pieces: 5, flow: 'none', flowLength: 8, flowWidth: 32 },
  choices: { flow: flows },
  build({ width, features, pieces, flow, flowLength, flowWidth }) {
    const hidden = fullyConnected(width, 'bn relu', { bias: false });
    const plain = fullyConnected(width, 'relu');
    const maxoutRow = fullyConnected(features * pieces, `maxout(${pieces})`);
    const critic: NetworkSpec = {
      inputs: { x: [2], z: [2] },
      blocks: [{ name: 'logit', from: ['x', 'z'], rows: [maxoutRow, maxoutRow, maxoutRow, fullyConnected(1)] }],
      outputs: ['logit'],
    };
    return {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: 2, prior: 'normal' },
      networks: {
        E: encoder(
          { x: [2] },
          {
            kind: 'gaussian',
            trunk: [plain, plain],
            head: [fullyConnected(2)],
            spread: 'log_variance',
            flow: flowRows(flow, flowLength, flowWidth),
          },
        ),
        G: chain('z', [2], 'x', [hidden, hidden, hidden, hidden, fullyConnected(2)]),
        D1: critic,
        D2: critic,
      },
    };
  },
});
