/** The script that CI runs: it can be run, and its last line counts what vitest reported. */
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const ci = (name: string) => fileURLToPath(new URL(`../../.ci/${name}`, import.meta.url));
const folder = temporaryFolder();

/** A report as vitest writes it: for each file its status and those of its tests. */
function report(name: string, files: Record<string, string[]>[]): string {
  const path = join(folder, name);
  const testResults = files.flatMap((file) =>
    Object.entries(file).map(([status, tests]) => ({
      status,
      assertionResults: tests.map((status) => ({ status })),
    })),
  );
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

const sum = (...args: string[]) => spawnSync(process.execPath, [ci('sum.js'), ...args], { encoding: 'utf8' });

test('.ci/run is executable, and bash can read it', () => {
  expect(statSync(ci('run')).mode & 0o111).toBe(0o111);
  expect(spawnSync('bash', ['-n', ci('run')], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('the counts are summed over the reports', () => {
  const one = report('one.json', [{ passed: ['passed', 'skipped'] }, { passed: ['passed', 'pending', 'todo'] }]);
  const two = report('two.json', [{ passed: ['passed'] }]);
  expect(sum('0', one, two)).toMatchObject({ status: 0, stdout: '3 passed, 0 failed, 3 skipped\n' });
});

test('a failed test, a file that could not be read, and a failed step each count as one', () => {
  const good = report('good.json', [{ passed: ['passed'] }]);
  const bad = report('bad.json', [{ failed: ['passed', 'failed'] }]);
  const unread = report('unread.json', [{ failed: [] }]);
  expect(sum('0', good, bad)).toMatchObject({ status: 1, stdout: '2 passed, 1 failed, 0 skipped\n' });
  expect(sum('0', good, unread)).toMatchObject({ status: 1, stdout: '1 passed, 1 failed, 0 skipped\n' });
  expect(sum('1', good)).toMatchObject({ status: 1, stdout: '1 passed, 1 failed, 0 skipped\n' });
});
