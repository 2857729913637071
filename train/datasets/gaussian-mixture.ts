/** Mixtures of Gaussians in the plane, with equal weights and one deviation, drawn once: the toys of the papers. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import { type DatasetSource, pointDataset, resolveOptions } from './dataset.js';

export type Mean = readonly [x: number, y: number];

export interface MixtureOptions {
  /** Standard deviation of each Gaussian, along both axes. */
  readonly sigma: number;
  /** Points in the train split. */
  readonly train: number;
  /** Points in the test split, the papers' validation set. */
  readonly test: number;
}

/**
 * The source of a mixture. A point's label is the index of its mean.
 *
 * @param means by the options
 */
export function gaussianMixture<T extends MixtureOptions & Readonly<Record<string, unknown>>>(mixture: {
  readonly name: string;
  readonly summary: string;
  readonly defaults: T;
  means(options: T): readonly Mean[];
}): DatasetSource {
  const { name, summary, defaults } = mixture;
  return {
    name,
    summary,
    defaults,
    async open({ split, options, seed }) {
      const settings = resolveOptions<T>(name, defaults, options);
      const { sigma } = settings;
      const count = settings[split];
      if (!Number.isInteger(count) || count < 1 || sigma < 0)
        throw new AlixError('bad-option', `${name} needs at least 1 point and a sigma of at least 0`, {
          found: `${count} points, sigma ${sigma}`,
        });
      const means = mixture.means(settings);
      const random = createRandom(seed).split(name).split(split);
      const labels = Uint8Array.from({ length: count }, () => random.integer(0, means.length - 1));
      const noise = random.normal(2 * count);
      const points = noise.map((e, i) => (means[labels[i >> 1] as number]?.[i & 1] as number) + sigma * e);
      return {
        ...pointDataset({ name, dimensions: 2, points, labels, classes: means.length }),
        mixture: { means, sigma },
      };
    },
  };
}

/** All pairs [x, y] of the values, x slowest. */
export const gridOf = (axis: readonly number[]): readonly Mean[] =>
  axis.flatMap((x) => axis.map((y) => [x, y] as const));
