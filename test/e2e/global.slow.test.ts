/** `npm install -g` alix, then what it does not bring, each with copies of what they share: training, export and evaluation work together. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { globalPrefix, PACKAGES, type Prefix } from '../fixtures/global.js';
import { describeWithTensorflow } from '../tensorflow.js';

const folder = temporaryFolder();
let prefix: Prefix;
const alix = (...args: string[]) => prefix.alix(...args);

beforeAll(async () => {
  prefix = await globalPrefix(folder, PACKAGES.slice(1));
  await prefix.install(prefix.archive);
  // in one command, for npm reads all that is there each time; each package gets a folder of its own all the same
  await prefix.install('@alix/train', '@alix/export', '@alix/eval');
}, 300_000);
afterAll(() => prefix?.packages.close());

test('each has a runtime of its own, as npm installs global packages', () => {
  const copies = ['alix', '@alix/train', '@alix/eval'].filter((name) =>
    existsSync(join(prefix.modules, name, 'node_modules', '@alix', 'infer')),
  );
  expect(copies).toEqual(['alix', '@alix/train', '@alix/eval']);
});

test.each([
  [2, ['train', 'dali', '--set', 'a=1', '-o', 'run'], /^alix: --set a=1: "a" is not a setting/],
  [1, ['export', 'nowhere', '-o', 'model'], /^alix: nowhere: no run here/],
  [1, ['eval', 'strokes-dali', '--data', 'nowhere', '-o', 'report'], /^alix: nowhere: no such data set/m],
  [1, ['data', 'info', 'nowhere'], /^alix: nowhere: no such data set/],
])('an error of any of them is known: exit code %i of alix %j', (exit, args, line) => {
  const { code, stdout, stderr } = alix(...args);
  expect([code, stdout]).toEqual([exit, '']);
  expect(stderr).toMatch(line);
  expect(stderr).not.toContain('internal error');
});

test('a training is described, and a shipped model measured on strokes', () => {
  expect(alix('train', 'dali', '--dry-run', '--json')).toMatchObject({ code: 0, stderr: '' });
  expect(alix('data', 'make', 'strokes', '-n', '60', '-o', 'strokes').code).toBe(0);
  const { code } = alix('eval', 'strokes-dali', '--data', 'strokes', '--metrics', 'mse', '-o', 'report');
  expect(code).toBe(0);
  const { metrics } = JSON.parse(readFileSync(join(prefix.home, 'report', 'report.json'), 'utf8'));
  // what model.json has of the held-out strokes is 0.0189
  expect(metrics.mse.mean).toBeGreaterThan(0.01);
  expect(metrics.mse.mean).toBeLessThan(0.03);
});

describeWithTensorflow('with TensorFlow', () => {
  test('a trained run is exported, and its model encodes', () => {
    expect(alix('setup', '--device', 'cpu')).toMatchObject({ code: 0 });
    const { code, stderr } = alix('train', 'dali', '--steps', '2', '-o', 'run');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(alix('export', 'run', '-o', 'model')).toMatchObject({ code: 0 });
    expect(alix('encode', 'model', 'strokes', '-o', 'codes.npy')).toMatchObject({ code: 0 });
  });
});
