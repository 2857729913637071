/**
 * gaussian-ring: a mixture of 8 Gaussians, equally far apart on a circle: the toy of Unrolled GAN (Metz et al. 2017), where the
 * radius is 2 and the deviation 0.02. Its published code spaces 8 angles from 0 to 2π inclusive, which has the first mean twice; here it is there once.
 */
import { AlixError } from '@alix/infer/io/errors';
import { gaussianMixture, type Mean } from './gaussian-mixture.js';

/** What labels can number. */
const MAX_MODES = 256;

/** Mean k is at the angle 2πk/modes. */
export const ringMeans = (modes = 8, radius = 2): readonly Mean[] =>
  Array.from({ length: modes }, (_, k) => {
    const angle = (2 * Math.PI * k) / modes;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });

export const gaussianRing = gaussianMixture({
  name: 'gaussian-ring',
  summary: '8 Gaussians on a circle in the plane, the toy of the Unrolled GAN paper',
  defaults: { sigma: 0.02, modes: 8, radius: 2, train: 100_000, test: 100_000 },
  means({ modes, radius }) {
    if (Number.isInteger(modes) && modes >= 1 && modes <= MAX_MODES && radius > 0) return ringMeans(modes, radius);
    throw new AlixError('bad-option', `gaussian-ring needs 1 to ${MAX_MODES} modes and a radius above 0`, {
      found: `${modes} modes, radius ${radius}`,
    });
  },
});
