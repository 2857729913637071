/** alix eval reads data as the model's training read them: a crop, a size or a count of its run's record holds for the same source. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { strokesImages, strokesModel } from '../fixtures/strokes-evaluation.js';

const cwd = temporaryFolder();
cpSync(strokesModel, join(cwd, 'model'), { recursive: true });
const path = join(cwd, 'model/model.json');
const bundle = JSON.parse(readFileSync(path, 'utf8'));
bundle.training.config.data = { source: 'strokes', options: { test: 70 } };
writeFileSync(path, JSON.stringify(bundle));
const counts = async (data: string, folder: string) => {
  const { code, stdout } = await inside(
    ['eval', 'model', '--data', data, '--metrics', 'mse', '-o', folder, '--json'],
    cwd,
  );
  expect(code).toBe(0);
  return JSON.parse(stdout).data;
};

test("the options of the model's data, and none of them for other data", async () => {
  expect(await counts('strokes', 'a')).toMatchObject({ n: 70, of: 70 });
  const { pixels } = await strokesImages(30);
  writeFileSync(join(cwd, 'other'), encodeIdx({ shape: [30, 28, 28], data: pixels }));
  expect(await counts('other', 'b')).toMatchObject({ n: 30, of: 30 });
});
