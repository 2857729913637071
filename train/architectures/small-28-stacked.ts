import { fullyConnected, type Row } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder } from './encoders.js';
import { smallGenerator } from './small-generator.js';
import { smallCritic, smallTrunk } from './small-rows.js';

/** The small 28x28 networks with two layers of latents. */
export const small28Stacked = architecture({
  name: 'small-28-stacked',
  title: 'small 28x28 networks, stacked latents',
  source:
    "alix's own, for ALI's Eq. 6 and 7 with L = 2 and a Markov chain both ways: z1 ~ E(x), z2 ~ E2(z1); z1 ~ G2(z2), x = G(z1). " +
    'The critic reads (x, [z1, z2]); latent is the size of z2, lower that of z1',
  options: { latent: 8, lower: 24, channels: 1, slope: 0.1, width: 24, dropout: 0.2 },
  build({ latent, lower, channels, slope, width, dropout }) {
    const lrelu = `lrelu(${slope})`;
    const x = [28, 28, channels];
    const between: Row[] = [fullyConnected(4 * width, `bn ${lrelu}`), fullyConnected(4 * width, `bn ${lrelu}`)];
    const gaussian = (trunk: readonly Row[], size: number) =>
      ({ kind: 'gaussian', trunk, head: [fullyConnected(size)], spread: 'log_sigma' }) as const;
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: encoder({ x }, gaussian(smallTrunk(width, lrelu), lower)),
        E2: encoder({ z1: [lower] }, gaussian(between, latent)),
        G2: encoder({ z2: [latent] }, gaussian(between, lower)),
        G: smallGenerator(lower, width, channels),
        D: smallCritic(x, lower + latent, width, `${lrelu} dropout(${dropout})`),
      },
    };
  },
});
