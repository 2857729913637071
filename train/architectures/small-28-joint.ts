import { conv, flatten, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { smallGenerator } from './small-generator.js';

/** The small 28x28 networks for systems whose critic sees x and z together. */
export const small28Joint = architecture({
  name: 'small-28-joint',
  title: 'small 28x28 networks, critic on (x, z)',
  source: "alix's own, in the manner of ALI's tables: D(x), D(z), then D(x, z); for ALI",
  options: { latent: 16, channels: 1, slope: 0.1, width: 24, dropout: 0.2 },
  build({ latent, channels, slope, width, dropout }) {
    const lrelu = `lrelu(${slope})`;
    const drop = `${lrelu} dropout(${dropout})`;
    return {
      data: { kind: 'image', shape: [28, 28, channels], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: smallGenerator(latent, width, channels),
        E: {
          inputs: { x: [28, 28, channels] },
          blocks: [
            {
              name: 'trunk',
              from: ['x'],
              rows: [
                conv(4, 2, width, `bn ${lrelu}`),
                conv(4, 2, 2 * width, `bn ${lrelu}`),
                flatten(),
                fullyConnected(8 * width, `bn ${lrelu}`),
              ],
            },
            { name: 'mean', from: ['trunk'], rows: [fullyConnected(latent)] },
            { name: 'log_sigma', from: ['trunk'], rows: [fullyConnected(latent)] },
          ],
          outputs: ['mean', 'log_sigma'],
        },
        D: {
          inputs: { x: [28, 28, channels], z: [latent] },
          blocks: [
            {
              name: 'dx',
              from: ['x'],
              rows: [
                conv(4, 2, width, drop),
                conv(4, 2, 2 * width, `bn ${drop}`),
                flatten(),
                fullyConnected(8 * width, drop),
              ],
            },
            { name: 'dz', from: ['z'], rows: [fullyConnected(4 * width, drop)] },
            { name: 'logit', from: ['dx', 'dz'], rows: [fullyConnected(8 * width, drop), fullyConnected(1)] },
          ],
          outputs: ['logit'],
        },
      },
    };
  },
});
