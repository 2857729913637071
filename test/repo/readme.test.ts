/** The commands that README.md shows are ones that alix has; the cheap ones are run. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(fileURLToPath(new URL('README.md', root)), 'utf8');
const folder = temporaryFolder();

/** The words after `alix` of each line of a code block that runs it. */
const commands = [...readme.matchAll(/^```\n(.*?)^```$/gms)]
  .flatMap(([, block = '']) => block.split('\n'))
  .map((line) => /^(?:npx )?alix (.+)$/.exec(line)?.[1]?.trim())
  .filter((words) => words !== undefined)
  .map((words) => ({ command: words, words: words.split(/\s+/) }));

/** What `alix --help` and `alix VERB --help` say, by verb; '' for the program itself. */
const help = new Map<string, string>();

/** The verbs that a help text lists, and the options. */
const verbsOf = (text: string) => [...text.matchAll(/^ {2}([a-z]+)(?: \[| <| {2})/gm)].map(([, verb]) => verb);
const optionsOf = (text: string) =>
  [...text.matchAll(/^ {2}(-.*?)(?: {2}|$)/gm)].flatMap(
    ([, names = '']) => names.match(/(?<![\w-])--?[a-z][a-z-]*/gi) ?? [],
  );

beforeAll(async () => {
  const verbs = new Set(['', ...commands.map(({ words }) => words[0] ?? '')]);
  const texts = [...verbs].map(async (verb) => {
    const { stdout } = await alix([...(verb.startsWith('-') || !verb ? [] : [verb]), '--help'], folder);
    help.set(verb, stdout);
  });
  await Promise.all(texts);
});

test('there are commands to look at', () => {
  const verbs = new Set(commands.map(({ words }) => words[0]));
  const shown = ['doctor', 'setup', 'train', 'export', 'encode', 'reconstruct', 'sample', 'models'];
  expect([...verbs]).toEqual(expect.arrayContaining(shown));
});

describe.each(commands)('alix $command', ({ words }) => {
  const [verb = '', ...args] = words;

  test('has this verb and these options', () => {
    expect(verbsOf(help.get('') ?? '')).toContain(verb);
    const known = optionsOf(help.get(verb) ?? '');
    expect(known).toContain('--help');
    for (const option of args.filter((word) => /^-/.test(word))) expect(known).toContain(option);
  });
});

/** No TensorFlow and no data needed. */
const cheap = commands.filter(
  ({ words }) => ['models', 'sample'].includes(words[0] ?? '') || words.includes('--dry-run'),
);

test.each(cheap)('alix $command runs', async ({ words }) => {
  expect(await alix(words, folder)).toMatchObject({ code: 0 });
});

test('the files and scripts that it names are there', () => {
  const { scripts } = JSON.parse(readFileSync(fileURLToPath(new URL('package.json', root)), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [, script = ''] of readme.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
  for (const [, path = ''] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
    expect([path, existsSync(fileURLToPath(new URL(path, root)))]).toEqual([path, true]);
});
