/** The event loop through the encoding of 10,000 PNG files, read from disk. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@alix/infer';
import { readImages } from '@alix/infer/io/images';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { loopDelayDuring } from './loop-delay.js';

const COUNT = 10_000;
/** The most that the loop may stand still, in milliseconds. */
const BAR = 50;

test('the event loop turns through 10,000 images', async () => {
  const root = temporaryFolder();
  const shape = { height: 28, width: 28, channels: 1, latent: 3, prior: 'normal', deterministic: false } as const;
  const model = await loadModel(writeTinyBundle(join(root, 'model'), shape), { device: 'cpu' });
  mkdirSync(join(root, 'images'));
  for (let i = 0; i < COUNT; i++) {
    const pixels = new Uint8Array(784).map((_, k) => (k * i) % 251);
    writeFileSync(join(root, 'images', `${i}.png`), encodePng(pixels, shape));
  }
  async function* images() {
    for await (const { name, pixels } of readImages([join(root, 'images')], shape)) if (pixels) yield { name, pixels };
  }
  let n = 0;
  const { own } = await loopDelayDuring(async () => {
    ({ n } = await model.encode(images()));
  });
  expect(n).toBe(COUNT);
  expect(own).toBeLessThan(BAR);
  await model.dispose();
});
