/** alix recipes: what it lists, for programs and for people. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { design, recipes, resolveConfig } from '@alix/train';
import { cost } from '@alix/train/cost';
import { expect, test } from 'vitest';
import { type ListedRecipe, recipeTable } from '../../cli/dist/commands/recipes.js';
import { textTable, wrapped } from '../../cli/dist/table.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

const root = temporaryFolder();
const example = fileURLToPath(new URL('../../examples/my-objective.ts', import.meta.url));

async function listed(...args: string[]): Promise<ListedRecipe[]> {
  const { code, stdout, stderr } = await inside(['recipes', ...args, '--json'], root);
  expect([code, stderr]).toEqual([0, '']);
  return (JSON.parse(stdout) as { recipes: ListedRecipe[] }).recipes;
}

test('--json has every recipe, with the numbers of its design', async () => {
  const list = await listed();
  expect(list.map(({ name }) => name)).toEqual(Object.keys(recipes));
  for (const entry of list) {
    const recipe = recipes[entry.name];
    const config = resolveConfig([{ from: entry.name, config: recipe?.config }]);
    const found = design(config);
    expect([entry.name, entry.system, entry.data, entry.architecture, entry.batch]).toEqual([
      recipe?.name,
      config.objective.name,
      config.data.source,
      config.architecture.name,
      config.batch,
    ]);
    expect([entry.title, entry.source, entry.isDefault]).toEqual([
      recipe?.title,
      recipe?.source,
      recipe?.isDefault ?? false,
    ]);
    expect([entry.paper, entry.table, entry.file]).toEqual([recipe?.paper ?? null, recipe?.table ?? null, null]);
    expect([entry.name, entry.flopsPerStep]).toEqual([entry.name, (await cost(found, config.batch)).flopsPerStep]);
  }
  // AIM Table 3, as its architecture's tests have it: E, G, F and D
  const dali = list.find(({ name }) => name === 'dali-mnist');
  expect(dali?.parameters).toBe(170_432 + 6_609_473 + 132_544 + 6_491_265);
});

test('named systems and recipes are listed alone, and a mistyped one is a line with the nearest', async () => {
  expect((await listed('bigan', 'dali-mnist')).map(({ name }) => name).sort()).toEqual(
    Object.values(recipes)
      .filter(({ name, config }) => config.objective?.name === 'bigan' || name === 'dali-mnist')
      .map(({ name }) => name)
      .sort(),
  );
  const { code, stderr } = await inside(['recipes', 'bigam'], root);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^alix: bigam: no such system or recipe \(did you mean bigan\?\)[^\n]+\n$/),
  ]);
});

test('the table names each once, under its system, in 100 columns', async () => {
  const { code, stdout, stderr } = await inside(['recipes'], root);
  expect(code).toBe(0);
  expect(stderr).toMatch(/alix train dali-strokes\n$/);
  const lines = stdout.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  let system = '';
  const found: string[] = [];
  for (const line of lines.slice(1)) {
    const name = /^ {2}(\S+?)\*?(?: |$)/.exec(line)?.[1];
    if (/^\S/.test(line)) system = line.split(':')[0] ?? '';
    if (!name) continue;
    found.push(name);
    expect([name, recipes[name]?.config.objective?.name]).toEqual([name, system]);
  }
  expect(found.sort()).toEqual(Object.keys(recipes).sort());
});

test("a user's recipes are listed after alix's own", async () => {
  copyFileSync(example, join(root, 'mine.ts'));
  const all = await listed('mine.ts');
  expect(all.slice(0, -1).every(({ file }) => file === null)).toBe(true);
  const own = all.find(({ name }) => name === 'ali-strokes');
  expect(all.at(-1)).toMatchObject({
    name: 'ls-ali-strokes',
    system: 'ls-ali',
    systemTitle: 'ALI with least squares',
    preset: 'paper',
    file: 'mine.ts',
    parameters: own?.parameters,
    flopsPerStep: own?.flopsPerStep,
  });
});

test('a file that is none ends it with one line', async () => {
  const { code, stderr, stdout } = await inside(['recipes', 'nowhere.ts'], root);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^alix: nowhere\.ts: no such file or folder[^\n]*\n$/);
});

test("a user's recipe that does not fit is named", async () => {
  writeFileSync(join(root, 'odd.ts'), "export const a = { name: 'odd', config: { objective: { name: 'dalli' } } };");
  const { code, stderr, stdout } = await inside(['recipes', 'odd.ts'], root);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^alix: recipe odd of odd\.ts: "dalli" is no objective \(expected [^\n]*\n$/);
});

test('what is too wide for a line gives way', () => {
  const entry: ListedRecipe = {
    name: 'a-name-'.repeat(12),
    title: 't',
    system: 'gan',
    systemTitle: 'GAN',
    preset: 'paper',
    isDefault: true,
    paper: 'A paper',
    table: 'word '.repeat(60).trim(),
    source: 's',
    file: null,
    data: 'data',
    architecture: 'networks',
    parameters: 1234567,
    batch: 64,
    flopsPerStep: 1.5e12,
  };
  const lines = recipeTable([entry]);
  expect(Math.max(...lines.map((line) => line.length))).toBe(100);
  expect(lines.join('\n')).toMatch(/a-name-a\S*\u2026 +data +networks +1,234,567 +64 +1\.50 TFLOP/);
  expect(lines.filter((line) => line.startsWith('      word'))).toHaveLength(Math.ceil((60 * 5) / 95));
});

test('tables and texts are laid out as asked', () => {
  const rows = [
    ['a', 'long cell', '1'],
    ['bcd', 'x', '234'],
  ];
  expect(textTable(rows, { right: [2] })).toEqual(['a    long cell    1', 'bcd  x          234']);
  expect(textTable(rows, { width: 18, elastic: 1 })).toEqual(['a    long ce\u2026  1', 'bcd  x         234']);
  expect(wrapped('one two three', 9, 2)).toEqual(['  one two', '  three']);
});
