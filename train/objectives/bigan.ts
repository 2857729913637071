import { criticise, type Statistics } from './criticise.js';
import { objective } from './objective.js';
import { add, believed, fake, real, times } from './terms.js';

/**
 * BiGAN: ALI's game with a deterministic encoder. Donahue et al. 2017, Eq. 2 and 3, with the inverse objective of section 3.4.
 * L_D = w (E[-log s(D(x, E(x)))] + E[-log(1 - s(D(G(z), z)))]), L_EG the same with the labels exchanged. The encoder is
 * rewarded where D takes its pair for a generated one: that is how it learns, and the only way.
 */
export const bigan = objective({
  name: 'bigan',
  title: 'BiGAN',
  source: 'Donahue et al. 2017 (arXiv:1605.09782), Eq. 2 and 3, section 3.4',
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  options: {
    /** Of each of the two terms of a loss. */
    termWeight: 0.5,
    /** What the critic's batch norm averages over: 'apart' or 'joined'. */
    statistics: 'apart' as Statistics,
  },
  choices: { statistics: ['apart', 'joined'] },
  presets: {
    authors: {
      update: 'simultaneous',
      source: "the authors' code: D, G and E updated together, each loss the mean of its two terms",
    },
    paper: {
      update: 'sequential',
      options: { termWeight: 1 },
      source: 'section 3.4: a step of D, then one of G and E together, on the sums of Eq. 3',
    },
  },
  terms: ({ G, E, D }, { x, z }, _noise, { statistics }, { joining }) =>
    criticise(D, { data: () => [x, E(x).mean], model: () => [G(z), z] }, statistics, joining(['D'], 2)),
  players: {
    critic: {
      updates: ['D'],
      loss: (t, { termWeight }) => times(termWeight, add(real(t.data), fake(t.model))),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    actor: { updates: ['E', 'G'], loss: (t, { termWeight }) => times(termWeight, add(fake(t.data), real(t.model))) },
  },
});
