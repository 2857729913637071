import { classified, galiOptions, galiPlayers, galiPresets, galiSource } from './gali.js';
import { instanceNoise } from './instance-noise.js';
import { objective, once } from './objective.js';

/**
 * GALI-8: tuples of two images and two codes of one chain, (x, z^, x^, z^2) and (x~, z, x~2, z~), each with its images and
 * its codes in either order: eight classes. Dandi et al. 2021, "Extension to Arbitrary Number and Size of Tuples".
 * x^ = G(z^), z^2 ~ E(x^); z~ ~ E(x~), x~2 = G(z~).
 */
export const gali8 = objective({
  name: 'gali-8',
  title: 'GALI-8',
  source: `${galiSource}, "Extension to Arbitrary Number and Size of Tuples"`,
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z x2 z2 -> logit' },
  sizes: () => ({ D: 8 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['D'],
  options: galiOptions,
  presets: {
    paper: galiPresets.paper,
    authors: {
      update: 'sequential',
      options: { instanceNoise: 0.1, criticSteps: 5, normalised: false },
      source: "the authors' code for SVHN: 5 critic steps, then one of E and G; plain sums; annealed instance noise",
    },
  },
  terms({ G, E, D }, batch, noise, options, { joining }) {
    const { x, z } = batch;
    const noisy = instanceNoise(batch, noise, options.instanceNoise);
    const zHat = once(() => E(x).sample(noise));
    const xHat = once(() => G(zHat()));
    const zHat2 = once(() => E(xHat()).sample(noise));
    const xTilde = once(() => G(z));
    const zTilde = once(() => E(xTilde()).sample(noise));
    const xTilde2 = once(() => G(zTilde()));
    const tuples = [
      () => [noisy(x), zHat(), noisy(xHat()), zHat2()],
      () => [noisy(x), zHat2(), noisy(xHat()), zHat()],
      () => [noisy(xHat()), zHat(), noisy(x), zHat2()],
      () => [noisy(xHat()), zHat2(), noisy(x), zHat()],
      () => [noisy(xTilde()), z, noisy(xTilde2()), zTilde()],
      () => [noisy(xTilde()), zTilde(), noisy(xTilde2()), z],
      () => [noisy(xTilde2()), z, noisy(xTilde()), zTilde()],
      () => [noisy(xTilde2()), zTilde(), noisy(xTilde()), z],
    ];
    return classified(D, tuples, joining(['D'], tuples.length));
  },
  players: galiPlayers,
});
