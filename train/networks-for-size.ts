/** Which networks an objective trains on square images of a size: what `--size` chooses. */
import { AlixError } from '@alix/infer/io/errors';
import { squareSizes } from './architectures/aim-square.js';
import type { PartialConfig, RunConfig } from './config.js';
import { known } from './extensions/index.js';

/** Objectives whose networks aim-square has at every size, and what they need of it. */
const square: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dali: {},
  'dali-l2': { encoder: 'deterministic' },
  'dali-f': {},
  gan: {},
  'sn-gan': { normalisation: 'spectral' },
  wgan: { normalisation: 'none' },
};

/** AIM's optimiser and first weights on CelebA: he's weights, which suit small-28, leave these at noise for 150 steps where 0.02 has colours. */
const aim = (hasEncoder: boolean): PartialConfig => ({
  batch: 100,
  length: { epochs: 100 },
  optimiser: {
    learningRate: 2e-4,
    beta1: 0.5,
    schedule: 'inverse-sqrt-epoch',
    networks: hasEncoder ? { E: { schedule: 'constant' } } : {},
  },
  initialiser: { weights: 'normal', deviation: 0.02 },
});

/** What of a recipe is said of its networks, and not of its data. */
type Networks = Pick<PartialConfig, 'architecture' | 'batch' | 'length' | 'optimiser' | 'initialiser'>;

/**
 * The part of a configuration that trains `base`'s objective on images of `size` x `size`: `base`'s own networks where they take such
 * images; else AIM Table 4's for many sizes; else those of the objective's first recipe with such images.
 *
 * @throws AlixError 'usage' with the sizes that there are
 */
export function networksForSize(base: RunConfig, size: number, channels: number): PartialConfig {
  const { name } = base.objective;
  const named = { recipe: `${name}-${size}` };
  const sizeOf = sizesOf(base);
  if (sizeOf(base.architecture) === size)
    return {
      // a bare objective's name stands for a recipe on other data
      ...(known(base).recipes[base.recipe]?.isDefault && named),
      architecture: { name: base.architecture.name, options: { channels } },
    };
  if (Object.hasOwn(square, name) && squareSizes.includes(size))
    return {
      ...named,
      ...aim(name.startsWith('dali')),
      architecture: { name: 'aim-square', options: { size, channels, ...square[name] } },
    };
  const recipe = recipesOf(base).find(({ config }) => sizeOf(config.architecture) === size);
  if (!recipe)
    throw new AlixError('usage', `no networks of ${name} for images of ${size}x${size}`, {
      where: '--size',
      expected: sizesFor(base).join(', ') || 'none: name networks with --set architecture.name=NAME',
      found: `${size}`,
      remedy:
        'choose one of these: images are cropped and scaled to it; or name networks with --set architecture.name=NAME',
    });
  const { architecture, batch, length, optimiser, initialiser } = recipe.config;
  const networks: Networks = {
    architecture: { ...architecture, options: { ...architecture?.options, channels } },
    ...(batch && { batch }),
    ...(length && { length }),
    ...(optimiser && { optimiser }),
    ...(initialiser && { initialiser }),
  };
  return { ...named, objective: { preset: recipe.config.objective?.preset ?? '' }, ...networks };
}

/** Those for which there are networks, in order. */
export function sizesFor(base: RunConfig): number[] {
  const { name } = base.objective;
  const sizeOf = sizesOf(base);
  const own = [base, ...recipesOf(base).map(({ config }) => config)].flatMap((c) => sizeOf(c.architecture) ?? []);
  return [...new Set([...own, ...(Object.hasOwn(square, name) ? squareSizes : [])])].sort((a, b) => a - b);
}

const recipesOf = (base: RunConfig) =>
  Object.values(known(base).recipes).filter(
    ({ config: { objective } }) => objective?.name === base.objective.name && !objective.options,
  );

/** The side of the square images that networks take; undefined where they take others, or of one number of channels. */
const sizesOf = (base: RunConfig) => (chosen: PartialConfig['architecture']) => {
  const table = known(base).architectures[chosen?.name ?? ''];
  if (!table || !('channels' in table.options)) return undefined;
  const { kind, shape } = table.build({ ...table.options, ...(chosen?.options as object) }).data;
  return kind === 'image' && shape[0] === shape[1] ? shape[0] : undefined;
};
