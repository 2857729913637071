/** The examples, copied to where no alix is: trained, continued, exported and used, as a user's own files are. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '@alix/infer/io/npy';
import { encodePng } from '@alix/infer/io/png';
import { beforeAll, expect, it, test } from 'vitest';
import { alix, launcher, type Ran } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const small = '--threads 1 --set architecture.options.width=4 --set data.options.train=500 --set data.options.test=100';

/** What trains, in a process of its own; all else in this one. */
const ran = (line: string): Promise<Ran> =>
  (/^train (?!.*--(dry-run|print-config))/.test(line) ? alix : inside)(line.split(' '), root);

async function done(line: string): Promise<Ran> {
  const result = await ran(line);
  expect([result.code, result.stderr.match(/^alix: .*/m)?.[0]]).toEqual([0, undefined]);
  return result;
}

const runOf = (folder: string) =>
  JSON.parse(readFileSync(join(root, folder, 'run.json'), 'utf8')) as {
    config: { recipe: string; extensions: { file: string; sha256: string }[] };
  };

beforeAll(() => {
  for (const name of ['my-objective.ts', 'my-architecture.ts']) copyFileSync(join(examples, name), join(root, name));
});

test('--dry-run and --print-config need no TensorFlow, and what is printed can be trained', async () => {
  const shown = await done(`train my-objective.ts --dry-run --json ${small}`);
  const { networks, flopsPerStep } = JSON.parse(shown.stdout) as {
    networks: { name: string; passes: object }[];
    flopsPerStep: number;
  };
  expect(networks.map(({ name, passes }) => [name, passes])).toEqual([
    ['G', { forward: 1, backward: 1, weights: 1 }],
    ['E', { forward: 1, backward: 1, weights: 1 }],
    ['D', { forward: 2, backward: 4, weights: 2 }],
  ]);
  expect(flopsPerStep).toBeGreaterThan(1e6);
  const printed = await done(`train my-objective.ts --print-config ${small}`);
  writeFileSync(join(root, 'printed.json'), printed.stdout);
  expect((await done('train printed.json --print-config')).stdout).toBe(printed.stdout);
  expect((await done('train printed.json --dry-run')).stdout).toContain('ALI with least squares');
});

test('a configuration extends a file, and names others', async () => {
  mkdirSync(join(root, 'configs'), { recursive: true });
  const config = { extends: '../my-objective.ts', extensions: ['../my-architecture.ts'], batch: 7 };
  writeFileSync(join(root, 'configs/both.json'), JSON.stringify(config));
  const printed = JSON.parse((await done('train configs/both.json --print-config')).stdout) as {
    objective: { name: string };
    batch: number;
    extensions: { file: string }[];
  };
  expect([printed.objective.name, printed.batch]).toEqual(['ls-ali', 7]);
  expect(printed.extensions.map(({ file }) => file)).toEqual(['my-objective.ts', 'my-architecture.ts']);
  const other = await ran('train configs/both.json --set architecture.name=mlp-28 --dry-run');
  expect(other.stderr).toMatch(/^alix: mlp-28, network E: ls-ali cannot be trained[^\n]*features -> mean log_variance/);
  writeFileSync(join(root, 'configs/wrong.json'), JSON.stringify({ extends: 'dali', extensions: 'a.ts' }));
  expect(await ran('train configs/wrong.json')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/wrong\.json: "extensions" is no list of files/),
  });
});

test('a file that never ends loading is an error, and nothing of it stays in the temporary folder', () => {
  writeFileSync(join(root, 'never.ts'), "await new Promise(() => {});\nexport { lsAli } from './my-objective.ts';\n");
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  const run = (path: string) =>
    spawnSync(process.execPath, [launcher, 'train', path, '--dry-run'], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary },
      encoding: 'utf8',
    });
  const result = run('never.ts');
  expect([result.status, result.stdout]).toEqual([1, '']);
  expect(result.stderr).toMatch(/^alix: never\.ts: the file never ends loading[^\n]*\n$/);
  writeFileSync(join(root, 'exits.ts'), 'process.exit(7);\n');
  expect(run('exits.ts').status).toBe(7);
  expect(readdirSync(temporary).filter((name) => name.startsWith('alix-'))).toEqual([]);
});

describeWithTensorflow("a user's objective", () => {
  it('trains, is continued without its file, exports with parity and encodes', async () => {
    await done(`train my-objective.ts --steps 4 -o run ${small}`);
    const { config } = runOf('run');
    expect(config).toMatchObject({ recipe: 'ls-ali-strokes', extensions: [{ file: 'my-objective.ts' }] });
    const sha256 = config.extensions[0]?.sha256 ?? '';
    expect(readdirSync(join(root, 'run/extensions'))).toEqual([`my-objective.${sha256.slice(0, 12)}.mjs`]);

    // with another loss it is another objective
    const text = readFileSync(join(root, 'my-objective.ts'), 'utf8');
    writeFileSync(join(root, 'my-objective.ts'), text.replace('squared(t.data, 1)', 'squared(t.data, 2)'));
    for (const what of ['', 'my-objective.ts '])
      expect(await ran(`train ${what}--resume -o run --steps 6 ${what ? small : '--threads 1'}`)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^alix: my-objective\.ts: the file is not as it was when the run began[^\n]*\n$/),
      });

    renameSync(join(root, 'my-objective.ts'), join(root, 'away.ts'));
    await done('train --resume -o run --steps 6 --threads 1');
    writeFileSync(join(root, 'away.ts'), `// moved\n${text}`);
    await done(`train away.ts --resume -o run --steps 8 ${small}`);
    expect(readdirSync(join(root, 'run')).filter((name) => name.startsWith('checkpoint-'))).toContain('checkpoint-8');
    expect((await done('train --resume -o run --dry-run')).stdout).toContain('ALI with least squares');

    renameSync(join(root, 'away.ts'), join(root, 'my-objective.ts'));
    renameSync(join(root, 'my-objective.ts'), join(root, 'elsewhere.ts'));
    const exported = await done('export run -o model');
    expect(exported.stderr).toMatch(/parity with the trained networks/);
    mkdirSync(join(root, 'images'));
    const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i * 7) % 256);
    writeFileSync(join(root, 'images/a.png'), encodePng(pixels, { height: 28, width: 28, channels: 1 }));
    await done('encode model images -o codes.npy');
    expect(decodeNpy(readFileSync(join(root, 'codes.npy')), 'codes.npy').shape).toEqual([1, 16]);
    expect(existsSync(join(root, 'my-objective.ts'))).toBe(false);
    copyFileSync(join(examples, 'my-objective.ts'), join(root, 'my-objective.ts'));
  });

  it('of networks alone trains with the first objective that fits', async () => {
    await done(`train my-architecture.ts --steps 2 -o nets ${small}`);
    expect(runOf('nets').config).toMatchObject({ recipe: 'mlp-28', objective: { name: 'dali' } });
    const exported = await done('export nets -o nets-model');
    expect(exported.stderr).toMatch(/parity with the trained networks/);
  });
});
