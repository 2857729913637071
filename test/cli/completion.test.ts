/** The completions of the three shells, asked of the shells themselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

const cwd = temporaryFolder();
mkdirSync(join(cwd, 'strokes-photos'));
for (const name of ['config.json', 'codes.npy', 'codes.parquet', 'net.onnx', 'notes.txt', 'net.txt'])
  writeFileSync(join(cwd, name), '{}');
const isHere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

async function script(shell: string): Promise<string> {
  const { code, stdout, stderr } = await alix(['completion', shell], cwd);
  expect([code, stderr]).toEqual([0, '']);
  const path = join(cwd, `alix.${shell}`);
  writeFileSync(path, stdout);
  return path;
}

const verbs =
  'quickstart doctor setup recipes train export import models encode decode reconstruct sample interpolate manifold inpaint neighbours eval web completion'.split(
    ' ',
  );

/** What is typed, what must be offered, and what must not. */
const cases: readonly [line: string, offered: readonly string[], not: readonly string[]][] = [
  ['alix ', verbs, ['strokes-dali']],
  ['alix enc', ['encode'], ['decode', 'export']],
  ['alix --json rec', ['recipes', 'reconstruct'], ['encode']],
  ['alix encode strokes-d', ['strokes-dali'], ['strokes-classifier', 'dali-strokes']],
  ['alix encode --device c', ['cpu', 'cuda'], ['auto']],
  ['alix encode --seed 3 strokes-d', ['strokes-dali'], []],
  ['alix encode m --on-error ', ['fail', 'skip'], ['strokes-dali']],
  ['alix encode --de', ['--device', '--debug'], ['--on-error']],
  ['alix train dali-mn', ['dali-mnist'], ['strokes-dali', 'dali-strokes']],
  ['alix train ali', ['ali', 'alice'], ['dali']],
  ['alix train dali --data gaussian-', ['gaussian-grid', 'gaussian-ring'], ['mnist']],
  ['alix recipes gali', ['gali-4'], ['dali']],
  ['alix eval mer', ['merge'], ['features']],
  ['alix eval features --comp', ['--compat'], ['--metrics']],
  ['alix eval m --compat torch', ['torch-fidelity', 'torchmetrics'], ['prdc']],
  ['alix eval merge --comp', [], ['--compat']],
  ['alix web a', ['assets'], []],
  ['alix completion ', ['bash', 'zsh', 'fish'], []],
  ['alix encode --dry', ['--dry-run'], ['--debug']],
  ['alix eval merge --print', ['--print-config'], ['--precision']],
  ['alix encode m i --config con', ['config.json'], []],
  ['alix --config config.json enc', ['encode'], ['export']],
  ['alix encode m i --config config.json --on-error ', ['fail', 'skip'], []],
  ['alix decode m ', ['codes.npy', 'codes.parquet'], []],
  ['alix eval m --lpips net', ['net.onnx'], []],
];

function check(answer: readonly string[], offered: readonly string[], not: readonly string[]): void {
  expect(answer).toEqual(expect.arrayContaining([...offered]));
  for (const word of not) expect(answer).not.toContain(word);
}

describe.skipIf(!isHere('bash'))('bash', async () => {
  const path = await script('bash');
  const complete = (...words: string[]): string[] =>
    execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _alix; (( \${#COMPREPLY[@]} == 0 )) || printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        path,
        ...words,
      ],
      { cwd, encoding: 'utf8' },
    )
      .split('\n')
      .filter(Boolean);

  test.each(cases)('%s', (line, offered, not) => check(complete(...line.split(' ')), offered, not));
  test('a value behind =, which bash takes for words of its own', () => {
    expect(complete('alix', 'encode', '--device', '=')).toEqual(['auto', 'cpu', 'cuda']);
    expect(complete('alix', 'encode', '--device', '=', 'cu')).toEqual(['cuda']);
    check(complete('alix', 'encode', '--device', '=', 'cpu', 'strokes-d'), ['strokes-dali'], ['cpu']);
  });
  test('paths stand beside names; where only paths can be the shell completes them', () => {
    check(complete('alix', 'encode', 'strokes-'), ['strokes-dali', 'strokes-photos'], []);
    expect(complete('alix', 'encode', './str')).toEqual([]);
    expect(complete('alix', 'encode', 'strokes-dali', 'str')).toEqual([]);
    // folders are offered where the ends of files are known
    expect(complete('alix', 'encode', 'm', 'x', '-o', 'str')).toEqual(['strokes-photos']);
  });
  test('the verb of an operand is not one', () => {
    check(complete('alix', 'encode', 'eval', '--n'), [], ['--n', '--no-cache']);
    check(complete('alix', 'eval', '--data', 'merge', '--compa'), ['--compat'], []);
  });
  test('bash itself calls it by its name', () => {
    const told = execFileSync('bash', ['--norc', '-c', 'source "$1"; complete -p alix', 'bash', path], {
      encoding: 'utf8',
    });
    expect(told).toContain('-F _alix alix');
  });
});

describe.skipIf(!isHere('fish'))('fish', async () => {
  const path = await script('fish');
  const complete = (line: string): string[] =>
    execFileSync('fish', ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', path, line], {
      cwd,
      encoding: 'utf8',
    })
      .split('\n')
      .map((word) => word.split('\t', 1)[0] ?? '')
      .filter(Boolean);
  test.each(cases)('%s', (line, offered, not) => check(complete(line), offered, not));
});

describe.skipIf(!isHere('zsh'))('zsh', async () => {
  const asker = fileURLToPath(new URL('../fixtures/complete.zsh', import.meta.url));
  const path = await script('zsh');
  const lines = cases.map(([line]) => line);
  const answers = execFileSync('zsh', ['-f', asker, path, ...lines], { cwd, encoding: 'utf8', timeout: 30_000 }).split(
    '--\n',
  );
  test.each(cases.map(([line, ...wanted], i) => [line, answers[i] ?? '', ...wanted] as const))(
    '%s',
    (_, answer, offered, not) => check(answer.split('\n').filter(Boolean), offered, not),
  );
});

test.each(['bash', 'zsh', 'fish'].filter(isHere))('%s finds no mistake in its script', async (shell) => {
  const { status, stderr } = spawnSync(shell, ['-n', await script(shell)], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('another shell is refused, and --json has the script', async () => {
  const { code, stderr } = await alix(['completion', 'tcsh'], cwd);
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
  const told = await alix(['completion', 'bash', '--json'], cwd);
  expect(JSON.parse(told.stdout)).toMatchObject({ shell: 'bash', script: expect.stringContaining('complete -o') });
});
