/** critic, features, classify and masked encoders of a loaded bundle; models without encoder, of points, without codes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  classifierGraph,
  criticGraph,
  decoderGraph,
  encoderGraph,
  featuresGraph,
  type Graph,
  maskedEncoderGraph,
  onnxBytes,
} from '@alix/export';
import { featureBatches, loadModel, type Model } from '@alix/infer';
import { type ArchitectureSpec, chain, fullyConnected, type NetworkSpec, reshape } from '@alix/train/spec';
import { expect, test } from 'vitest';
import { reference } from '../export/reference.js';
import { apart, randomWeights } from '../export/support.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { fileEntry, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
let count = 0;
const shape = [tiny.height, tiny.width, tiny.channels];
const size = 24;
const d = tiny.latent;
const joint: NetworkSpec = {
  inputs: { x: shape, z: [d] },
  blocks: [
    { name: 'dx', from: ['x'], rows: [fullyConnected(4, 'relu')] },
    { name: 'logit', from: ['dx', 'z'], rows: [fullyConnected(2)] },
  ],
  outputs: ['logit'],
};
const networks: Record<string, NetworkSpec> = {
  E: chain('x', shape, 'mean', [fullyConnected(5, 'tanh'), fullyConnected(d)]),
  G: chain('z', [d], 'x', [fullyConnected(size, 'sigmoid'), reshape(...shape)]),
  D: joint,
  F: chain('x', shape, 'features', [fullyConnected(3)]),
  C: chain('features', [3], 'logit', [fullyConnected(10)]),
};
const architecture: ArchitectureSpec = {
  data: { kind: 'image', shape, range: [0, 1] },
  latent: { size: d, prior: 'normal' },
  networks,
};
const weights = randomWeights(networks);
const data = tinyImages(tiny, 5);
const rows = Array.from({ length: 5 }, (_, i) => data.subarray(i * size, (i + 1) * size));
const x = (row: Uint8Array) => ({ shape, data: Float64Array.from(row, (p) => p / 255) });

/** The tiny bundle with graphs in place of its own, or beside them. */
function bundleOf(graphs: Record<string, Graph>, change: (json: Record<string, unknown>) => object): Promise<Model> {
  const folder = join(root, `${count++}`);
  const bytes = Object.entries(graphs).map(([name, graph]) => [`${name}.onnx`, onnxBytes(graph)] as const);
  writeTinyBundle(folder, tiny, (json) => {
    const entries = Object.fromEntries(bytes.map(([name, content]) => [name, fileEntry(content)]));
    return change({ ...json, files: { ...(json.files as object), ...entries } }) as Record<string, unknown>;
  });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of bytes) writeFileSync(join(folder, name), content);
  return loadModel(folder, { device: 'cpu', threads: 1 });
}
const same = (json: object) => json;

test('features: f numbers of each image, whatever the batch', async () => {
  const model = await bundleOf({ features: featuresGraph(architecture, ['E'], weights) }, same);
  const { features, size: f, n, names } = await model.features({ data, n: 5 }, { batch: 2 });
  expect([f, n, names.length, features.length]).toEqual([5 + d, 5, 5, 5 * (5 + d)]);
  const wanted = rows.flatMap((row) => {
    const hidden = reference('E', chain('x', shape, 'mean', [fullyConnected(5)]), weights, { x: x(row) }).mean!;
    return [...hidden.data, ...reference('E', networks.E!, weights, { x: x(row) }).mean!.data];
  });
  expect(apart(features, wanted)).toBeLessThan(1e-5);
  const parts = [];
  for await (const part of featureBatches(model, { data, n: 5 }, { batch: 4 })) parts.push(part.n);
  expect(parts).toEqual([4, 1]);
  await expect(model.critic({ data, n: 5 })).rejects.toMatchObject({ code: 'no-graph' });
  await model.dispose();
});

test('critic of pairs: each image with its own code, whatever the batch', async () => {
  const model = await bundleOf({ critic: criticGraph(architecture, ['D'], weights) }, same);
  const latent = Float32Array.from({ length: 5 * d }, (_, i) => Math.sin(3 * i));
  const { logit, classes, n } = await model.critic({ data, n: 5 }, latent, { batch: 2 });
  expect([classes, n]).toEqual([2, 5]);
  const wanted = rows.flatMap((row, i) => {
    const z = { shape: [d], data: Float64Array.from(latent.subarray(i * d, (i + 1) * d)) };
    return [...reference('D', joint, weights, { x: x(row), z }).logit!.data];
  });
  expect(apart(logit, wanted)).toBeLessThan(1e-5);
  const images = { data, n: 5 };
  await expect(model.critic(images)).rejects.toMatchObject({ code: 'bad-input', expected: 'image, latent' });
  for (const wrong of [latent.subarray(d), new Float32Array(6 * d)])
    await expect(model.critic(images, wrong)).rejects.toMatchObject({ code: 'bad-latent' });
  await expect(model.critic(images, latent.subarray(1))).rejects.toMatchObject({ code: 'bad-latent' });
  await model.dispose();
});

test('critic of images alone takes no code', async () => {
  const halves = { ...architecture, networks: { ...networks, D: networks.C! } };
  const own = randomWeights({ F: networks.F!, D: networks.C! });
  const model = await bundleOf({ critic: criticGraph(halves, ['F', 'D'], own) }, same);
  const { logit, classes } = await model.critic({ data, n: 5 });
  expect(classes).toBe(10);
  const features = reference('F', networks.F!, own, { x: x(rows[4]!) }).features!;
  expect(apart(logit.subarray(40), reference('D', networks.C!, own, { features }).logit!.data)).toBeLessThan(1e-5);
  await expect(model.critic({ data, n: 5 }, new Float32Array(5 * d))).rejects.toMatchObject({ code: 'bad-input' });
  await model.dispose();
});

test('a graph of other ports than the contract has is refused', async () => {
  const model = await bundleOf({ critic: encoderGraph(architecture, ['E'], weights) }, same);
  await expect(model.critic({ data, n: 5 })).rejects.toMatchObject({
    code: 'bad-graph',
    expected: 'logit float32 [N,any]',
    found: `mean float32 [N,${d}]`,
  });
  await model.dispose();
});

test('a masked encoder takes a mask of one number a pixel', async () => {
  const graphs = { masked_encoder: maskedEncoderGraph(architecture, ['E'], weights, -0.5) };
  const model = await bundleOf(graphs, (json) => ({ ...json, encoder: { deterministic: true }, maskFill: -0.5 }));
  const mask = new Float32Array(size).fill(1);
  const { mean } = await model.run('masked_encoder', { image: rows[0]!, mask }, 1);
  const under = { shape, data: new Float64Array(size).fill(-0.5) };
  expect(apart(mean!, reference('E', networks.E!, weights, { x: under }).mean!.data)).toBeLessThan(1e-5);
  const short = model.run('masked_encoder', { image: rows[0]!, mask: mask.subarray(1) }, 1);
  await expect(short).rejects.toMatchObject({ code: 'bad-input' });
  await model.dispose();
});

test('a model without an encoder samples, and says in one line that it cannot encode', async () => {
  const model = await bundleOf({}, (json) => {
    const { encoder: _, ...rest } = json;
    const { mean, decoded } = json.golden as Record<string, string>;
    const files = { 'decoder.onnx': (json.files as Record<string, object>)['decoder.onnx'] };
    const golden = { latent: mean, decoded, n: 1, tolerance: 1e-3 };
    return { ...rest, formatVersion: 2, system: 'gan', files, golden };
  });
  expect((await model.sample(3, { seed: 1 })).n).toBe(3);
  const refusal = { code: 'no-graph', message: expect.stringMatching(/^tiny: .*no encoder.*gan.*dali/) };
  await expect(model.encode({ data, n: 5 })).rejects.toMatchObject(refusal);
  await expect(model.reconstruct({ data, n: 5 })).rejects.toMatchObject(refusal);
  await expect(model.sampleGiven(rows[0]!, 2, { seed: 1 })).rejects.toMatchObject(refusal);
  await model.dispose();
});

/** What model.json says of a classifier. */
function onlyClassifying(json: Record<string, unknown>) {
  const { encoder: _, latent: __, ...rest } = json;
  const { 'encoder.onnx': ___, 'decoder.onnx': ____, ...files } = json.files as Record<string, object>;
  const { image } = json.golden as Record<string, string>;
  const golden = { image, logit: 'AAAAAA==', n: 1, tolerance: 1e-3 };
  return { ...rest, formatVersion: 2, files, golden, parity: { n: 1, codes: 0, tolerance: 1e-4 } };
}

test('a classifier of one network classifies, and says that it gives no features', async () => {
  const whole = { C: chain('x', shape, 'logit', [fullyConnected(10)]) };
  const graph = classifierGraph({ ...architecture, networks: whole }, ['C'], randomWeights(whole));
  const model = await bundleOf({ classifier: graph }, onlyClassifying);
  expect((await model.classify({ data, n: 5 })).classes).toBe(10);
  await expect(model.features({ data, n: 5 })).rejects.toMatchObject({ code: 'no-graph' });
  expect([model.has('features'), model.has('classifier')]).toEqual([false, true]);
  await model.dispose();
});

test('a classifier whose graph lacks the features that are said to be in it is refused', async () => {
  const whole = { C: chain('x', shape, 'logit', [fullyConnected(10)]) };
  const graph = classifierGraph({ ...architecture, networks: whole }, ['C'], randomWeights(whole));
  const model = await bundleOf({ classifier: graph }, (json) => ({
    ...onlyClassifying(json),
    formatVersion: 4,
    within: { features: 'classifier' },
  }));
  for (const asked of [model.features({ data, n: 5 }), model.classify({ data, n: 5 })])
    await expect(asked).rejects.toMatchObject({
      code: 'bad-graph',
      expected: 'logit float32 [N,any], features float32 [N,any]',
    });
  await model.dispose();
});

test('a classifier classifies, gives features, and has no codes', async () => {
  const model = await bundleOf({ classifier: classifierGraph(architecture, ['F', 'C'], weights) }, (json) => ({
    ...onlyClassifying(json),
    formatVersion: 4,
    within: { features: 'classifier' },
  }));
  expect([model.has('features'), model.has('classifier'), model.has('critic')]).toEqual([true, true, false]);
  const { logit, classes } = await model.classify({ data, n: 5 }, { batch: 3 });
  expect(classes).toBe(10);
  const features = rows.map((row) => reference('F', networks.F!, weights, { x: x(row) }).features!);
  const wanted = features.flatMap((row) => [...reference('C', networks.C!, weights, { features: row }).logit!.data]);
  expect(apart(logit, wanted)).toBeLessThan(1e-5);
  const found = await model.features({ data, n: 5 }, { batch: 2 });
  expect([found.size, found.n]).toEqual([3, 5]);
  expect(
    apart(
      found.features,
      features.flatMap((row) => [...row.data]),
    ),
  ).toBeLessThan(1e-5);
  await expect(model.sample(1, { seed: 1 })).rejects.toMatchObject({ code: 'no-graph' });
  await expect(model.decode(new Float32Array(d))).rejects.toMatchObject({ code: 'no-graph' });
  await model.dispose();
});

test('a model of points runs its graphs, and says that it has no images', async () => {
  const points: ArchitectureSpec = {
    data: { kind: 'points', shape: [2], range: [0, 1] },
    latent: architecture.latent,
    networks: { G: chain('z', [d], 'x', [fullyConnected(2)]), E: chain('x', [2], 'mean', [fullyConnected(d)]) },
  };
  const own = randomWeights(points.networks);
  const graphs = { encoder: encoderGraph(points, ['E'], own), decoder: decoderGraph(points, ['G'], own) };
  const model = await bundleOf(graphs, (json) => {
    const { image: _, ...rest } = json;
    const { mean, decoded } = json.golden as Record<string, string>;
    const golden = { points: 'AAAAAAAAAAA=', mean, decoded, n: 1, tolerance: 1e-3 };
    return { ...rest, formatVersion: 2, points: { size: 2 }, encoder: { deterministic: true }, golden };
  });
  const { points: made } = await model.run('decoder', Float32Array.of(1, -2, 0.5), 1);
  const z = { shape: [d], data: Float64Array.of(1, -2, 0.5) };
  expect(apart(made!, reference('G', points.networks.G!, own, { z }).x!.data)).toBeLessThan(1e-5);
  const { mean } = await model.run('encoder', { points: made! }, 1);
  expect(mean!.length).toBe(d);
  for (const verb of [
    () => model.sample(1, { seed: 1 }),
    () => model.encode({ data, n: 5 }),
    () => model.decode(new Float32Array(d)),
  ])
    await expect(verb()).rejects.toMatchObject({ code: 'not-images', message: expect.stringMatching(/points/) });
  await model.dispose();
});
