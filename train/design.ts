/** What a configuration names, looked up and checked: no TensorFlow is needed for it. */
import { AlixError } from '@alix/infer/io/errors';
import { checkNetworks } from './check-networks.js';
import type { RunConfig } from './config.js';
import { known } from './extensions/index.js';
import { isAugmenting } from './input/augment.js';
import { minibatchesPerStep } from './minibatches-per-step.js';
import type { Objective, Options, Preset } from './objectives/objective.js';
import { type ArchitectureSpec, type PlannedNetwork, plan } from './spec.js';

/** What a configuration names, looked up and checked against each other; nothing of it is on TensorFlow yet. */
export interface Design {
  readonly objective: Objective;
  readonly preset: Preset<Options>;
  readonly options: Options;
  /** What lies under an inpainting mask on the scale [-1,1]; undefined where the encoder is not trained on masked images. */
  readonly maskFill: number | undefined;
  readonly architecture: ArchitectureSpec;
  /** The networks from x to the posterior and from z to x, in the order they run: those that the architecture has. */
  readonly chains: { readonly encoder: readonly string[]; readonly decoder: readonly string[] };
  /** The networks that the objective uses, by name. */
  readonly networks: ReadonlyMap<string, PlannedNetwork>;
  /** The configuration with its preset and all options of objective and architecture filled in. */
  readonly config: RunConfig;
}

function lookUp<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  if (Object.hasOwn(table, name)) return table[name] as T;
  throw new AlixError('bad-config', `"${name}" is no ${what}`, { expected: Object.keys(table).join(', ') });
}

function withDefaults<T extends object>(known: T, given: object, what: string): T {
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, key))
      throw new AlixError('bad-config', `"${key}" is no option of ${what}`, {
        expected: Object.keys(known).join(', ') || 'no options',
      });
    const wanted = typeof known[key as keyof T];
    if (typeof value !== wanted)
      throw new AlixError('bad-config', `option "${key}" of ${what}`, { expected: `a ${wanted}`, found: `${value}` });
  }
  return { ...known, ...given };
}

/** Settings that would do nothing are refused: whoever sets them expects something. */
function checkUsed(
  { dequantise, flip, augment, averageDecay }: RunConfig,
  kind: 'image' | 'points',
  chain: readonly string[],
): void {
  const useless = (setting: string, why: string) =>
    new AlixError('bad-config', `"${setting}" does nothing here: ${why}`, { remedy: 'leave it out' });
  if (dequantise && kind === 'points') throw useless('dequantise', 'points have no grey levels');
  if (flip && kind === 'points') throw useless('flip', 'points have no left and right');
  if (isAugmenting(augment) && kind === 'points') throw useless('augment', 'points are not turned and shifted');
  if (averageDecay > 0 && chain.length === 0) throw useless('averageDecay', 'the system has no encoder and no decoder');
}

/**
 * Looks up what a configuration names.
 *
 * @throws AlixError 'bad-config' for a name or option that is unknown or updates that cannot be, 'mismatch' where objective and architecture do not fit
 */
export function design(config: RunConfig): Design {
  const { objectives, architectures } = known(config);
  const objective = lookUp(objectives, config.objective.name, 'objective');
  const presetName = config.objective.preset || (Object.keys(objective.presets)[0] ?? '');
  const preset = lookUp(objective.presets, presetName, `preset of ${objective.name}`);
  const table = lookUp(architectures, config.architecture.name, 'architecture');
  const dimensions = withDefaults(table.options, config.architecture.options, table.name);
  const architecture = table.build(dimensions);
  const planned = Object.entries(architecture.networks).map(([name, spec]) => [name, plan(name, spec)] as const);
  const used = { ...objective.networks, ...objective.optional };
  const networks = new Map(planned.filter(([name]) => name in used));
  const strange = Object.keys(config.optimiser.networks).find((name) => !networks.has(name));
  if (strange)
    throw new AlixError('bad-config', `"optimiser.networks.${strange}" is no network of this run`, {
      expected: [...networks.keys()].join(', '),
    });
  const base: Options = { ...objective.options, ...(preset.options as Options | undefined) };
  const options = withDefaults(base, config.objective.options, objective.name);
  for (const [option, choices] of Object.entries(objective.choices ?? {}))
    if (!choices.includes(`${options[option]}`))
      throw new AlixError('bad-config', `option "${option}" of ${objective.name}`, {
        expected: choices.join(', '),
        found: `${options[option]}`,
      });
  checkNetworks(objective, options, networks, architecture, table.name);
  const maskFill = typeof objective.maskFill === 'function' ? objective.maskFill(options) : objective.maskFill;
  if (maskFill !== undefined && architecture.data.kind !== 'image')
    throw new AlixError('mismatch', `${objective.name} hides boxes of images here, and points have none`, {
      where: `architecture ${table.name}`,
      expected: 'images',
      found: `points of ${architecture.data.shape.join('x')}`,
      remedy: options.masked
        ? 'leave the masks out: --set objective.options.masked=false'
        : 'choose another architecture: --set architecture.name=NAME',
    });
  minibatchesPerStep({ objective, preset, options });
  const present = (names: readonly string[]) => names.filter((name) => networks.has(name));
  const chains = { encoder: present(objective.encoder), decoder: present(objective.decoder) };
  checkUsed(config, architecture.data.kind, [...chains.encoder, ...chains.decoder]);
  const filled: RunConfig = {
    ...config,
    objective: { name: objective.name, preset: presetName, options },
    architecture: { name: table.name, options: dimensions },
  };
  return { objective, preset, options, maskFill, architecture, chains, networks, config: filled };
}
