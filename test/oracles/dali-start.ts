/** Writes what torch_dali_steps.py starts from: the weights of seed 7, five batches of strokes and ten draws of z. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@alix/infer/io/files';
import { encodeSafetensors, type NamedTensor } from '@alix/infer/io/safetensors';
import { loadTensorflow } from '@alix/train/tensorflow/load';
import { daliStart } from './dali-start-data.js';

const folder = process.argv[2] ?? '.';
await loadTensorflow();
const { System } = await import('@alix/train/system');
const { config, batches, noise } = await daliStart();
const system = new System(config);
const tensors = new Map<string, NamedTensor>(system.store.arrays());
batches.forEach((data, i) => {
  tensors.set(`x.${i}`, { shape: [20, 28, 28, 1], data });
});
noise.forEach(([critic, actor], i) => {
  tensors.set(`z.${i}.0`, { shape: [20, 16], data: critic });
  tensors.set(`z.${i}.1`, { shape: [20, 16], data: actor });
});
await mkdir(folder, { recursive: true });
await writeFileAtomic(join(folder, 'start.safetensors'), encodeSafetensors(tensors));
