/** eval features reads images as a model's training data were read, so that its file is a reference for alix eval of that model. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFeatureFile } from '@alix/eval';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { extractorGraph } from '../fixtures/tiny-extractor.js';

const cwd = temporaryFolder();
const [n, side, size] = [45, 9, 4];
const options = { size, centreCrop: 7, heldOut: 0 };
mkdirSync(join(cwd, 'photos'));
for (let i = 0; i < n; i++) {
  const pixels = noise(n * side * side).slice(i * side * side, (i + 1) * side * side);
  writeFileSync(join(cwd, 'photos', `${i}.png`), encodePng(pixels, { height: side, width: side, channels: 1 }));
}
writeFileSync(join(cwd, 'net.onnx'), extractorGraph({ shape: ['N', size, size, 1], size: size * size, d: 3 }));
writeTinyBundle(join(cwd, 'model'), { ...tiny, height: size, width: size }, (json) => ({
  ...json,
  training: { ...(json.training as object), config: { data: { source: 'photos', options } } },
}));
const features = async (output: string, ...more: string[]) => {
  const line = '--data photos --split train --extractor net.onnx --threads 1 -o'.split(' ');
  const ran = await inside(['eval', 'features', ...line, output, ...more, '--json'], cwd);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  expect(JSON.parse(ran.stdout).options).toMatchObject(options);
  return decodeFeatureFile(readFileSync(join(cwd, output)), output);
};

test('--like takes the options of a model, --set says them: the very images that alix eval measures', async () => {
  process.env.ALIX_CACHE = join(cwd, 'cache');
  const like = await features('like.safetensors', '--like', 'model');
  const settings = Object.entries(options).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const said = await features('said.safetensors', ...settings);
  expect([said.images, said.statistics.scatter]).toEqual([like.images, like.statistics.scatter]);
  const line = 'eval model --data photos --split train --extractor net.onnx --metrics fd --reference like.safetensors';
  const ran = await inside([...line.split(' '), '--threads', '1', '--json', '-o', 'report'], cwd);
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout).data).toMatchObject({ n, images: like.images });
});

test('a model that says nothing of its data is no help, and says so', async () => {
  writeTinyBundle(join(cwd, 'silent'));
  const line = 'eval features --data photos --extractor net.onnx -o x.safetensors --like silent';
  const ran = await inside(line.split(' '), cwd);
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/^alix: silent: the model does not say.*--set/)]);
});
