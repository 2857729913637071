/** The example that eval/README.md shows for Node is run as it stands: the numbers of `alix eval`, and its report. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { furtherExamples, nodeExample } from '../fixtures/eval-readme.js';
import { noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { loadsSomething } from '../fixtures/self-contained.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
process.env.ALIX_CACHE = join(cwd, 'cache');
const [n, size] = [30, 24];

test('the example for Node runs and gives what alix eval gives', async () => {
  expect(furtherExamples).toEqual([]);
  writeTinyBundle(join(cwd, 'model'));
  mkdirSync(join(cwd, 'held-out'));
  const pixels = noise(n * size);
  for (let i = 0; i < n; i++)
    writeFileSync(
      join(cwd, 'held-out', `${`${i}`.padStart(2, '0')}.png`),
      encodePng(pixels.subarray(i * size, (i + 1) * size), tiny),
    );
  const alixFolder = dirname(createRequire(import.meta.url).resolve('alix/package.json'));
  symlinkSync(join(alixFolder, '..', 'node_modules'), join(cwd, 'node_modules'));
  writeFileSync(join(cwd, 'example.mjs'), nodeExample);
  const said = execFileSync(process.execPath, ['example.mjs'], { cwd, encoding: 'utf8' });
  const record = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'));
  expect(said).toContain(`reconstructions MSE ${record.metrics.mse.mean} {`);
  const page = readFileSync(join(cwd, 'report.html'), 'utf8');
  expect(page).toContain(`measured on ${n} of ${n} images of held-out`);
  expect(loadsSomething(page)).toEqual([]);

  // a folder would be split into parts
  writeFileSync(join(cwd, 'data'), encodeIdx({ shape: [n, tiny.height, tiny.width], data: pixels }));
  const { code } = await alix(['eval', 'model', '--data', 'data', '-o', 'out'], cwd);
  expect(code).toBe(0);
  const { metrics, conventions, data } = JSON.parse(readFileSync(join(cwd, 'out/report.json'), 'utf8'));
  expect([record.data.n, record.data.images]).toEqual([data.n, data.images]);
  expect(record.metrics).toEqual(metrics);
  expect(record.conventions).toEqual(conventions);
});
