/** Where options come from: defaults < file < environment < flags, on the real command line. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ownVariables } from '../../cli/dist/settings/environment.js';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';

const cwd = temporaryFolder();
const file = (name: string, content: unknown) => writeFileSync(join(cwd, name), JSON.stringify(content));
file('settings.json', {
  device: 'cpu',
  batch: 16,
  quiet: true,
  sample: { batch: 8, output: 'o.png' },
  eval: { metrics: 'mse', 'no-cache': true, set: ['kid.size=3', 'kid.count=2'], features: { batch: 7 } },
  data: { download: { only: ['a', 'b'], retries: 3 } },
});

const before = { ...process.env };
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
});

interface Printed {
  readonly verb: string;
  readonly config: string | null;
  readonly options: Readonly<Record<string, { readonly value: unknown; readonly from: string }>>;
}

/** What --print-config says, with an environment. */
async function printed(line: string, env: Readonly<Record<string, string>> = {}): Promise<Printed> {
  Object.assign(process.env, env);
  const { code, stdout, stderr } = await inside([...line.split(' '), '--print-config'], cwd);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

test('each option is printed with where it comes from; nothing is run, and no operand is needed', async () => {
  const { verb, config, options } = await printed('encode --config settings.json --max-errors 4 --device auto', {
    ALIX_THREADS: '2',
    ALIX_DEVICE: 'cuda',
    ALIX_RESIZE: 'yes',
  });
  expect([verb, config]).toEqual(['encode', 'settings.json']);
  expect(options).toMatchObject({
    output: { value: null, from: 'default' },
    'on-error': { value: 'fail', from: 'default' },
    sample: { value: false, from: 'default' },
    batch: { value: 16, from: 'file' },
    quiet: { value: true, from: 'file' },
    threads: { value: 2, from: 'environment' },
    resize: { value: true, from: 'environment' },
    device: { value: 'auto', from: 'flag' },
    'max-errors': { value: 4, from: 'flag' },
  });
  expect(readdirSync(cwd)).toEqual(['settings.json']);
});

test("a verb's own table goes before the top, and is not its sub-verbs'", async () => {
  expect((await printed('sample --config settings.json')).options).toMatchObject({
    batch: { value: 8, from: 'file' },
    output: { value: 'o.png', from: 'file' },
    device: { value: 'cpu', from: 'file' },
  });
  const { options } = await printed('eval --config settings.json');
  expect(options).toMatchObject({
    batch: { value: 16 },
    metrics: { value: 'mse' },
    'no-cache': { value: true, from: 'file' },
    set: { value: ['kid.size=3', 'kid.count=2'] },
  });
  const features = await printed('eval features --config settings.json');
  expect([features.verb, features.options.batch, features.options['no-cache']]).toEqual([
    'eval features',
    { value: 7, from: 'file' },
    undefined,
  ]);
  expect((await printed('data download --config settings.json')).options).toMatchObject({
    only: { value: ['a', 'b'], from: 'file' },
    retries: { value: 3, from: 'file' },
  });
});

test('a list that is given again in a higher place counts alone there', async () => {
  const { options } = await printed('eval --config settings.json --set fd.x=1 --set fd.y=2');
  expect(options.set).toEqual({ value: ['fd.x=1', 'fd.y=2'], from: 'flag' });
  const environment = await printed('eval --config settings.json', { ALIX_SET: '["fd.z=3"]' });
  expect(environment.options.set).toEqual({ value: ['fd.z=3'], from: 'environment' });
});

test('ALIX_CONFIG names the file where --config does not; --config stands anywhere', async () => {
  file('other.json', { batch: 5 });
  expect((await printed('encode', { ALIX_CONFIG: 'settings.json' })).options.batch?.value).toBe(16);
  expect((await printed('--config other.json encode', { ALIX_CONFIG: 'settings.json' })).options.batch?.value).toBe(5);
});

test('names that mean something else are no options: --data, --seed and --mirror are not set by them', async () => {
  const env = {
    ALIX_DATA: 'somewhere',
    ALIX_SEED: '7',
    ALIX_CACHE: join(cwd, 'cache'),
    ALIX_MIRROR: 'http://localhost',
  };
  const { options } = await printed('eval', env);
  expect([options.data?.from, options.seed?.from, options['no-cache']?.from]).toEqual([
    'default',
    'default',
    'default',
  ]);
  expect((await printed('data download', env)).options.mirror?.from).toBe('default');
});

test('the verb runs with them: a file gives the output that is needed, and the environment --json', async () => {
  file('make.json', { data: { make: { n: 3, output: 'points.npy' } } });
  process.env.ALIX_JSON = '1';
  const { code, stdout } = await alix(['data', 'make', 'gaussian-ring', '--config', 'make.json', '--seed', '1'], cwd);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ n: 3, seed: 1, output: 'points.npy' });
});

test('the file that the README shows is taken, and its table has every variable that is no option', async () => {
  const readme = readFileSync(new URL('../../cli/README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split('<a id="settings">');
  file('readme.json', JSON.parse(/```json\n(.*?)```/s.exec(section)?.[1] ?? ''));
  expect((await printed('encode --config readme.json')).options).toMatchObject({
    batch: { value: 16 },
    'on-error': { value: 'skip' },
  });
  const table = section.slice(0, section.indexOf('**For scripts**'));
  for (const name of ownVariables) if (name !== 'ALIX_PRINT_CONFIG') expect(table).toContain(`\`${name}\``);
});

test('train takes flags from them too, and prints the configuration of a run as before', async () => {
  file('train.json', { train: { epochs: 7, set: ['batch=11'] } });
  const { code, stdout } = await alix(['train', 'dali', '--config', 'train.json', '--print-config'], cwd);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ length: { epochs: 7 }, batch: 11, recipe: 'dali-strokes' });
});

test.each<[string, unknown, string]>([
  ['a name that no verb has', { bach: 3 }, '"bach" is no option of any verb (did you mean batch?)'],
  ['a name that the verb has not', { encode: { bach: 3 } }, '"bach" is no option of alix encode (did you mean batch?)'],
  [
    'an option of another verb',
    { models: { batch: 3 } },
    '"batch" is no option of alix models; see `alix models --help`',
  ],
  ['a verb that there is not', { encod: {} }, '"encod" is no verb (did you mean encode?)'],
  [
    'another kind',
    { encode: { batch: true } },
    '"batch" has a value of another kind (expected a text or a number, found true)',
  ],
  ['a text for a switch', { encode: { resize: 'yes' } }, '(expected true or false, found "yes")'],
  [
    'a number that is none',
    { encode: { batch: 'x' } },
    '"batch" cannot be \'x\': A whole number of at least 1 is needed',
  ],
  ['a mistyped choice', { encode: { device: 'cdua' } }, 'Allowed choices are auto, cpu, cuda (did you mean cuda?)'],
  ['a list of other things', { eval: { set: [{}] } }, 'expected a list of texts, found [{}]'],
  ['no table', [1], 'not a table of options (expected a JSON object)'],
  ['what is asked once', { 'print-config': true }, '"print-config" is no option of any verb'],
])('%s in a file is one line and exit code 2', async (_, content, words) => {
  file('wrong.json', content);
  const { code, stdout, stderr } = await alix(['encode', 'm', 'i', '-o', 'c.npy', '--config', 'wrong.json'], cwd);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^alix: wrong\.json: [^\n]+\n$/);
  expect(stderr).toContain(words);
});

test.each([
  ['ALIX_BATCH', 'many', 'ALIX_BATCH: "batch" cannot be \'many\': A whole number of at least 1 is needed'],
  ['ALIX_RESIZE', 'maybe', 'ALIX_RESIZE: neither on nor off (expected 1 or 0, found maybe)'],
  ['ALIX_DEVICE', 'gpu', 'Allowed choices are auto, cpu, cuda'],
  ['ALIX_CONFIG', 'none.json', 'none.json: no such file or folder'],
])('%s=%s is one line', async (name, value, words) => {
  process.env[name] = value;
  const { code, stdout, stderr } = await alix(['encode', 'm', 'i', '-o', 'c.npy'], cwd);
  expect([(code ?? 0) > 0, stdout]).toEqual([true, '']);
  expect(stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(stderr).toContain(words);
});

test('a file that is no JSON is told as such, with --json as one object', async () => {
  writeFileSync(join(cwd, 'broken.json'), '{');
  const { code, stdout } = await alix(['models', '--json', '--config', 'broken.json'], cwd);
  expect(code).toBe(2);
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'bad-config', where: 'broken.json' });
});
