/** Every default recipe trains for two epochs of a few images or points at small width, through the whole way that users go. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePng } from '@alix/infer/io/png';
import { newestCheckpoint, readMetrics, recipes, resolveConfig, runTraining } from '@alix/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';
import { small } from '../train/architectures/support.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-recipes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const defaults = Object.values(recipes).filter(({ isDefault }) => isDefault);
const classifierFirst = [...defaults].sort(
  (a, b) => Number(b.name.startsWith('class')) - Number(a.name.startsWith('class')),
);

/** gali-small's M is as wide as the classifier's small form. */
function configOf({ name, config }: (typeof defaults)[number]) {
  const architecture = config.architecture?.name ?? '';
  const isGrid = config.data?.source === 'gaussian-grid';
  return resolveConfig([
    { from: 'recipe', config: { ...config, recipe: name } },
    {
      from: 'test',
      config: {
        architecture: { name: architecture, options: small[architecture] },
        data: { options: isGrid ? { train: 3600, test: 200 } : { train: 720, test: 60 } },
        batch: isGrid ? 300 : 60,
        length: { epochs: 2, ...(config.length?.steps ? { steps: 8 } : {}) },
        evaluationRows: 60,
        ...(name.startsWith('gali-pt') ? { pretrained: { M: join(folder, 'classifier-strokes') } } : {}),
      },
    },
  ]);
}

describeWithTensorflow('two epochs of each system', () => {
  it.each(classifierFirst.map((recipe) => [recipe.name, recipe] as const))('%s', async (name, recipe) => {
    const run = join(folder, name);
    const config = configOf(recipe);
    const { step } = await runTraining({ config, folder: run });
    expect(step).toBeGreaterThan(0);
    const lines = await readMetrics(join(run, 'metrics.jsonl'));
    for (const line of lines)
      for (const [key, value] of Object.entries(line))
        if (typeof value === 'number') expect(value, key).toSatisfy(Number.isFinite);
    const { System } = await import('@alix/train/system');
    const { beginnings } = await import('@alix/train/beginnings');
    const { openDataset } = await import('@alix/train/datasets/index');
    const data = await openDataset(config.data.source, {
      split: 'train',
      options: config.data.options,
      seed: config.seed,
    });
    const fresh = new System(config, undefined, await beginnings(config, data));
    const { weights } = await newestCheckpoint(run);
    const { chains, objective, networks } = fresh.design;
    const start = fresh.arrays();
    const moved = (network: string) =>
      [...weights].some(
        ([key, { data }]) => key.startsWith(`${network}.`) && data.some((v, i) => v !== start.get(key)?.data[i]),
      );
    for (const network of [...chains.encoder, ...chains.decoder]) expect(moved(network), `${network} moved`).toBe(true);
    for (const network of networks.keys()) expect(moved(network), network).toBe(!objective.frozen?.includes(network));
    fresh.dispose();
    const picture = join(run, 'samples', 'epoch-0002.png');
    if (chains.decoder.length > 0 && existsSync(picture)) {
      const { pixels } = decodePng(await readFile(picture), picture);
      expect(new Set(pixels).size).toBeGreaterThan(2);
    }
  });
});
