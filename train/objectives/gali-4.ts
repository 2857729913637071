import { classified, galiOptions, galiPlayers, galiPresets, galiSource } from './gali.js';
import { instanceNoise } from './instance-noise.js';
import { fillOf, maskedOption, shownTo } from './masks.js';
import { objective, once } from './objective.js';

/**
 * GALI-4: the critic tells four classes of pairs apart, with reconstructions among them; E and G want each pair held for
 * each of the three others. Dandi et al. 2021, Eq. 3 and 4.
 * z^ ~ E(x), x^ = G(z^), z^2 ~ E(x^); x~ = G(z), z~ ~ E(x~), x~2 = G(z~): (x, z^), (x, z^2), (x~, z), (x~2, z).
 * The paper numbers them 1, 3, 2, 4. Nothing is detached: gradients flow along both chains.
 * Masked ("Self-Supervised Feedback Using Mixed Images"): E reads M1(x), M2(x^) and M3(x~); the tuples keep the images whole.
 */
export const gali4 = objective({
  name: 'gali-4',
  title: 'GALI-4',
  source: `${galiSource}, Eq. 3 and 4`,
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  sizes: () => ({ D: 4 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  maskFill: fillOf,
  options: { ...galiOptions, ...maskedOption },
  presets: galiPresets,
  terms({ G, E, D }, batch, noise, options, { joining }) {
    const { x, z } = batch;
    const noisy = instanceNoise(batch, noise, options.instanceNoise);
    const shown = shownTo(options, batch, noise);
    const zHat = once(() => E(shown(x)).sample(noise));
    const zHat2 = once(() => E(shown(G(zHat()))).sample(noise));
    const xTilde = once(() => G(z));
    const zTilde = once(() => E(shown(xTilde())).sample(noise));
    const tuples = [
      () => [noisy(x), zHat()],
      () => [noisy(x), zHat2()],
      () => [noisy(xTilde()), z],
      () => [noisy(G(zTilde())), z],
    ];
    return classified(D, tuples, joining(['D'], tuples.length));
  },
  players: galiPlayers,
});
