/** The configuration of a run: one plain object, validated, printed, saved as run.json and passed on. */
import { AlixError } from '@alix/infer/io/errors';
import { meant } from '@alix/infer/io/suggest';
import { z } from 'zod';
import { weightRules } from './initialise.js';
import { schedules } from './schedules.js';

export const optionValue = z.union([z.number(), z.string(), z.boolean()]);
const keysOf = <T extends object>(table: T) => Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];
const count = z.number().int().positive();

const rates = {
  learningRate: z.number().positive(),
  beta1: z.number().min(0).max(0.9999),
  beta2: z.number().min(0).max(0.99999),
  epsilon: z.number().positive(),
  schedule: z.enum(keysOf(schedules)),
  /** Each number of a gradient is kept in [-clipValue, clipValue]; 0 for no limit. */
  clipValue: z.number().min(0).default(0),
  /** Adds l2 * weight to a weight's gradient. */
  l2: z.number().min(0).default(0),
};

/** Without the defaults, which would hide what is said for all networks. */
const ratesOfNetwork = { ...rates, clipValue: z.number().min(0), l2: z.number().min(0) };

export const configSchema = z.strictObject({
  /** The recipe this came from, or 'custom'. */
  recipe: z.string(),
  objective: z.strictObject({
    name: z.string(),
    /** One of the objective's presets. */
    preset: z.string(),
    options: z.record(z.string(), optionValue),
  }),
  architecture: z.strictObject({ name: z.string(), options: z.record(z.string(), z.union([z.number(), z.string()])) }),
  data: z.strictObject({
    /** A name of the table of data sets, a folder or a file. */
    source: z.string(),
    options: z.record(z.string(), optionValue),
    /** What an image that cannot be read does: 'fail', also unless given, ends the run; 'skip' leaves it out. */
    onError: z.enum(['fail', 'skip']).optional(),
    /** With 'skip': one image more than so many that are left out ends the run. */
    maxErrors: z.number().int().nonnegative().optional(),
  }),
  batch: count,
  /** The run ends at whichever comes first of those given. */
  length: z.strictObject({
    epochs: count.optional(),
    steps: count.optional(),
    hours: z.number().positive().optional(),
  }),
  optimiser: z.strictObject({
    ...rates,
    /** Differences per network, e.g. { "E": { "schedule": "constant" } }. */
    networks: z.record(z.string(), z.strictObject(ratesOfNetwork).partial()),
  }),
  initialiser: z.strictObject({
    weights: z.enum(keysOf(weightRules)),
    deviation: z.number().positive(),
    scaleDeviation: z.number().min(0),
    biases: z.enum(['zero', 'lecun-uniform']).default('zero'),
    outputBias: z.enum(['zero', 'data-mean']).default('data-mean'),
  }),
  /** Images v in 0..255 are trained on as (v + u) / 256 with u uniform in [0,1), drawn anew each time. */
  dequantise: z.boolean().default(false),
  /** Each image is trained on as it is or mirrored left to right, by a coin tossed each time. */
  flip: z.boolean().default(false),
  /** With probability `share` each image is trained on turned by up to `rotate` degrees and shifted by up to `shift` pixels, drawn each time. */
  augment: z
    .strictObject({
      rotate: z.number().min(0).max(180),
      shift: z.number().int().nonnegative(),
      share: z.number().min(0).max(1),
    })
    .default({ rotate: 0, shift: 0, share: 1 }),
  /** Decay of the moving average of encoder and decoder that the trained model answers with; 0 for none. */
  averageDecay: z.number().min(0).lt(1).default(0),
  /** Run folders of networks trained beforehand, by the network's name: { "M": "runs/classifier-strokes" }. */
  pretrained: z.record(z.string(), z.string()).default({}),
  /** A run folder, or a checkpoint in one, whose weights the run starts from; '' for random ones. */
  init: z.string().default(''),
  /** Share of the newest batch in the running statistics of batch norm. */
  batchNormMomentum: z.number().gt(0).max(1),
  seed: z.number().int(),
  /** How many held-out rows the errors and accuracies at each epoch's end are measured on; 0 for none. */
  evaluationRows: z.number().int().nonnegative(),
  /** A checkpoint at each epoch's end, and after this many minutes since the last one. */
  checkpointMinutes: z.number().positive(),
  /** And after each so many steps; 0 for none. */
  checkpointSteps: z.number().int().nonnegative().default(0),
  /** How many of the newest checkpoints stay; the best one stays besides. */
  checkpointsKept: count,
  /** What makes a checkpoint the best: a measure of metrics.jsonl's epoch lines, or 'auto' or 'none', and how it gets better. */
  best: z
    .strictObject({ metric: z.string().min(1), direction: z.enum(['auto', 'lower', 'higher']) })
    .default({ metric: 'auto', direction: 'auto' }),
  /** Lets oneDNN multiply float32 matrices in bfloat16, where the processor can; it changes the numbers. */
  bfloat16: z.boolean().default(false),
  /** The user's own files that it uses, by the sha256 of what they pack to: `openExtension` makes such a record. */
  extensions: z
    .array(z.strictObject({ file: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits') }))
    .default([]),
});

/** A run's whole configuration: what run.json holds under `config`. */
export type RunConfig = z.infer<typeof configSchema>;

/** A configuration with any part left out: what recipes, config files and `--set` give. */
export type PartialConfig = { readonly [K in keyof RunConfig]?: Deep<RunConfig[K]> };
type Deep<T> = T extends object ? { readonly [K in keyof T]?: Deep<T[K]> } : T;

/** Chosen where nothing else says otherwise: AIM's optimiser and initialisation. */
export const defaults: RunConfig = {
  recipe: 'custom',
  objective: { name: 'dali', preset: '', options: {} },
  architecture: { name: 'small-28', options: {} },
  data: { source: 'strokes', options: {} },
  batch: 100,
  length: {},
  optimiser: {
    learningRate: 2e-4,
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-8,
    schedule: 'constant',
    clipValue: 0,
    l2: 0,
    networks: {},
  },
  initialiser: { weights: 'normal', deviation: 0.02, scaleDeviation: 0, biases: 'zero', outputBias: 'data-mean' },
  dequantise: false,
  flip: false,
  augment: { rotate: 0, shift: 0, share: 1 },
  averageDecay: 0,
  pretrained: {},
  init: '',
  batchNormMomentum: 0.1,
  seed: 1,
  evaluationRows: 1000,
  checkpointMinutes: 10,
  checkpointSteps: 0,
  checkpointsKept: 2,
  best: { metric: 'auto', direction: 'auto' },
  bfloat16: false,
  extensions: [],
};

/** Keys that have no default, by the table that they are in. */
const optionalKeys: Readonly<Record<string, readonly string[]>> = {
  length: ['epochs', 'steps', 'hours'],
  data: ['onError', 'maxErrors'],
};
/** Keys whose values are tables of the user's own names, so that any key is allowed in them. */
const open = new Set(['objective.options', 'architecture.options', 'data.options', 'optimiser.networks', 'pretrained']);

/**
 * Lays configurations over each other, later ones first in rank, and validates the result.
 *
 * @param layers each with the name that an error gives as its place: "recipe dali-mnist", "--set", a file
 * @throws AlixError 'bad-config' naming the key, the place and, for an unknown key, what it might have been
 */
export function resolveConfig(layers: readonly { readonly from: string; readonly config: unknown }[]): RunConfig {
  let merged: Record<string, unknown> = structuredClone(defaults);
  for (const { from, config } of layers) {
    checkKeys(config, defaults, '', from);
    merged = merge(merged, config as Record<string, unknown>);
  }
  const parsed = configSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []).join('.');
  throw new AlixError('bad-config', `"${path}": ${issue?.message}`, {
    where: blame(layers, issue?.path ?? []),
    remedy: 'see `alix train --help`',
  });
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What says which thing a table's other settings belong to: they are forgotten when another is chosen. */
const choices = ['name', 'source'];

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const isOther = choices.some((key) => key in base && key in over && base[key] !== over[key]);
  const out: Record<string, unknown> = isOther ? { ...base, ...forgotten(base) } : { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = out[key];
    out[key] = isTable(before) && isTable(value) ? merge(before, value) : value;
  }
  return out;
}

const forgotten = (base: Record<string, unknown>) => ({ options: {}, ...('preset' in base ? { preset: '' } : {}) });

function checkKeys(config: unknown, known: unknown, path: string, from: string): void {
  if (!isTable(config)) {
    if (path === '') throw new AlixError('bad-config', 'not a table of settings', { where: from });
    return;
  }
  if (!isTable(known) || open.has(path)) return;
  const allowed = [...Object.keys(known), ...(optionalKeys[path] ?? [])];
  for (const [key, value] of Object.entries(config)) {
    const full = path ? `${path}.${key}` : key;
    if (!allowed.includes(key))
      throw new AlixError('bad-config', `"${full}" is not a setting${meant(key, allowed)}`, {
        where: from,
        expected: allowed.map((k) => (path ? `${path}.${k}` : k)).join(', '),
      });
    checkKeys(value, known[key], full, from);
  }
}

/** The last layer that sets the key: where the user should look. */
function blame(
  layers: readonly { readonly from: string; readonly config: unknown }[],
  path: readonly PropertyKey[],
): string {
  const sets = (config: unknown) => {
    let value: unknown = config;
    for (const key of path) {
      if (!isTable(value) || !(key in value)) return false;
      value = value[String(key)];
    }
    return true;
  };
  return layers.filter(({ config }) => sets(config)).at(-1)?.from ?? 'configuration';
}

/**
 * `--set optimiser.learningRate=1e-4`: the text after = is read as JSON where it is JSON, else it is a string.
 *
 * @throws AlixError 'bad-config' where there is no =
 */
export function parseAssignment(assignment: string): PartialConfig {
  const at = assignment.indexOf('=');
  if (at < 1)
    throw new AlixError('bad-config', `"${assignment}" is not a setting`, { where: '--set', expected: 'key=value' });
  const keys = assignment.slice(0, at).split('.');
  const text = assignment.slice(at + 1);
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // a plain word is its own value
  }
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as PartialConfig;
}
