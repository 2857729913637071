/** Users' own files: what is packed of them, what is recognised, what is refused, and which version a configuration means. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { design, extensionConfig, loadExtensions, openExtension, resolveConfig } from '@alix/train';
import { checkUnchanged, keepExtensions, known } from '@alix/train/extensions';
import { describe, expect, it, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();
let count = 0;

/** Writes a file into a folder of its own. */
function file(text: string, name = 'mine.ts', folder = join(root, `${count++}`)): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const recipe = (name: string, rest = '') => `{ name: '${name}', config: { objective: { name: 'gan' } } ${rest} }`;
const objective = (name: string, change = '') => `
  import { objective } from '@alix/train/objectives/objective';
  import { real, fake, add } from '@alix/train/objectives/terms';
  export const mine = objective({
    name: '${name}', title: 'mine', source: 'a test',
    networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit' },
    encoder: [], decoder: ['G'], options: { weight: 1 },
    presets: { only: { update: 'simultaneous', source: 'a test' } },
    terms: ({ G, F, D }, { x, z }) => ({ data: () => D(F(x)), model: () => D(F(G(z))) }),
    players: {
      critic: { updates: ['F', 'D'], loss: (t) => add(real(t.data), fake(t.model)) },
      generator: { updates: ['G'], loss: (t) => real(t.model) },
    },
    ${change}
  });`;

const shaOf = async (path: string) => (await openExtension(path)).record.sha256;
const refused = (path: string) => expect(openExtension(path)).rejects;

describe('what is packed', () => {
  it('has the files that it imports in it, and what TypeScript has beyond types', async () => {
    const folder = join(root, 'several');
    file('export enum Kind { Small = 4, Large = 8 }\nexport type Unused = string;', 'helper.ts', folder);
    const path = file(
      `import type { Recipe } from '@alix/train/recipes/recipe';
       import { Kind, type Unused } from './helper.js';
       const note: Unused = 'x';
       export default { name: 'packed', title: note, config: { batch: Kind.Large } } satisfies Partial<Recipe>;`,
      'mine.ts',
      folder,
    );
    const { recipes, text } = await openExtension(path);
    expect(recipes.packed?.config).toEqual({ batch: 8 });
    rmSync(join(folder, 'helper.ts'));
    expect(text).toContain('Large');
    expect(text).not.toContain('helper.js');
  });

  it('is the same under another name and with other comments, and another when it does something else', async () => {
    const text = `export const a = ${recipe('same')};`;
    const first = await shaOf(file(text));
    expect(await shaOf(file(`// a comment\n${text}`, 'other.ts'))).toBe(first);
    expect(await shaOf(file(text.replace('same', 'else')))).not.toBe(first);
  });

  it.each(['mine.ts', 'mine.mts', 'mine.js', 'mine.mjs'])('may be %s', async (name) => {
    expect(Object.keys((await openExtension(file(`export const a = ${recipe('any')};`, name))).recipes)).toEqual([
      'any',
    ]);
  });

  it('pays no attention to a tsconfig.json or package.json around it', async () => {
    const path = file(`export const a = ${recipe('around')};`);
    writeFileSync(join(dirname(path), 'tsconfig.json'), '{ broken');
    writeFileSync(join(dirname(path), 'package.json'), '{ "type": "commonjs" }');
    expect(Object.keys((await openExtension(path)).recipes)).toEqual(['around']);
  });
});

describe('what is refused', () => {
  const broken: readonly [what: string, text: string, message: RegExp][] = [
    ['a syntax error', 'export const a = ;\n', /mine\.ts:1:18: Unexpected ";"$/],
    [
      'nothing exported',
      'const a = 1;',
      /exports nothing that can be trained \(expected an objective.* found no exports\)/,
    ],
    ['nothing of use exported', 'export const a = 1, b = {};', /exports nothing that can be trained.* found a, b\)/],
    ['an error while loading', 'export const a = missing.value;', /fails when it is loaded.*missing is not defined/],
    [
      'a second tfjs',
      "import * as tf from '@tensorflow/tfjs';export const a = tf;",
      /1:21: .*import @tensorflow\/tfjs-core/,
    ],
    [
      'no such file of alix',
      "import { a } from '@alix/train/nothing';export const b = a;",
      /"@alix\/train\/nothing".*no such file/,
    ],
    [
      'no such file',
      "import { a } from './nothing';export const b = a;",
      /mine\.ts:1:19: Could not resolve ".\/nothing"/,
    ],
    ['no such package', "import { a } from 'no-such-thing';export const b = a;", /Could not resolve "no-such-thing"/],
    ["a name of alix's own", `export const a = ${recipe('dali-mnist')};`, /a recipe of the name "dali-mnist" already/],
    ['two of one name', `export const a = ${recipe('two')}, b = ${recipe('two')};`, /two recipes have the name "two"/],
    [
      'a recipe without a name',
      'export const a = { config: {} };',
      /"name" of the recipe .*expected a text, found nothing/,
    ],
    [
      "an objective's missing field",
      objective('o', 'presets: undefined'),
      /"presets" of the objective "o".* found nothing/,
    ],
    [
      'an option that no file of a run can keep',
      objective('o', 'options: { weight: Infinity }'),
      /"options\.weight" .*expected a finite number, .* found number Infinity/,
    ],
    [
      "a preset's option that is none",
      objective('o', "presets: { only: { update: 'sequential', source: 's', options: { weight: NaN } } }"),
      /"presets\.only\.options\.weight" .*found number NaN/,
    ],
    [
      "an architecture's option that is none",
      "export const a = { name: 'a', title: 't', source: 's', options: { width: [1] }, build: () => ({}) };",
      /"options\.width" of the architecture "a".*a finite number/,
    ],
    ["a name of alix's own objectives", objective('ali'), /alix has an objective of the name "ali" already/],
    ['no preset', objective('o', 'presets: {}'), /expected at least one preset, found \{\}/],
    ['no players', objective('o', 'players: {}'), /expected at least one player/],
    [
      "a player's loss",
      objective('o', "players: { p: { updates: ['D'], loss: 1 } }"),
      /"players\.p\.loss".*a function, found number 1/,
    ],
    ['a network that it has not', objective('o', "encoder: ['Q']"), /"encoder" .*expected G, F, D, found Q/],
    [
      'a player of another network',
      objective('o', "players: { p: { updates: ['Q'], loss: () => 1 } }"),
      /"players\.p\.updates" .*found Q/,
    ],
    [
      'no signature',
      objective('o', "networks: { G: 'z' }"),
      /"networks\.G".*a signature such as 'z -> x', found string z/,
    ],
    [
      'an architecture of no function',
      "export const a = { name: 'a', title: 't', source: 's', options: {}, build: {} };",
      /"build" of the architecture "a".*a function/,
    ],
  ];
  it.each(broken)('%s', async (_what, text, message) => {
    await refused(file(text)).toMatchObject({ code: 'bad-extension', message: expect.stringMatching(message) });
    await refused(file(text)).toThrow(/^[^\n]*mine\.ts[^\n]*$/);
  });

  it('what is no file', async () => {
    await refused(join(root, 'nowhere.ts')).toMatchObject({ code: 'not-found' });
    mkdirSync(join(root, 'folder.ts'));
    await refused(join(root, 'folder.ts')).toMatchObject({ code: 'is-a-folder' });
  });
});

test('an error in a function of the file names the file', async () => {
  const path = file(
    `export const a = { name: 'bad', title: 't', source: 's', options: {}, build: (o) => o.nothing.at(0) };`,
  );
  const { record } = await openExtension(path);
  const config = resolveConfig([{ from: 'a test', config: { architecture: { name: 'bad' }, extensions: [record] } }]);
  expect(() => design(config)).toThrow(/mine\.ts: an error in the file \(found TypeError: [^\n]*'at'[^\n]*--debug$/);
});

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

describe('a configuration', () => {
  const titled = (title: string) => objective('versioned', `title: '${title}',`);
  const configOf = async (path: string) => resolveConfig([extensionConfig(await openExtension(path))]);

  it('means the version of the file that it names, when two are loaded', async () => {
    const path = file(titled('first'));
    const first = await configOf(path);
    writeFileSync(path, titled('second'));
    const second = await configOf(path);
    expect([first, second].map((config) => design(config).objective.title)).toEqual(['first', 'second']);
    const both = { ...first, extensions: [...first.extensions, ...second.extensions] };
    expect(() => design(both)).toThrow(/there is one objective "versioned" in .*mine\.ts too/);
  });

  it('whose file was never loaded says so', async () => {
    const config = { ...(await configOf(file(titled('x')))), extensions: [{ file: 'a.ts', sha256: '0'.repeat(64) }] };
    expect(() => design(config)).toThrow(/a\.ts: this file of the configuration is not loaded/);
  });

  it('of an objective alone takes a recipe whose networks fit it', async () => {
    const { objective: mine, architecture, data, recipe: name } = await configOf(file(titled('alone')));
    expect([mine.name, architecture.name, data.source, name]).toEqual([
      'versioned',
      'small-28',
      'strokes',
      'versioned',
    ]);
  });

  it('of several recipes is the default one, or none', async () => {
    const one = file(`export const a = ${recipe('a')}, b = ${recipe('b', ', isDefault: true')};`);
    expect((await configOf(one)).recipe).toBe('b');
    const none = file(`export const a = ${recipe('a')}, b = ${recipe('b')};`);
    await expect(configOf(none)).rejects.toThrow(/several recipes.*found a, b.*isDefault: true/);
  });
});

describe('a run', () => {
  /** A folder that keeps a file, of which this process has not heard under its present content. */
  async function kept(name: string) {
    const path = file(`export const a = ${recipe(name)};`);
    const { record } = await openExtension(path);
    const folder = join(dirname(path), 'run');
    await keepExtensions({ extensions: [record] }, folder);
    const copy = join(folder, 'extensions', readdirSync(join(folder, 'extensions'))[0] ?? '');
    return { path, record, folder, copy };
  }
  const unheard = (record: { file: string; sha256: string }) => ({ ...record, sha256: `0${record.sha256.slice(1)}` });

  it('keeps a copy of what was packed', async () => {
    const { record, copy } = await kept('copied');
    const bytes = readFileSync(copy);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(record.sha256);
    expect(bytes.toString()).toContain('copied');
  });

  it('is carried by its copy where the file is not', async () => {
    const { folder, copy } = await kept('here');
    const text = `export const a = ${recipe('elsewhere')};`;
    const sha256 = createHash('sha256').update(text).digest('hex');
    const extensions = [{ file: 'gone/mine.ts', sha256 }];
    writeFileSync(join(dirname(copy), `mine.${sha256.slice(0, 12)}.mjs`), text);
    await loadExtensions({ extensions }, folder);
    expect(known({ extensions }).recipes.elsewhere?.config).toEqual({ objective: { name: 'gan' } });
    await checkUnchanged(extensions, extensions);
  });

  it('refuses a copy that was altered', async () => {
    const { record, folder, copy } = await kept('altered');
    const other = unheard(record);
    writeFileSync(join(dirname(copy), `mine.${other.sha256.slice(0, 12)}.mjs`), 'export const a = 1;');
    await expect(loadExtensions({ extensions: [other] }, folder)).rejects.toThrow(
      /\.mjs: the run's copy .* was altered/,
    );
  });

  it('without a copy takes the file only as it was', async () => {
    const { record, folder } = await kept('changed');
    const other = { ...unheard(record), file: record.file };
    await expect(loadExtensions({ extensions: [other] }, `${folder}-none`)).rejects.toThrow(
      /not as it was.*undo the change/,
    );
    const gone = { ...other, file: `${record.file}.none` };
    await expect(loadExtensions({ extensions: [gone] }, folder)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is not continued with a file that has changed', async () => {
    const { path, record } = await kept('continued');
    writeFileSync(path, `export const a = ${recipe('else')};`);
    await expect(checkUnchanged([record], [record])).rejects.toThrow(
      /mine\.ts: the file is not as it was when the run began/,
    );
    const now = (await openExtension(path)).record;
    await expect(checkUnchanged([record], [now])).rejects.toThrow(/not as it was/);
  });
});
