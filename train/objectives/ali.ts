import { objective, once } from './objective.js';
import { add, believed, fake, real } from './terms.js';

/**
 * ALI: the critic tells (x, q(z|x)) from (p(x|z), z). Dumoulin et al. 2017, Eq. 1 and 3, Algorithm 1.
 * L_D = E[-log s(D(x, z^))] + E[-log(1 - s(D(x~, z)))], L_EG = E[-log(1 - s(D(x, z^)))] + E[-log s(D(x~, z))],
 * with z^ ~ q(z|x) reparametrised and x~ = G(z).
 */
export const ali = objective({
  name: 'ali',
  title: 'ALI',
  source: 'Dumoulin et al. 2017 (arXiv:1606.00704), Eq. 1 and 3, Algorithm 1',
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  encoder: ['E'],
  decoder: ['G'],
  options: {},
  presets: {
    paper: {
      update: 'simultaneous',
      source: "Algorithm 1; the authors' code takes both gradients from one forward pass",
    },
    sequential: {
      update: 'sequential',
      source: 'as many ports do it: the critic first, then the others with fresh noise',
    },
  },
  terms({ G, E, D }, { x, z }, noise) {
    const zHat = once(() => E(x).sample(noise));
    return { data: () => D(x, zHat()), model: () => D(G(z), z) };
  },
  players: {
    critic: {
      updates: ['D'],
      loss: (t) => add(real(t.data), fake(t.model)),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    actor: { updates: ['E', 'G'], loss: (t) => add(fake(t.data), real(t.model)) },
  },
});
