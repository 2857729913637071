import { classified, galiOptions, galiPlayers, galiPresets, galiSource } from './gali.js';
import { instanceNoise } from './instance-noise.js';
import { objective, once } from './objective.js';

/**
 * GALI-PT: GALI-4, and in each tuple what a network M that was trained beforehand says of an image of its chain: M(x),
 * M(G(E(x))), and M(G(z)) in both tuples of z. Dandi et al. 2021, "Incorporation of Learned Knowledge".
 * M never changes and runs in evaluation mode; gradients flow through it to G and E. It sees images without noise.
 */
export const galiPt = objective({
  name: 'gali-pt',
  title: 'GALI-PT',
  source: `${galiSource}, "Incorporation of Learned Knowledge"`,
  networks: { G: 'z -> x', E: 'x -> posterior', D: 'x z features -> logit', M: 'x -> features' },
  frozen: ['M'],
  sizes: () => ({ D: 4 }),
  encoder: ['E'],
  decoder: ['G'],
  critic: ['M', 'D'],
  options: galiOptions,
  presets: galiPresets,
  terms({ G, E, D, M }, batch, noise, options, { joining }) {
    const { x, z } = batch;
    const noisy = instanceNoise(batch, noise, options.instanceNoise);
    const zHat = once(() => E(x).sample(noise));
    const xHat = once(() => G(zHat()));
    const zHat2 = once(() => E(xHat()).sample(noise));
    const xTilde = once(() => G(z));
    const zTilde = once(() => E(xTilde()).sample(noise));
    const ofTilde = once(() => M(xTilde()));
    const tuples = [
      () => [noisy(x), zHat(), M(x)],
      () => [noisy(x), zHat2(), M(xHat())],
      () => [noisy(xTilde()), z, ofTilde()],
      () => [noisy(G(zTilde())), z, ofTilde()],
    ];
    return classified(D, tuples, joining(['D'], tuples.length));
  },
  players: galiPlayers,
});
