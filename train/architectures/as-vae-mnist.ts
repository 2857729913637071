import { chain, conv, flatten, fullyConnected, type NetworkSpec, reshape, transposedConv } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder } from './encoders.js';
import { flowRows, flows } from './flows.js';
import { scaledBy } from './options.js';

/** AS-VAE on MNIST. */
export const asVaeMnist = architecture({
  name: 'as-vae-mnist',
  title: 'AS-VAE, MNIST',
  source:
    'the paper (Pu et al. 2017) gives its networks as images that are lost; it says: a flow of length 80 on MNIST, f1 and f2 alike with ' +
    "parameters of their own, Xavier, dropout. The rest is alix's own: convolutions as in AIM Table 3, the critics in the manner of " +
    'ALI with dropout 0.2 and without batch norm, a latent of 40 as in Rezende & Mohamed 2015. Flow affine where log q(z|x) is ' +
    'needed at a given z: AS-VAE-g and AS-VAE.',
  options: {
    latent: 40,
    channels: 1,
    width: 1,
    slope: 0.1,
    dropout: 0.2,
    flow: 'planar',
    flowLength: 80,
    flowWidth: 64,
  },
  choices: { flow: flows },
  build({ latent, channels, width, slope, dropout, flow, flowLength, flowWidth }) {
    const n = scaledBy(width);
    const drop = `lrelu(${slope}) dropout(${dropout})`;
    const half = { padding: 1 };
    const x = [28, 28, channels];
    const critic: NetworkSpec = {
      inputs: { x, z: [latent] },
      blocks: [
        { name: 'dx', from: ['x'], rows: [conv(4, 2, n(64), drop, half), conv(4, 2, n(128), drop, half), flatten()] },
        { name: 'dz', from: ['z'], rows: [fullyConnected(n(512), drop), fullyConnected(n(512), drop)] },
        {
          name: 'logit',
          from: ['dx', 'dz'],
          rows: [fullyConnected(n(1024), drop), fullyConnected(n(1024), drop), fullyConnected(1)],
        },
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
            trunk: [
              conv(4, 2, n(64), 'relu', half),
              conv(4, 2, n(128), 'relu', half),
              flatten(),
              fullyConnected(n(1024), 'relu'),
            ],
            head: [fullyConnected(latent)],
            spread: 'log_variance',
            flow: flowRows(flow, flowLength, flowWidth),
          },
        ),
        G: chain('z', [latent], 'x', [
          fullyConnected(n(1024), 'relu'),
          fullyConnected(49 * n(128), 'relu'),
          reshape(7, 7, n(128)),
          transposedConv(4, 2, n(64), 'relu', half),
          transposedConv(4, 2, channels, 'sigmoid', half),
        ]),
        D1: critic,
        D2: critic,
      },
    };
  },
});
