/** Draws large tensors with as many threads as it is told, after some small ones; says their sha256. Run by noise.test.ts. */
import { createHash } from 'node:crypto';
import { createRandom } from '@alix/infer/io/random';
import { loadTensorflow } from '@alix/train/tensorflow/load';

await loadTensorflow({ threads: Number(process.argv[2]) });
const { noiseFrom } = await import('@alix/train/noise');
const noise = noiseFrom(createRandom('sides'));
const hash = createHash('sha256');
for (const shape of [[7], [300, 1000], [3], [50, 28, 28, 16]])
  for (const draw of [noise.normal, noise.uniform])
    hash.update(Buffer.from((draw(shape).dataSync() as Float32Array).buffer));
console.log(hash.digest('hex'));
process.exit();
