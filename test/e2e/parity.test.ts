/** Networks on TensorFlow and their export agree, with every parameter at a random value. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';
import { configOf, exportTo, randomModel, spoiled } from './parity-kit.js';

// for test/oracles/onnx_check.py: ALIX_EXPORT_TO=folder leaves the bundles there
const kept = process.env.ALIX_EXPORT_TO;
let folder = '';
beforeAll(async () => {
  folder = kept ?? (await mkdtemp(join(tmpdir(), 'alix-parity-')));
});
afterAll(async () => {
  if (!kept) await rm(folder, { recursive: true, force: true });
});

/** Objective, architecture and its options; the graphs that there must be, and the version of model.json. */
const cases: readonly [string, string, Record<string, number | string>, string, 1 | 2 | 4][] = [
  ['dali', 'aim-mnist', { width: 0.25 }, 'encoder decoder refine critic features', 1],
  ['dali', 'small-28', {}, 'encoder decoder refine critic features', 1],
  ['ali', 'small-28-joint', {}, 'encoder decoder refine critic features', 1],
  [
    'bigan',
    'small-28-joint',
    { encoder: 'deterministic', prior: 'uniform' },
    'encoder decoder refine critic features',
    1,
  ],
  ['gan', 'small-28', {}, 'decoder refine critic', 2],
  ['sn-gan', 'small-28', { normalisation: 'spectral' }, 'decoder refine critic', 2],
  ['vae', 'small-28-as-vae', { flow: 'planar' }, 'encoder decoder refine features', 1],
  ['as-vae', 'small-28-as-vae', { flow: 'affine' }, 'encoder decoder refine critic features', 1],
  ['gali-pt', 'small-28-gali', { critic: 'pt' }, 'encoder decoder refine critic features', 1],
  ['gali-mix', 'small-28-gali', { critic: 'mix' }, 'encoder decoder refine critic features masked_encoder', 1],
  ['ali', 'ali-cifar10', { width: 0.125 }, 'encoder decoder refine critic features', 1],
  ['classifier', 'classifier-small', {}, 'classifier', 4],
  // points; ALI's encoder reads noise there, and its codes are those of no noise
  ['dali', 'aim-grid', { width: 40 }, 'encoder decoder critic features', 2],
  ['ali', 'ali-grid', { width: 40 }, 'encoder decoder critic features', 2],
];

/** Critics that a bundle cannot hold, and why. */
const without: readonly [string, string, Record<string, number | string>, RegExp][] = [
  ['gali-8', 'small-28-gali', { critic: '8' }, /D reads x2/],
  ['ali', 'small-28-stacked', {}, /D reads codes of 32 numbers, and the model's have 8/],
];

describeWithTensorflow('parity of trained networks and their export', () => {
  it.each(cases)('%s on %s %j', async (objective, architecture, options, graphs, version) => {
    const config = configOf({ objective: { name: objective }, architecture: { name: architecture, options } });
    const model = { ...(await randomModel(config, 12)), name: `${objective}-${architecture}` };
    const { parity, bundle, omitted } = await exportTo(folder, model);
    expect(Object.keys(parity.graphs).sort()).toEqual(graphs.split(' ').sort());
    expect(omitted).toEqual({});
    expect(bundle.formatVersion).toBe(version);
    for (const difference of Object.values(parity.graphs)) expect(difference).toBeLessThan(1e-4);
    // one parameter of the network that all end in, and the check must see it
    const { decoder, classifier } = model.chains;
    const wrong = spoiled(model, (decoder.at(-1) ?? classifier?.at(-1)) as string);
    await expect(exportTo(folder, wrong)).rejects.toThrow(/does not compute/);
    model.dispose();
  });

  it.each([
    ['ali', 'small-28-joint', {}],
    ['alice', 'small-28-joint', {}],
    ['gali-4', 'small-28-gali', { critic: '4' }],
  ])(
    '%s trained on masked images has a masked_encoder, and without masks none',
    async (name, architecture, options) => {
      const of = (masked: boolean) =>
        randomModel(
          configOf({ objective: { name, options: { masked } }, architecture: { name: architecture, options } }),
          8,
        );
      for (const masked of [true, false]) {
        const model = { ...(await of(masked)), name: `${name}-${masked ? 'masked' : 'whole'}` };
        const { parity, bundle } = await exportTo(folder, model);
        const graphs = ['critic', 'decoder', 'encoder', 'features', ...(masked ? ['masked_encoder'] : []), 'refine'];
        expect(Object.keys(parity.graphs).sort()).toEqual(graphs);
        expect('masked_encoder.onnx' in bundle.files).toBe(masked);
        for (const difference of Object.values(parity.graphs)) expect(difference).toBeLessThan(1e-4);
        // -2 on the scale [-1,1]; 0 says nothing where there are no masks
        expect(bundle.maskFill).toBe(masked ? -0.5 : 0);
        model.dispose();
      }
    },
  );

  it.each(without)('%s on %s %j has no critic.onnx', async (objective, architecture, options, reason) => {
    const config = configOf({ objective: { name: objective }, architecture: { name: architecture, options } });
    const model = await randomModel(config, 4);
    const { parity, omitted } = await exportTo(folder, model);
    expect(omitted).toEqual({ critic: expect.stringMatching(reason) });
    expect(Object.keys(parity.graphs).sort()).toEqual(['decoder', 'encoder', 'features', 'refine']);
    model.dispose();
  });
});
