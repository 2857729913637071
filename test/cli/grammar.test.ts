/** One grammar for all verbs: help, mistakes, --json, --quiet, --dry-run and outputs that cannot be written, alike on each. */
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commandsFor } from '../../cli/dist/commands/index.js';
import { addCommonOptions } from '../../cli/dist/common-options.js';
import { withGlobalOptions } from '../../cli/dist/settings/index.js';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

const cwd = temporaryFolder();
process.env.ALIX_CACHE = join(cwd, 'cache');

/** What is said of a verb: a line that works (where it is quick and needs nothing else), one that fails, where it writes. */
interface Lines {
  readonly works?: string;
  readonly fails?: string;
  /** A line that works but for its output, which is put behind it. */
  readonly writes?: string;
  /** Where none of these is: what --dry-run is tried with. */
  readonly dry?: string;
}

const encoding = 'strokes-dali digits';
const verbs: Readonly<Record<string, Lines>> = {
  quickstart: { fails: '-o digits', writes: '-o' },
  doctor: {},
  setup: { dry: '' },
  recipes: { works: 'dali', fails: 'dalli' },
  data: { works: '', fails: 'inof' },
  'data info': { works: 'digits', fails: 'none', writes: 'digits -o' },
  'data make': { works: 'strokes -n 2 -o made.npy', fails: 'strokes -o a.txt', writes: 'gaussian-ring -n 2 -o' },
  'data download': { fails: 'mnits', writes: 'http://127.0.0.1:9/a --retries 0 -o' },
  train: { works: 'dali --dry-run', fails: 'dalli' },
  export: { fails: 'none -o bundle' },
  import: { fails: 'none.json -o bundle' },
  models: { works: '' },
  encode: { works: `${encoding} -o codes.npy`, fails: 'none digits -o a.npy', writes: `${encoding} -o` },
  decode: {
    works: 'strokes-dali given.npy -o decoded.png',
    fails: 'strokes-dali none.npy -o a.png',
    writes: 'strokes-dali given.npy -o',
  },
  reconstruct: { works: `${encoding} -o pairs`, fails: 'strokes-dali none -o a.png', writes: `${encoding} -o` },
  sample: { works: 'strokes-dali -n 4 --seed 1 -o s.png', fails: 'none -o a.png', writes: 'strokes-dali -n 2 -o' },
  interpolate: {
    works: 'strokes-dali a.png b.png -o strip.png',
    fails: 'strokes-dali a.png -o a2.png',
    writes: 'strokes-dali a.png b.png -o',
  },
  manifold: { fails: 'strokes-dali -o a.png' },
  inpaint: {
    works: `${encoding} --box 7,7,8,8 -o filled`,
    fails: `${encoding} --box 7,7 -o a.png`,
    writes: `${encoding} --box 7,7,8,8 -o`,
  },
  neighbours: {
    works: 'strokes-dali --index given.npy digits -k 2 -o found.json',
    fails: 'strokes-dali --index none.npy digits -o found.json',
    writes: 'strokes-dali --index given.npy digits -k 2 -o',
  },
  eval: {
    works: 'strokes-dali --data digits --split train --metrics mse -o report',
    fails: 'strokes-dali --data none -o report',
    writes: 'strokes-dali --data digits --split train --metrics mse -o',
  },
  'eval features': {
    works: '--data digits --split train --extractor strokes-classifier -o f.safetensors',
    fails: '--data none --extractor strokes-classifier -o f.safetensors',
    writes: '--data digits --split train --extractor strokes-classifier -o',
  },
  'eval merge': { fails: 'none.safetensors -o m.safetensors' },
  'eval compare': { fails: 'none none2 -o comparison' },
  web: { fails: 'asets' },
  'web assets': { writes: '' },
  completion: { works: 'bash', fails: 'bsh' },
};

/** By the end that a verb's output has. */
const outputs: Readonly<Record<string, string>> = {
  encode: 'o.npy',
  'data info': 'o.png',
  neighbours: 'o.json',
  'data make': 'o.npy',
  'eval features': 'o.safetensors',
};

const program = withGlobalOptions(new Command('alix'));
for (const definition of await commandsFor([]))
  definition.define(program, () => {
    throw new Error('not run');
  });
addCommonOptions(program);
const below = (command: Command, path: readonly string[]): (readonly [string, Command])[] =>
  command.commands.flatMap((verb) => {
    const own = [...path, verb.name()];
    return [[own.join(' '), verb] as const, ...below(verb, own)];
  });
const all = below(program, []);
const names = all.map(([name]) => name);
const words = (text: string) => text.split(' ').filter((word) => word !== '');

/** Every file below the folder with its size. */
const tree = () =>
  readdirSync(cwd, { recursive: true, encoding: 'utf8' })
    .map((name) => `${name} ${statSync(join(cwd, name)).size}`)
    .sort();

const made = await alix(words('data make strokes -n 4 --seed 1 -o digits'), cwd);
const [a, b] = readdirSync(join(cwd, 'digits'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.png'),
);
const ready = await alix(words(`encode ${encoding} -o given.npy --quiet`), cwd);
copyFileSync(join(cwd, 'digits', a ?? ''), join(cwd, 'a.png'));
copyFileSync(join(cwd, 'digits', b ?? ''), join(cwd, 'b.png'));
writeFileSync(join(cwd, 'blocked'), 'a file where a folder would have to be');
mkdirSync(join(cwd, 'cache'), { recursive: true });

test('the table has every verb, and what it needs is there', () => {
  expect(Object.keys(verbs).sort()).toEqual([...names].sort());
  expect([made.code, ready.code, ready.stderr]).toEqual([0, 0, '']);
});

describe.each(all)('alix %s', (name, verb) => {
  const path = name.split(' ');
  const { works, fails, writes, dry } = verbs[name] ?? {};
  const isGroup = verb.commands.length > 0 && verb.registeredArguments.length === 0;

  test('its help says what it does, has examples, and tells of each option', async () => {
    const { code, stdout: out, stderr: err } = await inside([...path, '--help'], cwd);
    expect([code, err]).toEqual([0, '']);
    expect(verb.description()).not.toBe('');
    if (!isGroup || name === 'data') expect(out).toMatch(/\nExamples?:\n {2}.*\balix /);
    for (const { long, short, description } of [...verb.options, ...program.options]) {
      expect(out).toContain(long ?? short);
      expect(description).not.toBe('');
    }
    for (const argument of verb.registeredArguments) expect(argument.description).not.toBe('');
    // what a verb shows is what it is called by
    for (const [, shown = ''] of out.matchAll(/\n {2}alix ([\w-]+)/g)) expect(names).toContain(shown);
  });

  test('a mistyped option gets a suggestion, exit code 2, and with --json one object', async () => {
    const { code, stdout: out, stderr: err } = await inside([...path, '--qiuet'], cwd);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^alix: [^\\n]+\\(did you mean --quiet\\?\\); see \`alix ${name} --help\`\\n$`));
    const told = await inside([...path, '--qiuet', '--json'], cwd);
    expect([told.code, JSON.parse(told.stdout).error.code]).toEqual([2, 'usage']);
  });

  test('its own name mistyped gets a suggestion', async () => {
    const last = path.at(-1) ?? '';
    const typed = `${last.slice(0, -2)}${last.at(-1)}${last.at(-2)}`;
    const { code, stderr: err } = await inside([...path.slice(0, -1), typed], cwd);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^alix: [^\\n]+\\(did you mean (${path[0]} )?${last}\\?\\)[^\\n]*\\n$`));
  });

  const choices = verb.options.filter(({ argChoices }) => argChoices);
  test.each(choices.map((option) => [option.long ?? '', option.argChoices?.[0] ?? ''] as const))(
    'a mistyped choice of %s gets a suggestion',
    async (option, choice) => {
      const { code, stdout: out, stderr: err } = await inside([...path, `${option}=${choice}x`], cwd);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^alix: [^\n]+ is invalid\. Allowed choices are [^\n]+\n$/);
      expect(err).toContain(`(did you mean ${choice}?)`);
    },
  );

  test.runIf(!isGroup || name === 'data')(
    '--print-config says where its options come from, and runs nothing',
    async () => {
      if (['train', 'import'].includes(name)) return;
      const { code, stdout: out, stderr: err } = await inside([...path, '--print-config'], cwd);
      expect([code, err]).toEqual([0, '']);
      const { verb: told, options } = JSON.parse(out);
      expect(told).toBe(name);
      for (const { from } of Object.values<{ from: string }>(options)) expect(['default', 'flag']).toContain(from);
    },
  );

  test.runIf(fails !== undefined)('what fails is one line, and one object with --json', async () => {
    const args = [...path, ...words(fails ?? '')];
    const plain = await inside(args, cwd);
    expect([plain.code, plain.stdout]).toEqual([expect.toBeOneOf([1, 2]), '']);
    expect(plain.stderr.split('\n').filter((line) => line.startsWith('alix: '))).toHaveLength(1);
    expect(plain.stderr).toMatch(/(^|\n)alix: [^\n]+\n$/);
    const told = await inside([...args, '--json'], cwd);
    expect(told.code).toBe(plain.code);
    expect(JSON.parse(told.stdout).error.message).not.toBe('');
  });

  test.runIf(works !== undefined)(
    'what works is one object with --json, without colours, and silent with --quiet',
    async () => {
      const args = [...path, ...words(works ?? '')];
      const plain = await inside([...args, '--json'], cwd);
      expect([plain.code, plain.stderr.includes('\r'), plain.stderr.includes('\u001b')]).toEqual([0, false, false]);
      expect(JSON.parse(plain.stdout)).toBeTypeOf('object');
      // each verb once in a process of its own
      const { code, stdout, stderr } = await alix([...args, '--json', '--quiet'], cwd);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    },
  );

  const tries = verb.options.some(({ long }) => long === '--dry-run') && (works ?? writes ?? dry) !== undefined;
  test.runIf(tries && name !== 'train')('--dry-run tells what would be written, and writes nothing', async () => {
    const line = works ?? dry ?? `${writes} ${outputs[name] ?? 'fresh'}`;
    const before = tree();
    const { code, stdout: out } = await inside([...path, ...words(line), '--dry-run', '--json'], cwd);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ dryRun: true, outputs: expect.any(Array) });
    expect(tree()).toEqual(before);
  });

  test.runIf(writes !== undefined)('an output that cannot be written is one line and exit code 1', async () => {
    const args = [...path, ...words(writes ?? ''), `blocked/${outputs[name] ?? 'fresh'}`];
    const { code, stdout: out, stderr: err } = await inside([...args, '--quiet'], cwd);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^alix: [^\n]*blocked[^\n]+\n$/);
  });
});
