import { gan } from './gan.js';
import type { Objective } from './objective.js';

/**
 * SN-GAN as AIM's toy comparison has it (its gan_mix_gaussian.py, the SN-GAN of DALI Table 2): GAN's own losses, binary cross-entropy
 * with the non-saturating generator. Miyato et al. 2018. What the name adds is the architecture's: the critic's rows are
 * `{ spectral: true }`, all but the last in that script; on networks without such rows this is GAN.
 */
export const snGan: Objective = {
  ...gan,
  name: 'sn-gan',
  title: 'SN-GAN',
  source: 'Miyato et al. 2018 (arXiv:1802.05957), with the losses of gan_mix_gaussian.py (alexanderhanboli/AIM)',
  presets: {
    authors: {
      update: 'sequential',
      prior: 'shared',
      source:
        'gan_mix_gaussian.py of alexanderhanboli/AIM: binary cross-entropy, critic and generator in turns with the same z',
    },
    paper: {
      update: 'simultaneous',
      source: 'DALI Table 2 puts it beside DALI: the updates of its Algorithm 1 without the encoder',
    },
  },
};
