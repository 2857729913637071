/** `--compat`: the conventions of other tools, and what alix's functions take to reproduce their numbers. */
import { AlixError } from '@alix/infer/io/errors';
import { createRandom } from '@alix/infer/io/random';
import type { Conventions, Draws, KernelConvention, MetricConventions, ScoreConvention } from './compat/conventions.js';
import type { Shuffler } from './compat/mt19937.js';
import { numpyShuffler } from './compat/numpy-random.js';
import { type CompatTool, papers, tools } from './compat/tools.js';
import { torchShuffler } from './compat/torch-random.js';
import type { InceptionScoreOptions } from './inception-score.js';
import type { KernelDistanceOptions, Subset } from './kid.js';

export type { Conventions, KernelConvention, MetricConventions, ScoreConvention } from './compat/conventions.js';
export { type CompatTool, compatTools } from './compat/tools.js';
export { conventionWords, metricLine } from './compat/words.js';

/** All conventions of a tool; of the papers' own code where none is named. */
export function conventionsOf(tool?: CompatTool): Conventions {
  return tool === undefined ? papers : tools[tool];
}

/**
 * How a tool computes a metric.
 *
 * @throws AlixError 'bad-option' where it has no such metric, naming those that it has
 */
export function conventionOf<M extends keyof MetricConventions>(tool: CompatTool, metric: M): MetricConventions[M] {
  const convention = conventionsOf(tool).metrics[metric];
  if (!convention) throw lacking(tool, metric);
  return convention;
}

/**
 * Metrics that were asked for by name.
 *
 * @throws AlixError 'bad-option' for the first that the tool does not have
 */
export function checkCompat(tool: CompatTool, metrics: readonly string[]): void {
  const missing = metrics.find((name) => !Object.hasOwn(conventionsOf(tool).metrics, name));
  if (missing !== undefined) throw lacking(tool, missing);
}

function lacking(tool: CompatTool, metric: string): AlixError {
  const has = Object.keys(conventionsOf(tool).metrics).join(', ');
  return new AlixError('bad-option', `${tool} has no ${metric} to reproduce`, {
    remedy: `leave out --compat, or choose of what it has: ${has}`,
  });
}

const shufflers: Readonly<Record<Draws['stream'], (seed: number, name: string) => Shuffler>> = {
  numpy: numpyShuffler,
  torch: torchShuffler,
  alix: (seed, name) => createRandom(seed).split(name),
};

const shufflerOf = ({ stream, seed }: Draws, given: number, name: string) => shufflers[stream](seed ?? given, name);

/**
 * What `inceptionScore` takes for n rows, but for what they hold.
 *
 * @param seed used where the tool has none of its own, as if its user had seeded it right before
 * @throws AlixError 'bad-seed' where it is no seed of that tool
 */
export function scoreOptions(
  { splits, cut, ddof, shuffle }: ScoreConvention,
  n: number,
  seed: number,
): Omit<InceptionScoreOptions, 'input'> {
  const order = shuffle && shufflerOf(shuffle, seed, 'is').permutation(n);
  return { splits, cut, ddof, ...(order && { order }) };
}

/**
 * What `kernelDistance` takes for sets of n rows of d features.
 *
 * @param seed as of `scoreOptions`
 * @throws AlixError 'too-few' where a set is smaller than a subset and the tool does not shrink subsets; 'bad-seed'
 */
export function kernelOptions(
  convention: KernelConvention,
  n: { readonly real: number; readonly fake: number },
  d: number,
  seed: number,
): KernelDistanceOptions {
  const { degree, gamma = 1 / d, constant, draws, subsets, shrinks } = convention;
  const size = shrinks ? Math.min(n.real, n.fake, convention.size) : convention.size;
  for (const name of ['real', 'fake'] as const)
    if (n[name] < size)
      throw new AlixError('too-few', `fewer ${name} images than a subset takes`, {
        expected: `at least ${size}`,
        found: `${n[name]}`,
      });
  const shuffler = shufflerOf(draws, seed, 'kid');
  const draw = (of: 'real' | 'fake') => shuffler.permutation(n[of]).slice(0, size);
  const subset = (): Subset => {
    const one = draw(draws.first);
    const other = draw(draws.first === 'real' ? 'fake' : 'real');
    return draws.first === 'real' ? { real: one, fake: other } : { real: other, fake: one };
  };
  return { subsets: Array.from({ length: subsets }, subset), kernel: { degree, gamma, constant } };
}

/** The harmonic mean of precision and recall, 0 where both are; torch-fidelity's f_score. */
export function fScore({ precision, recall }: { readonly precision: number; readonly recall: number }): number {
  return (2 * precision * recall) / Math.max(1e-5, precision + recall);
}
