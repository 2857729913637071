/** What the READMEs name is there: files, scripts, and the headings that links lead to. Their commands are run by test/e2e/readme.test.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readmes = ['README.md', ...['cli', 'infer', 'train', 'export', 'eval'].map((name) => `${name}/README.md`)];
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** As web sites of repositories name headings, and the names that are set by hand. */
const placesIn = (path: string) =>
  [...textOf(path).matchAll(/^#+ (.+)$|<a id="([\w-]+)">/gm)].map(
    ([, heading, id]) =>
      id ??
      heading
        ?.toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
  );

describe.each(readmes)('%s', (readme) => {
  const text = textOf(readme);

  test('names files that are there, and places in them', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    for (const [, path = '', place] of links) {
      const file = path === '' ? readme : join(dirname(readme), path);
      expect([path, existsSync(join(root, file))]).toEqual([path, true]);
      if (place !== undefined) expect([file, placesIn(file)]).toEqual([file, expect.arrayContaining([place])]);
    }
  });

  test('names scripts that npm has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of text.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
  });
});
