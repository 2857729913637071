/** How much of a mixture of known modes a generator draws: modes captured and the share of samples of high quality. */
import { AlixError } from '@alix/infer/io/errors';

/** How many modes of a mixture samples found, and how many samples lie near one. */
export interface ModeCoverage {
  /** Samples that were judged. */
  readonly n: number;
  /** Means that are the nearest one of at least one sample of high quality. */
  readonly modes: number;
  /** The share of samples within `threshold` standard deviations (Euclidean) of the nearest mean, 0..1. */
  readonly highQuality: number;
  /** In standard deviations. */
  readonly threshold: number;
}

/**
 * Modes and high-quality samples as VEEGAN counts them (Srivastava et al. 2017, section 4.1) and AIM's Table 2 after it. A
 * sampler that draws from the 2-D mixture itself has a share of 1 - exp(-threshold^2 / 2): 98.89 % at 3.
 *
 * @param samples float32 [n,2]
 * @param means of the mixture
 * @param sigma standard deviation of each mode, along both axes
 * @throws AlixError 'bad-shape' where the samples are no pairs, or there are none
 */
export function modeCoverage(
  samples: Float32Array,
  means: readonly (readonly [x: number, y: number])[],
  sigma: number,
  threshold = 3,
): ModeCoverage {
  const n = samples.length / 2;
  if (n === 0 || !Number.isInteger(n))
    throw new AlixError('bad-shape', 'mode coverage takes pairs of numbers, at least one', {
      found: `${samples.length} numbers`,
    });
  const captured = new Set<number>();
  let good = 0;
  for (let i = 0; i < samples.length; i += 2) {
    const { index, distance } = nearest(samples[i] as number, samples[i + 1] as number, means);
    // written so that a NaN is no sample of quality
    if (!(distance <= threshold * sigma)) continue;
    good += 1;
    captured.add(index);
  }
  return { n, modes: captured.size, highQuality: good / n, threshold };
}

function nearest(x: number, y: number, means: readonly (readonly [number, number])[]) {
  let index = -1;
  let distance = Number.POSITIVE_INFINITY;
  means.forEach(([mx, my], i) => {
    const d = Math.hypot(x - mx, y - my);
    if (d < distance) [index, distance] = [i, d];
  });
  return { index, distance };
}
