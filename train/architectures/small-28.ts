import { type Block, chain, conv, flatten, fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { smallGenerator } from './small-generator.js';

/** A quarter of AIM Table 3's widths and a sixteenth of its work, for two cores and a few minutes. */
export const small28 = architecture({
  name: 'small-28',
  title: "small 28x28 networks, encoder on the critic's features",
  source: "alix's own: AIM Table 3 with a narrower fully connected part; for GAN and DALI",
  options: { latent: 16, channels: 1, slope: 0.1, width: 24 },
  build({ latent, channels, slope, width }) {
    const lrelu = `lrelu(${slope})`;
    const head = (name: string): Block => ({
      name,
      from: ['trunk'],
      rows: [fullyConnected(64, `bn ${lrelu}`), fullyConnected(latent)],
    });
    return {
      data: { kind: 'image', shape: [28, 28, channels], range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: smallGenerator(latent, width, channels),
        F: chain('x', [28, 28, channels], 'features', [conv(4, 2, width, lrelu), conv(4, 2, 2 * width, `bn ${lrelu}`)]),
        D: chain('features', [7, 7, 2 * width], 'logit', [
          flatten(),
          fullyConnected(8 * width, `bn ${lrelu}`),
          fullyConnected(1),
        ]),
        E: {
          inputs: { features: [7, 7, 2 * width] },
          blocks: [
            { name: 'trunk', from: ['features'], rows: [conv(4, 2, 2 * width, `bn ${lrelu}`), flatten()] },
            head('mean'),
            head('log_variance'),
          ],
          outputs: ['mean', 'log_variance'],
        },
      },
    };
  },
});
