/** What refinement and inpainting come to on held-out images. A table of results; seconds stand beside, on whatever else runs. */
import { parseArgs } from 'node:util';
import { boxMask, type InpaintOptions, loadModel, type Model, meanAndStd, type RefineOptions } from '@alix/infer';
import { openDataset } from '@alix/train/datasets/index';
import { type Bench, whole } from './bench.js';
import { describeMachine } from './machine.js';

/** An AIM Table 3 DALI of 6 epochs, 1,000 MNIST test images, in PyTorch: what these rows came to there. */
const inPyTorch = {
  'encoder alone': 0.0353,
  '20 steps': 0.0138,
  '50 steps': 0.0099,
  '100 steps': 0.0081,
  '50 steps from zero': 0.0242,
  'one pass': 0.22,
  'iterated x10': 0.242,
  'one pass, refined 50': 0.16,
} as const;
type Row = keyof typeof inPyTorch;

const refinements: Partial<Record<Row, RefineOptions>> = {
  'encoder alone': { steps: 0 },
  '20 steps': { steps: 20 },
  '50 steps': { steps: 50 },
  '100 steps': { steps: 100 },
  '50 steps from zero': { steps: 50, start: 'zero' },
};
/** One pass goes through the encoder of masked images where the model has one. */
const inpaintings = (model: Model): Partial<Record<Row, InpaintOptions>> => ({
  'one pass': model.has('masked_encoder') ? {} : { iterations: 1 },
  'iterated x10': { iterations: 10 },
  'one pass, refined 50': { refine: 50 },
});

export const refine: Bench = {
  name: 'refine',
  usage: 'MODEL [--data mnist] [--n 1000] [--batch 100]',
  summary:
    'errors of plain and refined reconstructions, and of a central hole (half the side) filled, on held-out images',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string', default: 'mnist' },
        n: { type: 'string', default: '1000' },
        batch: { type: 'string', default: '100' },
      },
    });
    const [folder] = positionals;
    if (!folder) throw new Error('name the folder of a model that has refine.onnx');
    const batch = whole('batch', values.batch);
    print(await describeMachine());
    const model = await loadModel(folder, { device: 'cpu' });
    try {
      const images = await firstImages(values.data, whole('n', values.n));
      const { name, dataset, training } = model.bundle;
      print(
        `${name}, trained on ${dataset} for ${training.epochs} epochs; the first ${images.n} test images of ${values.data}`,
      );
      print('| | mean squared error | of plain | in PyTorch | s |\n|---|---|---|---|---|');
      await reconstructions(model, images, batch, print);
      await holes(model, images, batch, print);
    } finally {
      await model.dispose();
    }
  },
};

interface Held {
  readonly data: Uint8Array;
  readonly n: number;
}

async function firstImages(name: string, n: number): Promise<Held> {
  const set = await openDataset(name, { split: 'test', seed: 1 });
  if (!set.pixels) throw new Error(`${name} holds no images`);
  const count = Math.min(n, set.count);
  return { data: await set.pixels(Uint32Array.from({ length: count }, (_, i) => i)), n: count };
}

type Print = (line: string) => void;

async function reconstructions(model: Model, images: Held, batch: number, print: Print): Promise<void> {
  let plain: number | undefined;
  for (const [row, options] of Object.entries(refinements)) {
    const start = performance.now();
    const { mse } = await model.refine(images, { ...options, batch });
    const { mean } = meanAndStd(mse);
    plain ??= mean;
    print(line(row as Row, mean, plain, start));
  }
}

async function holes(model: Model, images: Held, batch: number, print: Print): Promise<void> {
  const { height, width, channels } = model.image;
  const [w, h] = [width >> 1, height >> 1];
  const mask = boxMask(height, width, { x: (width - w) >> 1, y: (height - h) >> 1, width: w, height: h });
  let once: number | undefined;
  print(`| hole of ${w}x${h} | | | | |`);
  for (const [row, options] of Object.entries(inpaintings(model))) {
    const start = performance.now();
    const { pixels } = await model.inpaint(images, mask, { ...options, batch });
    let [sum, count] = [0, 0];
    pixels.forEach((value, i) => {
      if (!mask[Math.floor(i / channels) % mask.length]) return;
      sum += ((value - images.data[i]!) / 255) ** 2;
      count++;
    });
    once ??= sum / count;
    print(line(row as Row, sum / count, once, start));
  }
}

function line(row: Row, mse: number, plain: number, start: number): string {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return `| ${row} | ${mse.toFixed(4)} | ${((100 * mse) / plain).toFixed(0)} % | ${inPyTorch[row]} | ${seconds} |`;
}
