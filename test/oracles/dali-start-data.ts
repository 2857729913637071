/** The start that alix and the PyTorch oracle share. */
import { createRandom } from '@alix/infer/io/random';
import { recipes, resolveConfig } from '@alix/train';
import { openDataset } from '@alix/train/datasets/index';

export const STEPS = 5;
export const BATCH = 20;
const LATENT = 16;

/** Configuration, five batches [20,28,28,1] and for each step two draws of z [20,16]. */
export async function daliStart(preset: 'authors' | 'paper' = 'authors') {
  const config = resolveConfig([
    { from: 'recipe', config: recipes['dali-strokes']?.config },
    {
      from: 'test',
      config: { seed: 7, batch: BATCH, objective: { preset }, initialiser: { weights: 'he', scaleDeviation: 0.1 } },
    },
  ]);
  const data = await openDataset('strokes', { split: 'train', options: { train: STEPS * BATCH }, seed: 7 });
  const batches = await Promise.all(
    Array.from({ length: STEPS }, (_, i) => data.batch(Uint32Array.from({ length: BATCH }, (_, k) => i * BATCH + k))),
  );
  const random = createRandom(7).split('dali start');
  const noise = batches.map(() => [random.normal(BATCH * LATENT), random.normal(BATCH * LATENT)] as const);
  return { config, batches, noise };
}
