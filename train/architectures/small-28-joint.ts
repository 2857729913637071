import { fullyConnected } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { smallGenerator } from './small-generator.js';
import { cycleCritics, smallCritic, smallTrunk } from './small-rows.js';

/** The small 28x28 networks for systems whose critic sees x and z together. */
export const small28Joint = architecture({
  name: 'small-28-joint',
  title: 'small 28x28 networks, critic on (x, z)',
  source:
    "alix's own, in the manner of ALI's tables: D(x), D(z), then D(x, z); for ALI, BiGAN (encoder deterministic, prior uniform), " +
    'VEEGAN and ALICE, whose critics of pairs (x, x^) and (z, z^) the option cycle adds',
  options: {
    latent: 16,
    channels: 1,
    slope: 0.1,
    width: 24,
    dropout: 0.2,
    encoder: 'gaussian',
    prior: 'normal',
    cycle: 'none',
  },
  choices: { encoder: encoders, prior: ['normal', 'uniform'], cycle: ['none', 'x', 'z', 'both'] },
  build({ latent, channels, slope, width, dropout, encoder: kind, prior, cycle }) {
    const lrelu = `lrelu(${slope})`;
    const drop = `${lrelu} dropout(${dropout})`;
    const x = [28, 28, channels];
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior },
      networks: {
        G: smallGenerator(latent, width, channels),
        E: encoder(
          { x },
          { kind, trunk: smallTrunk(width, lrelu), head: [fullyConnected(latent)], spread: 'log_sigma' },
        ),
        D: smallCritic(x, latent, width, drop),
        ...(cycle === 'x' || cycle === 'both' ? { Dx: cycleCritics.x(x, width, drop) } : {}),
        ...(cycle === 'z' || cycle === 'both' ? { Dz: cycleCritics.z(latent, width, drop) } : {}),
      },
    };
  },
});
