import { conv, flatten, fullyConnected, type NetworkSpec } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder } from './encoders.js';
import { flowRows, flows } from './flows.js';
import { smallGenerator } from './small-generator.js';
import { smallTrunk } from './small-rows.js';

/** AS-VAE's four networks for 28x28 images and two cores. */
export const small28AsVae = architecture({
  name: 'small-28-as-vae',
  title: 'small 28x28 networks of AS-VAE',
  source:
    "alix's own: E and G as in small-28-joint, f1 and f2 alike with parameters of their own and no batch norm, a short flow as an " +
    'option (affine where log q(z|x) is needed at a given z: AS-VAE-g and AS-VAE)',
  options: {
    latent: 16,
    channels: 1,
    slope: 0.1,
    width: 24,
    dropout: 0.2,
    flow: 'none',
    flowLength: 8,
    flowWidth: 32,
  },
  choices: { flow: flows },
  build({ latent, channels, slope, width, dropout, flow, flowLength, flowWidth }) {
    const lrelu = `lrelu(${slope})`;
    const drop = `${lrelu} dropout(${dropout})`;
    const x = [28, 28, channels];
    const critic: NetworkSpec = {
      inputs: { x, z: [latent] },
      blocks: [
        { name: 'dx', from: ['x'], rows: [conv(4, 2, width, drop), conv(4, 2, 2 * width, drop), flatten()] },
        { name: 'dz', from: ['z'], rows: [fullyConnected(4 * width, drop)] },
        { name: 'logit', from: ['dx', 'dz'], rows: [fullyConnected(8 * width, drop), fullyConnected(1)] },
      ],
      outputs: ['logit'],
    };
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: encoder(
          { x },
          {
            kind: 'gaussian',
            trunk: smallTrunk(width, lrelu),
            head: [fullyConnected(latent)],
            spread: 'log_variance',
            flow: flowRows(flow, flowLength, flowWidth),
          },
        ),
        G: smallGenerator(latent, width, channels),
        D1: critic,
        D2: critic,
      },
    };
  },
});
