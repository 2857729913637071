/** Parity of the papers' own networks at full width: one run of each table. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';
import { configOf, exportTo, randomModel } from './parity-kit.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-parity-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tables: readonly [table: string, objective: string, architecture: string, Record<string, number | string>][] = [
  ['ALI Table 2', 'ali', 'ali-cifar10', {}],
  ['ALI Table 3', 'ali', 'ali-svhn', {}],
  ['ALI Table 4', 'ali', 'ali-celeba', {}],
  ['ALI Table 5', 'ali', 'ali-tiny-imagenet', {}],
  ["ALI's toy nets", 'ali', 'ali-grid', {}],
  ['AIM Table 3', 'dali', 'aim-mnist', {}],
  ['AIM Table 4', 'dali', 'aim-celeba', {}],
  ["AIM's grid nets", 'dali', 'aim-grid', {}],
  ["BiGAN's MNIST nets", 'bigan', 'bigan-mnist', {}],
  ['AS-VAE, a flow of length 80', 'as-vae-r', 'as-vae-mnist', { flow: 'planar' }],
  ["GALI's SVHN nets, GALI-PT", 'gali-pt', 'gali-svhn', { critic: 'pt' }],
  ["GALI's CelebA nets, GALI-mix", 'gali-mix', 'gali-celeba', { critic: 'mix' }],
  ['classifier of MNIST', 'classifier', 'classifier-mnist', {}],
  ['classifier of SVHN', 'classifier', 'classifier-svhn', {}],
  ["classifier of CelebA's attributes", 'classifier', 'classifier-celeba', {}],
];

describeWithTensorflow('parity at full width', () => {
  it.each(tables)('%s: %s on %s %j', async (_, objective, architecture, options) => {
    const config = configOf({ objective: { name: objective }, architecture: { name: architecture, options } });
    const model = await randomModel(config, 2);
    const { parity } = await exportTo(folder, model);
    for (const difference of Object.values(parity.graphs)) expect(difference).toBeLessThan(1e-4);
    model.dispose();
  });
});
