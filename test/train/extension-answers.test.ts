/** Users' files whose functions give what they should not, or whose networks do not fit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { design, extensionConfig, openExtension, resolveConfig } from '@alix/train';
import { describe, expect, it } from 'vitest';
import { file, objective } from './own-file.js';

describe("what an objective's functions give is refused", () => {
  const tensor = { dataId: {}, shape: [], size: 1, dtype: 'float32' };
  const many = { ...tensor, shape: [3, 1], size: 3 };
  type Definitions = Awaited<ReturnType<typeof openExtension>>;

  /** The objective "o" of a file with another field; tensors reach it as what the networks or the minibatch are. */
  const changed = async (field: string) => {
    const { objectives } = (await openExtension(file(objective('o', field)))) satisfies Definitions;
    return objectives.o as NonNullable<typeof objectives.o>;
  };
  const loss = (text: string) => `players: { p: { updates: ['D'], loss: (t) => ${text}, monitor: (t) => t.extra } }`;

  it.each([
    ['nothing', undefined, /the loss of the player "p" of the objective "o" .*a tensor of one number, found undefined/],
    ['a number', 3, /the loss of the player "p".*found number 3\)$/],
    ['a number for each row', many, /the loss .*found a tensor of shape \[3,1\]\); tf\.mean or tf\.sum/],
  ])('a loss that is %s', async (_what, given, message) => {
    const { players } = await changed(loss('t.given'));
    expect(() => players.p?.loss({ given } as never, {})).toThrow(message);
    expect(() => players.p?.loss({ given } as never, {})).toThrow(/^[^\n]*mine\.ts: [^\n]*$/);
    expect(players.p?.loss({ given: tensor } as never, {})).toEqual(tensor);
  });

  it('a measure that is more than one number', async () => {
    const { players, heldOut } = await changed(`${loss('t')}, heldOut: ({ G }) => ({ error: G })`);
    expect(() => players.p?.monitor?.({ extra: { mean: many } } as never)).toThrow(
      /"players\.p\.monitor": "mean" .*found a tensor of shape \[3,1\]/,
    );
    expect(() => players.p?.monitor?.({} as never)).toThrow(/monitor" .*a table of tensors, found undefined/);
    expect(players.p?.monitor?.({ extra: { mean: tensor } } as never)).toEqual({ mean: tensor });
    expect(() => heldOut?.({ G: many } as never, {} as never, {})).toThrow(/"heldOut": "error" .*\[3,1\]/);
  });

  it('terms that are no table of functions that give tensors', async () => {
    const { terms } = await changed('terms: (_networks, batch) => batch.made');
    const made = (given: unknown) => terms({}, { made: given } as never, {} as never, {}, {} as never);
    expect(() => made(undefined)).toThrow(/the result of "terms" of the objective "o".*functions, found undefined/);
    expect(() => made(Promise.resolve({}))).toThrow(/the result of "terms" .*found a promise/);
    expect(() => made({ data: 1 })).toThrow(/the term "data" .*a function without arguments, found number 1/);
    expect(() => made({ data: () => [] }).data?.()).toThrow(/the term "data" .*gives a tensor, found a list/);
    expect(made({ data: () => tensor }).data?.()).toEqual(tensor);
  });
});

describe('an architecture', () => {
  const configOf = async (path: string) => resolveConfig([extensionConfig(await openExtension(path))]);

  it('alone takes an objective that uses them all, and says where they do not fit it', async () => {
    const example = readFileSync(join(import.meta.dirname, '../../examples/my-architecture.ts'), 'utf8');
    const changed = (from: string | RegExp, to: string) => configOf(file(example.replace(from, to)));
    expect((await configOf(file(example))).objective.name).toBe('dali');
    for (const [from, to, where] of [
      ['features: [width] }', 'features: [width + 1] }', /network E, features: dali .*expected 128, found 129/],
      [
        "head('log_variance'),",
        "{ name: 'log_variance', from: ['trunk'], rows: [fullyConnected(1)] },",
        /network E, log_variance: dali .*expected 16, found 1\)/,
      ],
      ['rows: [fullyConnected(latent)]', 'rows: [fullyConnected(17)]', /network E, mean: dali .*expected 16, found 17/],
    ] as const) {
      const config = await changed(from, to);
      expect(() => design(config)).toThrow(where);
    }
    // without its encoder it is a GAN's
    expect((await changed(/ {8}E: \{[\s\S]*?\n {8}\},\n/, '')).objective.name).toBe('gan');
  });

  it.each([
    [
      "prior: 'normal'",
      "prior: 'gauss' as never",
      /"latent\.prior" .*expected 'normal' or 'uniform', found string gauss/,
    ],
    [
      'networks: {',
      'nets: {',
      /"networks" of what the architecture "mlp-28" builds .*a table of networks, found nothing/,
    ],
    ['networks: {', 'networks: { Q: 3 as never,', /"networks\.Q" .*a network .*, found number 3/],
    ["[fullyConnected(width, 'bn relu')]", 'undefined as never', /"networks\.E\.blocks\.0\.rows" .*a list of rows/],
    [
      'return {\n',
      'return undefined as never; return {\n',
      /what the architecture "mlp-28" builds is not .*found nothing/,
    ],
  ])('of networks that are none: %s', async (from, to, message) => {
    const example = readFileSync(join(import.meta.dirname, '../../examples/my-architecture.ts'), 'utf8');
    expect(example).toContain(from);
    const { record } = await openExtension(file(example.replace(from, to)));
    const mine = resolveConfig([
      {
        from: 'a test',
        config: { architecture: { name: 'mlp-28' }, objective: { name: 'dali' }, extensions: [record] },
      },
    ]);
    expect(() => design(mine)).toThrow(message);
  });
});
