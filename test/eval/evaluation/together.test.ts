/** A metric gives the same numbers whatever else is measured: what metrics record under one name is one quantity. */
import { evaluate, imagesInMemory, measures, type Subject } from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countingExtractor } from '../../fixtures/evaluated.js';
import { noise } from '../../fixtures/evaluation.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { writeTinyBundle } from '../../fixtures/tiny-bundle.js';

const [n, size, classes] = [80, 24, 3];
/** SSIM has a window larger than these images, and the tiny model neither features.onnx nor a perceptual distance. */
const without = ['ssim', 'lpips'];
const names = measures.map(({ name }) => name).filter((name) => !without.includes(name));
const options = { 'svm.of': 'extractor', 'svm.draws': 3, 'nll.likelihood': 'bernoulli', 'nll.samples': 2 };

let model: Model;
beforeAll(async () => {
  model = await loadModel(writeTinyBundle(temporaryFolder()), { device: 'cpu', threads: 1 });
});
afterAll(() => model.dispose());

function subject(): Subject {
  const pixels = noise(4 * n * size);
  const labels = Uint8Array.from({ length: 4 * n }, (_, i) => i % classes);
  const part = (start: number, end: number) =>
    imagesInMemory(pixels.subarray(start * size, end * size), model.image, {
      labels: labels.subarray(start, end),
      classes,
    });
  return {
    model,
    images: part(0, n),
    train: part(n, 4 * n),
    extractor: countingExtractor(size),
    classifier: countingExtractor(size, classes, { output: 'logit' }),
    settings: { samples: 70, seed: 3, batch: 16, featureSample: 300, options },
  };
}

test('all together as each alone', async () => {
  const { metrics } = await evaluate(subject(), { metrics: names });
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const own = Object.entries(options).filter(([key]) => key.startsWith(`${name}.`));
    const { settings, ...rest } = subject();
    const alone = await evaluate(
      { ...rest, settings: { ...settings, options: Object.fromEntries(own) } },
      { metrics: [name] },
    );
    Object.assign(found, alone.metrics);
  }
  expect(Object.keys(metrics).sort()).toEqual(Object.keys(found).sort());
  expect(metrics).toEqual(found);
});
