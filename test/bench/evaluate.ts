/** What an evaluation adds to the passes that it cannot do without: the model's and the extractor's graphs, run alone. */

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  bundleExtractor,
  type EvalImages,
  type Extractor,
  evaluate as measure,
  measures,
  onnxExtractor,
  type Subject,
} from '@alix/eval';
import { loadModel, nodeRuntime } from '@alix/infer';
import { sha256 } from '@alix/infer/io/files';
import { createRandom } from '@alix/infer/io/random';
import { openDataset } from '@alix/train/datasets/index';
import { type Bench, whole } from './bench.js';
import { watchOthers } from './machine.js';
import { runPairs } from './pairs.js';
import type { Measured } from './side.js';

export const evaluate: Bench = {
  name: 'evaluate',
  usage: 'MODEL --extractor MODEL|FILE.onnx [--data mnist] [--n 2000] [--batch 64] [--pairs 5] [--metrics NAMES]',
  summary: 'an evaluation beside its forward passes alone (bar: at most 10 % more time, a ratio of 0.91)',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        extractor: { type: 'string' },
        data: { type: 'string', default: 'mnist' },
        n: { type: 'string', default: '2000' },
        batch: { type: 'string', default: '64' },
        pairs: { type: 'string', default: '5' },
        metrics: { type: 'string' },
      },
    });
    const [folder] = positionals;
    if (!folder || !values.extractor) throw new Error('name the folders of a model and of an --extractor');
    const [n, batch] = [whole('n', values.n), whole('batch', values.batch)];
    const model = await loadModel(folder, { device: 'cpu' });
    const other = await openExtractor(values.extractor, model.image);
    try {
      const images = await firstImages(values.data, n);
      const subject: Subject = {
        model,
        images,
        extractor: other.extractor,
        settings: { samples: images.n, seed: 1, batch, featureSample: 5000, options: {} },
      };
      const names =
        values.metrics?.split(',') ?? measures.filter(({ onRequest }) => !onRequest).map(({ name }) => name);
      const isDistance = (name: string) => ['fd', 'kid', 'prdc', 'fdinf'].includes(name);
      const cheap = names.filter((name) => !['kid', 'prdc', 'fdinf'].includes(name));
      print(
        `${model.bundle.name}, ${images.n} images of ${values.data} and as many samples, ${subject.extractor!.d} features`,
      );
      print(`alix: ${cheap.join(', ')}; beside: with ${names.filter((name) => !cheap.includes(name)).join(', ')}`);
      const timed = (what: string, work: () => Promise<unknown>) => () => timedSide(what, 2 * images.n, work);
      const evaluated = (list: readonly string[]) => () => measure(subject, { metrics: list });
      // everything is warm before the first pair
      await forward(subject, names.some(isDistance));
      await runPairs(
        whole('pairs', values.pairs),
        timed('evaluation', evaluated(cheap)),
        timed('forward passes', () => forward(subject, names.some(isDistance))),
        print,
        names.length > cheap.length ? { beside: timed('with all distances', evaluated(names)) } : {},
      );
    } finally {
      await model.dispose();
      await other.dispose();
    }
  },
};

/** A bundle's, or the first output of a file that takes 0..255, as `examples/fid-inception.py` writes it. */
async function openExtractor(
  path: string,
  size: EvalImages['size'],
): Promise<{ readonly extractor: Extractor; dispose(): Promise<void> }> {
  if (!path.endsWith('.onnx')) {
    const model = await loadModel(path, { device: 'cpu' });
    return { extractor: await bundleExtractor(model, size, path), dispose: () => model.dispose() };
  }
  const runtime = await nodeRuntime({ device: 'cpu' });
  const bytes = new Uint8Array(await readFile(path));
  const file = { sha256: sha256(bytes), bytes, where: path };
  const options = { output: 'pool', range: [0, 255], resize: 'bilinear-tf1' } as const;
  return { extractor: await onnxExtractor(runtime, file, size, options), dispose: async () => runtime.dispose?.() };
}

async function timedSide(what: string, images: number, work: () => Promise<unknown>): Promise<Measured> {
  const [others, cpu, start] = [watchOthers(), process.cpuUsage(), performance.now()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const spent = (user + system) / 1e6;
  return { what, images_per_second: images / seconds, others: others(spent), wall: seconds, cpu_seconds: spent };
}

/** The graphs that the default metrics run, batch by batch, and nothing else. */
async function forward({ model, images, extractor, settings }: Subject, withFeatures: boolean): Promise<void> {
  const { batch, samples, seed } = settings;
  for (let start = 0; start < images.n; start += batch) {
    const n = Math.min(batch, images.n - start);
    const data = await images.read(Uint32Array.from({ length: n }, (_, i) => start + i));
    const { mean } = await model.encode({ data, n }, { batch });
    const { pixels } = await model.decode(mean, { batch });
    if (!withFeatures || !extractor) continue;
    await extractor.extract(data, n);
    await extractor.extract(pixels, n);
  }
  const d = model.latent.size;
  const latent = createRandom(seed).normal(samples * d);
  for (let start = 0; start < samples; start += batch) {
    const n = Math.min(batch, samples - start);
    const { pixels } = await model.decode(latent.subarray(start * d, (start + n) * d), { batch });
    if (withFeatures && extractor) await extractor.extract(pixels, n);
    await model.encode({ data: pixels, n }, { batch });
  }
}

async function firstImages(name: string, n: number): Promise<EvalImages> {
  const set = await openDataset(name, { split: 'test', seed: 1 });
  const [height = 0, width = 0, channels] = set.shape;
  if (!set.pixels || (channels !== 1 && channels !== 3)) throw new Error(`${name} holds no images`);
  const { labels, classes, pixels } = set;
  return { name, n: Math.min(n, set.count), size: { height, width, channels }, labels, classes, read: pixels };
}
