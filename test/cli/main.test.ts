import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

const cwd = temporaryFolder();
const run = (...args: string[]) => alix(args, cwd);

test('help lists the verbs and shows examples', async () => {
  const { code, stdout, stderr } = await run('--help');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/encode .*\n.*decode .*\n.*reconstruct .*\n.*sample/);
  expect(stdout).toContain('Examples:');
  expect((await run('encode', '--help')).stdout).toContain('-o, --output <path>');
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../cli/package.json', import.meta.url), 'utf8'));
  expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  ['an unknown verb', ['encod'], "unknown command 'encod' (did you mean encode?); see `alix --help`"],
  [
    'an unknown option',
    ['encode', 'm', 'i', '-o', 'c.npy', '--bach', '3'],
    "unknown option '--bach' (did you mean --batch?)",
  ],
  ['a missing argument', ['encode', '-o', 'x.npy'], "missing required argument 'model'; see `alix encode --help`"],
  [
    'a missing output',
    ['sample', 'm'],
    "required option '-o, --output <path>' not specified; see `alix sample --help`",
  ],
  ['a wrong number', ['sample', 'm', '-n', '0', '-o', 'x'], "'0' is invalid. A whole number of at least 1 is needed;"],
  [
    'a wrong choice',
    ['sample', 'm', '--device', 'tpu', '-o', 'x'],
    "'tpu' is invalid. Allowed choices are auto, cpu, cuda (did you mean cpu?);",
  ],
  ['one argument too many', ['models', 'x'], "too many arguments for 'models'"],
  [
    "a mistyped verb of a verb's own",
    ['eval', 'comapre', 'a', 'b', '-o', 'c'],
    "unknown command 'eval comapre' (did you mean eval compare?); see `alix eval --help`",
  ],
  ['two operands of such a verb', ['eval', 'model', 'compare', '-o', 'c'], "too many arguments for 'eval'"],
  ['a mistyped verb without operands', ['web', 'asets', 'd'], "unknown command 'asets' (did you mean assets?)"],
])('%s is one line and exit code 2', async (_, args, words) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
  expect(stderr).toMatch(/^alix: [^\n]+\n$/);
});

test('no verb at all shows the help on stderr, with exit code 2', async () => {
  const { code, stdout, stderr } = await run();
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: alix');
  expect(stderr).toMatch(/alix: no verb was given; see `alix --help`\n$/);
});

test('with --json an error is one object on stdout, wherever the option stands', async () => {
  for (const args of [
    ['--json', 'encod'],
    ['encod', '--json'],
  ]) {
    const { code, stdout } = await run(...args);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'usage',
        message: "unknown command 'encod' (did you mean encode?); see `alix --help`",
        remedy: 'see `alix --help`',
      },
    });
  }
  const missing = await run('sample', './none', '-o', 'x.png', '--json');
  expect(missing.code).toBe(1);
  expect(JSON.parse(missing.stdout).error).toMatchObject({ code: 'no-bundle', where: './none' });
});

test('a stack trace is shown with --debug and not without', async () => {
  const args = ['sample', './none', '-o', 'x.png'];
  expect((await run(...args)).stderr).toMatch(/^alix: [^\n]+\n$/);
  expect((await run(...args, '--debug')).stderr).toMatch(/\n {4}at /);
});
