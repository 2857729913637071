/** Users' own files: what is packed of them, what is recognised, what is refused, and which version a configuration means. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { design, extensionConfig, loadExtensions, openExtension, resolveConfig } from '@alix/train';
import { checkUnchanged, keepExtensions, known } from '@alix/train/extensions/index';
import { describe, expect, it, test } from 'vitest';
import { file, objective, recipe, root } from './own-file.js';

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
