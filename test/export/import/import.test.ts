/** ONNX pairs made in other layouts, ranges and sizes become bundles that give what plain loops give. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBundle } from '@alix/export';
import { loadModel, nodeRuntime } from '@alix/infer';
import { parseBundle } from '@alix/infer/bundle';
import { checkGraph } from '@alix/infer/graph-check';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, StringStringEntryProtoSchema } from 'onnx-buf';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import {
  d,
  decodeForeign,
  encodeForeign,
  foreignDecoder,
  foreignEncoder,
  type Pair,
  size,
  writeForeign,
} from '../../fixtures/foreign-pair.js';

const folder = temporaryFolder();
const runtime = await nodeRuntime({ device: 'cpu' });
afterAll(() => runtime.dispose?.());

const options = {
  open: (bytes: Uint8Array, where: string) => runtime.createSession(bytes, where),
  load: (path: string) => loadModel(path, { device: 'cpu' }),
};
const pixels = Uint8Array.from({ length: 2 * size }, (_, i) => (i * 61 + 13 * Math.floor(i / size)) % 256);

const statistics = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.5] };
interface Case {
  readonly pair: Pair;
  readonly last: 'Tanh' | 'Sigmoid';
  readonly range: (unit: number, channel: number) => number;
  readonly manifest?: Record<string, unknown>;
}
const image = { height: 6, width: 4, channels: 3 };
const cases: Record<string, Case> = {
  'NCHW in [-1,1], log-variances, codes [N,d,1,1]': {
    pair: { layout: 'NCHW', spread: 'log_variance', deep: true },
    last: 'Tanh',
    range: (unit) => 2 * unit - 1,
  },
  'NHWC normalised by channel, deviations, a decoder in [0,1]': {
    pair: { layout: 'NHWC', spread: 'std' },
    last: 'Sigmoid',
    range: (unit, c) => (unit - statistics.mean[c]!) / statistics.std[c]!,
    manifest: {
      image: { ...image, layout: 'NHWC', range: [0, 1] },
      encoder: { file: 'e.onnx', mean: 'mu', std: 'spread', range: statistics },
    },
  },
  'rows of NCHW in [0,255], one code each': {
    pair: { layout: 'NCHW', flat: true },
    last: 'Tanh',
    range: (unit) => 255 * unit,
    manifest: {
      image: { ...image, layout: 'NCHW', range: [0, 255] },
      encoder: { file: 'e.onnx' },
      decoder: { file: 'd.onnx', range: [-1, 1] },
    },
  },
};

test.each(Object.entries(cases))('%s', async (name, { pair, last, range, manifest }) => {
  const path = writeForeign(join(folder, name), {
    encoder: foreignEncoder(pair),
    decoder: foreignDecoder(pair, last),
    ...(manifest && { manifest }),
  });
  const out = join(folder, name, 'bundle');
  const { bundle, parity, clipped } = await importBundle(path, out, options);
  expect(parseBundle(readFileSync(join(out, 'model.json'), 'utf8'), out)).toEqual(bundle);
  expect(parity.n).toBe(8);
  expect(clipped).toBe(0);
  for (const file of ['encoder.onnx', 'decoder.onnx']) checkGraph(readFileSync(join(out, file)), file);

  const model = await loadModel(out, { device: 'cpu' });
  const made = await model.run('encoder', pixels, 2);
  const codes = Float32Array.from({ length: 2 * d }, (_, i) => Math.sin(i));
  const { image: decoded, pixels: levels } = await model.run('decoder', codes, 2);
  await model.dispose();
  expect(Object.keys(made)).toEqual(pair.spread ? ['mean', 'log_variance'] : ['mean']);
  for (const row of [0, 1]) {
    const byHand = encodeForeign(pair, pixels.subarray(row * size, (row + 1) * size), range);
    const scale = Math.max(1, ...byHand.mean.map(Math.abs));
    byHand.mean.forEach((value, j) => {
      expect(Math.abs(made.mean![row * d + j]! - value)).toBeLessThan(2e-6 * scale);
      if (pair.spread) expect(Math.abs(made.log_variance![row * d + j]! - byHand.logVariance[j]!)).toBeLessThan(2e-6);
    });
    decodeForeign(pair, codes.subarray(row * d, (row + 1) * d), last).forEach((value, j) => {
      expect(Math.abs(decoded![row * size + j]! - value)).toBeLessThan(1e-6);
      expect(Math.abs(levels![row * size + j]! - 255 * value)).toBeLessThan(0.501);
    });
  }
});

test('model.json tells where it is from, and nothing that alix does not know', async () => {
  const out = join(folder, 'told');
  const { bundle } = await importBundle(writeForeign(join(folder, 'told-from')), out, options);
  expect(bundle).toMatchObject({
    name: 'told',
    system: 'vae',
    dataset: 'leaves',
    licence: 'CC-BY-4.0',
    image,
    latent: { size: d, prior: 'normal' },
    encoder: { deterministic: false },
    parameters: { encoder: 2 * size * d, decoder: size * d },
    opset: 17,
    training: { recipe: 'imported', steps: 0, data: 'unknown' },
    metrics: {},
  });
  const { encoder } = (bundle.training.config as { imported: { encoder: { file: string; sha256: string } } }).imported;
  expect(encoder.file).toBe('e.onnx');
  expect(encoder.sha256).toMatch(/^[0-9a-f]{64}$/);
  // the same files give the same bundle
  const again = join(folder, 'again');
  await importBundle(join(folder, 'told-from', 'manifest.json'), again, { ...options, name: 'told' });
  for (const file of ['model.json', 'encoder.onnx', 'decoder.onnx'])
    expect(readFileSync(join(again, file))).toEqual(readFileSync(join(out, file)));
});

test('a pair from both exporters of PyTorch gives what PyTorch gave', async () => {
  const from = fileURLToPath(new URL('../../fixtures/foreign/', import.meta.url));
  const answers = JSON.parse(readFileSync(join(from, 'answers.json'), 'utf8')) as Record<
    'pixels' | 'mean' | 'log_variance' | 'image',
    number[]
  > & { tolerance: number };
  const out = join(folder, 'torch');
  const { bundle } = await importBundle(join(from, 'manifest.json'), out, options);
  // two convolutions, the first with its batch norm folded in, and a linear layer
  const parameters = { encoder: 16 * 3 * 6 + 6 + (16 * 6 * 8 + 8) + (48 * 8 + 8) };
  expect(bundle).toMatchObject({ name: 'torch-vae', opset: 20, parameters });
  const model = await loadModel(out, { device: 'cpu' });
  const codes = await model.run('encoder', Uint8Array.from(answers.pixels), 2);
  const { image } = await model.run('decoder', Float32Array.from(answers.mean), 2);
  await model.dispose();
  for (const [name, values] of Object.entries({ ...codes, image: image! })) {
    const wanted = answers[name as 'mean'];
    expect(values.length).toBe(wanted.length);
    wanted.forEach((value, i) => {
      expect(Math.abs(values[i]! - value)).toBeLessThan(answers.tolerance);
    });
  }
});

test('what another tool wrote beside operators and weights, such as paths, is left out', async () => {
  const model = fromBinary(ModelProtoSchema, foreignEncoder({ layout: 'NCHW', spread: 'log_variance' }));
  const [node] = model.graph!.node;
  node!.docString = 'someone/secret.py';
  node!.metadataProps = [create(StringStringEntryProtoSchema, { key: 'stack_trace', value: 'someone/secret.py' })];
  model.docString = 'someone/secret.py';
  const encoder = toBinary(ModelProtoSchema, model);
  const out = join(folder, 'quiet');
  await importBundle(writeForeign(join(folder, 'quiet-from'), { encoder }), out, options);
  expect(Buffer.from(encoder).includes('secret')).toBe(true);
  expect(readFileSync(join(out, 'encoder.onnx')).includes('secret')).toBe(false);
});

test('a decoder that leaves the range that the manifest says is told of', async () => {
  const manifest = { image: { ...image, layout: 'NCHW', range: [0, 1] } };
  const { clipped } = await importBundle(writeForeign(join(folder, 'range'), { manifest }), join(folder, 'r'), options);
  expect(clipped).toBeGreaterThan(0.2);
  expect(clipped).toBeLessThan(0.8);
});

test('a folder that is there is kept', async () => {
  const path = writeForeign(join(folder, 'kept-from'));
  const out = join(folder, 'kept-from');
  await expect(importBundle(path, out, options)).rejects.toMatchObject({ code: 'output-exists' });
  expect(existsSync(path)).toBe(true);
});
