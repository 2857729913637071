/** Conventions as a report records them, in words that are made from the data. */
import { resizeFilters } from '../resize-filters.js';
import type { Conventions, Draws, MetricConventions } from './conventions.js';

const metricWords: {
  readonly [M in keyof MetricConventions]: (convention: MetricConventions[M], seed: number) => string;
} = {
  is: ({ splits, cut, ddof, shuffle }, seed) =>
    [
      `${splits} splits ${cut === 'even' ? 'at floor(iN/S)' : 'in pieces of ceil(N/S), of which there may be fewer'}`,
      `std with ddof ${ddof}`,
      shuffle ? `rows shuffled by ${drawn(shuffle, seed)}` : 'rows as they come',
    ].join(', '),
  fd: ({ ddof }) => `covariances with ddof ${ddof}`,
  kid: ({ subsets, size, shrinks, degree, gamma, constant, draws, values }, seed) =>
    [
      `unbiased, kernel (${gamma === undefined ? 'xy/d' : `${gamma} xy`} + ${constant})^${degree}, float64`,
      `${subsets} subsets of ${size}${shrinks ? ' or the smaller set' : ''} without replacement`,
      `drawn by ${drawn(draws, seed)}, ${draws.first} rows first`,
      values.includes('std') ? 'mean and std (ddof 0) over subsets' : 'mean over subsets',
    ].join(', '),
  prdc: ({ k, ties, values }) => `k = ${k}, edges ${ties}: ${values.join(', ')}`,
  ssim: ({ edges, range }) =>
    `11x11 Gaussian window, sigma 1.5, ${edges === 'inside' ? 'inside the image' : 'at all pixels, the image mirrored at its edges'}, range ${range}, mean over channels`,
  psnr: ({ of, range }) =>
    `${of === 'images' ? 'mean over images that differ from their originals' : 'of the mean error of all images'}, range ${range}`,
  mse: ({ rmse }) =>
    `root mean squared error: ${rmse === 'images' ? 'mean over images of the roots' : 'root of the mean error'}`,
};

const streams: Readonly<Record<Draws['stream'], (seed: number) => string>> = {
  numpy: (seed) => `numpy's RandomState(${seed})`,
  torch: (seed) => `torch's generator on the CPU after manual_seed(${seed})`,
  alix: (seed) => `alix's generator, seed ${seed}`,
};

function drawn({ stream, seed }: Draws, given: number): string {
  return streams[stream](seed ?? given);
}

/** How a metric is computed, in words. @param seed that is used where the tool has none of its own */
export function metricLine<M extends keyof MetricConventions>(
  metric: M,
  convention: MetricConventions[M],
  seed: number,
): string {
  return metricWords[metric](convention, seed);
}

/**
 * What a report's `conventions` are to say: `compat`, `resize`, a line for each metric by its name, and `differs`.
 *
 * @param seed that is used where the tool has none of its own
 */
export function conventionWords(of: Conventions, seed: number): Record<string, string | readonly string[]> {
  const { tool, resize, metrics, differs } = of;
  const line = <M extends keyof MetricConventions>(name: M): [string, string][] => {
    const convention = metrics[name];
    return convention ? [[name, metricLine(name, convention, seed)]] : [];
  };
  const names = Object.keys(metricWords) as (keyof MetricConventions)[];
  return {
    compat: tool,
    ...(resize && { resize: resizeFilters[resize].words }),
    ...Object.fromEntries(names.flatMap((name) => line(name))),
    differs,
  };
}
