/** Every recipe exports, at small width and with every parameter at a random value, and its graphs compute what its networks do. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARITY_TOLERANCE } from '@alix/export/parity';
import { recipes } from '@alix/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';
import { small } from '../train/architectures/support.js';
import { configOf, exportTo, randomModel } from './parity-kit.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-parity-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const EXAMPLES = 3;

/** Small forms have the recipe's own latent, so that a 2-D latent and a flow of length 80 stay what they are. */
function smallForm(name: string, own: Readonly<Record<string, unknown>> = {}) {
  const form = small[name];
  if (!form) throw new Error(`${name} has no small form in test/train/architectures/support.ts`);
  return {
    name,
    options: { ...form, ...(own as typeof form), ...pick(form, ['width', 'features', 'classifierWidth']) },
  };
}

const pick = (from: Readonly<Record<string, string | number>>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));

describeWithTensorflow('parity of recipes at small width', () => {
  it.each(Object.values(recipes).map((recipe) => [recipe.name, recipe] as const))('%s', async (_, { config }) => {
    const { name = '', options } = config.architecture ?? {};
    const model = await randomModel(configOf(config, { architecture: smallForm(name, options) }), EXAMPLES);
    const { parity, bundle } = await exportTo(folder, model);
    const files = Object.keys(bundle.files);
    expect(Object.keys(parity.graphs).length).toBeGreaterThan(0);
    for (const difference of Object.values(parity.graphs)) expect(difference).toBeLessThan(PARITY_TOLERANCE);
    if (model.chains.decoder.length > 0) expect(files).toContain('decoder.onnx');
    if (model.chains.encoder.length > 0) expect(files).toContain('encoder.onnx');
    model.dispose();
  });
});
