import { objective, once } from './objective.js';
import { forCriticAlone, sideBySide } from './side-by-side.js';
import { add, believed, fake, real } from './terms.js';

/**
 * GAN with the non-saturating generator loss. Goodfellow et al. 2014; DCGAN, Radford et al. 2016.
 * L_D = E[-log s(D(x))] + E[-log(1 - s(D(G(z))))], L_G = E[-log s(D(G(z)))]. F and D are the critic's two halves, as in
 * AIM's Table 3, so that GAN and DALI have the same networks.
 */
export const gan = objective({
  name: 'gan',
  title: 'GAN',
  source: 'Goodfellow et al. 2014 (arXiv:1406.2661), section 3; the networks of AIM Table 3 without the encoder',
  networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit' },
  encoder: [],
  decoder: ['G'],
  critic: ['F', 'D'],
  options: {},
  presets: {
    authors: {
      update: 'sequential',
      source:
        'Goodfellow et al. 2014, Algorithm 1 with k = 1, and DCGAN: critic and generator in turns, each with fresh noise',
    },
    paper: {
      update: 'simultaneous',
      source:
        "the GAN of AIM's Tables 1 and 2 and DALI's: its Algorithm 1 without the encoder, one z, both losses before both updates",
    },
  },
  terms({ G, F, D }, { x, z }, _noise, _options, tools) {
    const images = { data: () => [x], model: once(() => [G(z)]) };
    const logits = sideBySide(images, forCriticAlone(tools)).through(F).through(D);
    return { data: () => logits.of('data'), model: () => logits.of('model') };
  },
  players: {
    critic: {
      updates: ['F', 'D'],
      loss: (t) => add(real(t.data), fake(t.model)),
      monitor: (t) => ({ critic_data: believed(t.data), critic_model: believed(t.model) }),
    },
    generator: { updates: ['G'], loss: (t) => real(t.model) },
  },
});
