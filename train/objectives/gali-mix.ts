import { classified, galiOptions, galiPlayers, galiPresets, galiSource } from './gali.js';
import { instanceNoise } from './instance-noise.js';
import { FILL, masked, maskFor, mixed } from './masks.js';
import { objective, once } from './objective.js';

/**
 * GALI-mix: E sees images with a box hidden, a new box each time, and four more classes of pairs than GALI-4 has hold
 * x^ = G(z^), z^ ~ E(M1(x)), and Mix, which is x outside M1's box and x^ inside it. Dandi et al. 2021, "Self-Supervised
 * Feedback Using Mixed Images". The classes are numbered as the authors' code has them.
 */
export const galiMix = objective({
  name: 'gali-mix',
  title: 'GALI-mix',
  source: `${galiSource}, "Self-Supervised Feedback Using Mixed Images"`,
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z -> logit' },
  sizes: () => ({ D: 8 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  maskFill: FILL,
  options: {
    ...galiOptions,
    /** The least height and width of a box; the paper has 1, the authors' code 0. */
    smallestMask: 1,
  },
  presets: {
    ...galiPresets,
    authors: { ...galiPresets.authors, options: { instanceNoise: 0.1, smallestMask: 0 } },
  },
  terms({ G, E, D }, batch, noise, options, { joining }) {
    const { x, z, range } = batch;
    const noisy = instanceNoise(batch, noise, options.instanceNoise);
    const mask = () => maskFor(noise, x.shape, options.smallestMask);
    const hide = (image: typeof x, box = mask()) => masked(image, box, FILL, range);
    const m1 = once(mask);
    const zHat = once(() => E(hide(x, m1())).sample(noise));
    const xHat = once(() => G(zHat()));
    const mix = once(() => mixed(m1(), xHat(), x));
    const zHat2 = once(() => E(hide(xHat())).sample(noise));
    const zMix = once(() => E(hide(mix())).sample(noise));
    const xTilde = once(() => G(z));
    const zTilde = once(() => E(hide(xTilde())).sample(noise));
    const tuples = [
      () => [noisy(x), zHat()],
      () => [noisy(x), zHat2()],
      () => [noisy(xHat()), zMix()],
      () => [noisy(mix()), zHat()],
      () => [noisy(xTilde()), z],
      () => [noisy(G(zTilde())), z],
      () => [noisy(mix()), zHat2()],
      () => [noisy(x), zMix()],
    ];
    return classified(D, tuples, joining(['D'], tuples.length));
  },
  players: galiPlayers,
});
