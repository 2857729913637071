import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listModels } from '../../cli/dist/commands/models.js';
import { modelNames, resolveModel } from '../../cli/dist/models.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const folder = temporaryFolder();
writeTinyBundle(join(folder, 'strokes-b'), tiny, (json) => ({
  ...json,
  metrics: { mse: { value: 0.0312, n: 100, on: 'strokes test' } },
}));
writeTinyBundle(join(folder, 'strokes-a'));

test('models are listed by name with what model.json says', async () => {
  expect(modelNames(folder)).toEqual(['strokes-a', 'strokes-b']);
  const [, second] = await listModels(folder);
  expect(second).toMatchObject({
    name: 'strokes-b',
    path: join(folder, 'strokes-b'),
    system: 'dali',
    image: [6, 4, 1],
    latent: 3,
    metrics: { mse: { value: 0.0312, n: 100 } },
  });
  expect(modelNames(join(folder, 'none'))).toEqual([]);
});

test('a model argument is a folder, or the name of a shipped model', () => {
  expect(resolveModel(folder)).toBe(folder);
  expect(resolveModel('strokes-a', folder)).toBe(join(folder, 'strokes-a'));
  expect(() => resolveModel('strokes-x', folder)).toThrow(
    /strokes-x: no such model folder.*\(did you mean strokes-[ab]\?\).*the shipped ones are strokes-a, strokes-b/,
  );
  expect(() => resolveModel('dcgan', join(folder, 'none'))).toThrow(/none is shipped/);
});
