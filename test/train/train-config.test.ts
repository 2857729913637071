/** What `alix train WHAT` means, from names and files of every kind. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectures, design } from '@alix/train';
import { afterAll, describe, expect, it } from 'vitest';
import { trainConfig } from '../../cli/dist/train-config.js';

const root = mkdtempSync(join(tmpdir(), 'alix-config-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(root, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const resolve = (target: string, ...set: string[]) => trainConfig(target, { set });

describe('a configuration file', () => {
  it('lies over the recipe that it extends, and flags over both', async () => {
    const path = file('mine.json', { extends: 'dali-mnist', batch: 50, optimiser: { beta1: 0.6 } });
    const config = await resolve(path, 'batch=20');
    expect([config.batch, config.optimiser.beta1, config.optimiser.learningRate]).toEqual([20, 0.6, 2e-4]);
    expect(config.architecture.name).toBe('aim-mnist');
  });

  it('finds the file that it extends beside itself, wherever the program was started', async () => {
    mkdirSync(join(root, 'deep'));
    file('deep/base.json', { extends: 'ali', batch: 7 });
    const config = await resolve(file('deep/top.json', { extends: 'base.json', seed: 3 }));
    expect([config.objective.name, config.batch, config.seed]).toEqual(['ali', 7, 3]);
  });

  it.each([
    ['a circle', { extends: 'circle.json' }, /"extends" goes round in a circle.*circle\.json -> .*circle\.json/],
    ['an unknown name', { extends: 'dalli' }, /unknown\.json, "extends": "dalli": no such recipe.*did you mean dali/],
    ['a number', { extends: 5 }, /"extends" names no configuration.*found 5/],
  ])('extends %s', async (_what, content, message) => {
    const name = _what.split(' ')[1];
    await expect(resolve(file(`${name}.json`, content))).rejects.toThrow(message);
  });

  it.each(['[]', 'null', '5', '"dali"', '{', ''])('that is %s is refused', async (text) => {
    const path = file('wrong.json', text);
    await expect(resolve(path)).rejects.toMatchObject({ code: 'bad-config', where: path });
  });

  it('that is a folder is refused', async () => {
    mkdirSync(join(root, 'folder.json'));
    await expect(resolve(join(root, 'folder.json'))).rejects.toMatchObject({ code: 'is-a-folder' });
  });
});

it.each(['constructor', '__proto__', 'toString', 'nowhere.json', ''])('"%s" is no recipe', async (name) => {
  await expect(resolve(name)).rejects.toMatchObject({ code: 'usage' });
});

it('a design fills in what the configuration leaves to presets and defaults', async () => {
  const { config } = design(await resolve('dali', 'objective.name=gan', 'architecture.options.width=8'));
  expect(config.objective.preset).toBe('authors');
  expect(config.architecture.options).toEqual({ ...architectures['small-28']?.options, width: 8 });
  expect(design(config).config).toEqual(config);
});

describe('--data', () => {
  const withData = async (target: string, data: string, ...set: string[]) =>
    (await trainConfig(target, { data, set })).data;

  it("keeps a recipe's options where it names the same data set in another place, and no others", async () => {
    const celeba = join(root, 'faces');
    mkdirSync(join(celeba, 'img_align_celeba'), { recursive: true });
    expect(await withData('dali-celeba', celeba)).toEqual({ source: celeba, options: { crop: 'centre-160' } });
    expect(await withData('dali-celeba', celeba, 'data.options.crop=centre-108')).toMatchObject({
      options: { crop: 'centre-108' },
    });
    const images = join(root, 'images');
    mkdirSync(join(images, 'a'), { recursive: true });
    expect(await withData('dali-celeba', images)).toEqual({ source: images, options: {} });
    expect(await withData('dali-celeba', 'tiny-imagenet')).toEqual({ source: 'tiny-imagenet', options: {} });
    expect(await withData('dali-celeba', join(root, 'none'))).toMatchObject({ options: {} });
  });
});
