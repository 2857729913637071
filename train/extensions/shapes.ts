/** What a user's file exports, recognised by its shape: objectives, architectures and recipes. */
import { AlixError } from '@alix/infer/io/errors';
import { z } from 'zod';
import type { Architecture } from '../architectures/architecture.js';
import type { Objective } from '../objectives/objective.js';
import type { Recipe } from '../recipes/recipe.js';
import { insist } from './check.js';
import { building } from './networks.js';
import { checkedResults } from './results.js';

export interface Definitions {
  readonly objectives: Readonly<Record<string, Objective>>;
  readonly architectures: Readonly<Record<string, Architecture>>;
  readonly recipes: Readonly<Record<string, Recipe>>;
}

type Table = Readonly<Record<string, unknown>>;

const text = z.string('a text').min(1, 'a text');
const table = z.record(z.string(), z.unknown(), 'a table');
// JSON, in which a run keeps its options, knows no infinity
const options = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean()], 'a finite number, a text, true or false'),
  'a table',
);
const names = z.array(text, 'a list of names');
const calculation = z.custom<(...values: never[]) => unknown>((value) => typeof value === 'function', 'a function');
const optional = { title: text.optional(), source: text.optional() };
const described = { name: text, title: text, source: text };

const schemas = {
  objective: z.looseObject({
    ...described,
    networks: z.record(z.string(), z.string().regex(/^\S.* -> \S+$/, "a signature such as 'z -> x'"), 'a table'),
    encoder: names,
    decoder: names,
    options,
    presets: z
      .record(
        z.string(),
        z.looseObject(
          {
            update: z.enum(['simultaneous', 'sequential'], "'simultaneous' or 'sequential'"),
            options: options.optional(),
          },
          'a table',
        ),
        'a table of presets',
      )
      .refine((presets) => Object.keys(presets).length > 0, 'at least one preset'),
    terms: calculation,
    players: z
      .record(z.string(), z.looseObject({ updates: names, loss: calculation }, 'a table'), 'a table of players')
      .refine((players) => Object.keys(players).length > 0, 'at least one player'),
  }),
  architecture: z.looseObject({ ...described, options, build: calculation }),
  recipe: z.looseObject({ name: text, ...optional, config: table }),
};

/** The keys by which each kind is known. */
const marks = { objective: ['terms', 'players'], architecture: ['build'], recipe: ['config'] } as const;
type Kind = keyof typeof marks;
const kinds = Object.keys(marks) as Kind[];

/**
 * The objectives, architectures and recipes among a module's exports; whatever else it exports is its own affair.
 *
 * @throws AlixError 'bad-extension' where there are none, two have one name, or one lacks a field
 */
export function recognise(exported: Readonly<Record<string, unknown>>, where: string): Definitions {
  const found: Record<Kind, Record<string, Table>> = { objective: {}, architecture: {}, recipe: {} };
  for (const value of new Set(Object.values(exported))) {
    if (typeof value !== 'object' || value === null) continue;
    const kind = kinds.find((kind) => marks[kind].some((key) => key in value));
    if (!kind) continue;
    const { name } = check(kind, value as Table, where);
    if (Object.hasOwn(found[kind], name))
      throw new AlixError('bad-extension', `two ${kind}s have the name "${name}"`, { where });
    found[kind][name] = value as Table;
  }
  if (kinds.every((kind) => Object.keys(found[kind]).length === 0))
    throw new AlixError('bad-extension', 'the file exports nothing that can be trained', {
      where,
      expected: 'an objective(...), an architecture(...) or a recipe { name, config }',
      found: Object.keys(exported).join(', ') || 'no exports',
    });
  const each = <T>(kind: Kind, make: (value: Table) => T) =>
    Object.fromEntries(Object.entries(found[kind]).map(([name, value]) => [name, make(value)]));
  return {
    objectives: each('objective', (value) => blamed(checkedResults(value as unknown as Objective, where), where)),
    architectures: each('architecture', (value) => blamed(building(value as unknown as Architecture, where), where)),
    recipes: each('recipe', (value) => ({ title: value.name, source: where, ...value }) as unknown as Recipe),
  };
}

function check(kind: Kind, value: Table, where: string): { readonly name: string } {
  const title = `the ${kind}${typeof value.name === 'string' ? ` "${value.name}"` : ''}`;
  const parsed = insist(schemas[kind] as z.ZodType<{ readonly name: string }>, value, title, where);
  if (kind === 'objective') checkNames(value as unknown as Objective, title, where);
  return parsed;
}

/** Whether every network that an objective speaks of is one of its own. */
function checkNames(value: Objective, title: string, where: string): void {
  const known = { ...value.networks, ...value.optional };
  const used = {
    encoder: value.encoder,
    decoder: value.decoder,
    critic: value.critic ?? [],
    classifier: value.classifier ?? [],
    frozen: value.frozen ?? [],
    differentiatedTwice: value.differentiatedTwice ?? [],
    ...Object.fromEntries(Object.entries(value.players).map(([n, { updates }]) => [`players.${n}.updates`, updates])),
  };
  for (const [field, networks] of Object.entries(used))
    for (const network of networks)
      if (!Object.hasOwn(known, network))
        throw new AlixError('bad-extension', `"${field}" of ${title} names a network that it does not have`, {
          where,
          expected: Object.keys(known).join(', '),
          found: network,
        });
}

/** A definition whose functions, when they fail, say whose file it is. */
function blamed<T>(value: T, where: string): T {
  if (typeof value === 'function') {
    const call = value as unknown as (...values: unknown[]) => unknown;
    return ((...values: unknown[]) => {
      try {
        const result = call(...values);
        return isPlain(result) ? blamed(result, where) : result;
      } catch (cause) {
        if (cause instanceof AlixError || !(cause instanceof Error)) throw cause;
        throw new AlixError('bad-extension', 'an error in the file', {
          where,
          found: `${cause.name}: ${cause.message}`,
          remedy: 'see where with --debug',
          cause,
        });
      }
    }) as T;
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, blamed(inner, where)])) as T;
}

/** A table as a file writes it down; no tensor, posterior or list. */
function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
