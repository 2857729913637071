// A folder of images to their codes, and a picture of eight of them: above as they are, then from their codes, then from codes that
// were refined.
//
//   npm install @alix/infer
//   node node_modules/@alix/infer/examples/encode-folder.mjs MODEL IMAGES OUT
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError, loadModel, meanAndStd } from '@alix/infer';
import { readImages } from '@alix/infer/io/images';
import { encodeNpy } from '@alix/infer/io/npy';
import { encodePng } from '@alix/infer/io/png';
import { tile, unstack } from '@alix/infer/io/sheet';

const [modelFolder, images, out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node encode-folder.mjs MODEL IMAGES OUT');
  process.exit(2);
}

try {
  const model = await loadModel(modelFolder);
  await mkdir(out, { recursive: true });

  // one image after the other is read; one batch at a time is in memory
  const first = [];
  async function* named() {
    for await (const { name, pixels } of readImages([images], model.image)) {
      if (first.length < 8) first.push({ name, pixels });
      yield { name, pixels };
    }
  }
  const { mean, n } = await model.encode(named(), { batch: 64 });
  await writeFile(join(out, 'codes.npy'), encodeNpy({ shape: [n, model.latent.size], data: mean }));
  console.log(`codes.npy: float32 [${n},${model.latent.size}], computed on ${model.device}`);

  const rows = [first.map(({ pixels }) => pixels)];
  for (const refine of model.has('refine') ? [0, 50] : [0]) {
    const { pixels, mse } = await model.reconstruct(first, { refine });
    rows.push(unstack(pixels, first.length));
    console.log(`mean squared error after ${refine} steps: ${meanAndStd(mse).mean.toFixed(4)}`);
  }
  const sheet = tile(rows.flat(), model.image, { columns: first.length, scale: 4 });
  await writeFile(join(out, 'reconstructions.png'), encodePng(sheet.pixels, sheet));
  await model.dispose();
} catch (error) {
  if (!(error instanceof AlixError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
