import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@alix/infer';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { decoderGraph, encoderGraph, fileEntry, tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
let count = 0;
const fresh = () => join(root, `${count++}`);
const image = { data: tinyImages(tiny, 1), n: 1 };

/** A bundle whose encoder is `graph`, with a model.json that is honest about its bytes. */
function withEncoder(graph: Uint8Array): string {
  const folder = writeTinyBundle(fresh(), tiny, (json) => ({
    ...json,
    files: { ...(json.files as object), 'encoder.onnx': fileEntry(graph) },
  }));
  writeFileSync(join(folder, 'encoder.onnx'), graph);
  return folder;
}

test('loads a bundle and says what it is and where it runs', async () => {
  const model = await loadModel(writeTinyBundle(fresh()), { device: 'cpu', threads: 1 });
  expect(model.device).toBe('cpu');
  expect(model.bundle.latent).toEqual({ size: 3, prior: 'normal' });
  await model.dispose();
  await model.dispose();
  await expect(model.encode(image)).rejects.toMatchObject({ code: 'disposed' });
});

test('a path that is no bundle is told apart: missing, a file, a folder without model.json', async () => {
  const folder = fresh();
  mkdirSync(folder);
  const file = join(folder, 'x');
  writeFileSync(file, '');
  await expect(loadModel(join(folder, 'none'))).rejects.toMatchObject({
    code: 'no-bundle',
    message: expect.stringContaining('no such model folder'),
  });
  await expect(loadModel(file)).rejects.toMatchObject({
    message: expect.stringContaining('a file, not a model folder'),
  });
  await expect(loadModel(folder)).rejects.toMatchObject({ message: expect.stringContaining('holds no model.json') });
});

test('a missing file is named with the remedy', async () => {
  const folder = writeTinyBundle(fresh());
  rmSync(join(folder, 'decoder.onnx'));
  await expect(loadModel(folder)).rejects.toMatchObject({
    code: 'bad-bundle',
    where: join(folder, 'decoder.onnx'),
    message: expect.stringMatching(/missing.*copy the whole model folder/),
  });
});

test('a truncated file is told by its size, an altered one by its checksum', async () => {
  const shorter = writeTinyBundle(fresh());
  const bytes = readFileSync(join(shorter, 'encoder.onnx'));
  writeFileSync(join(shorter, 'encoder.onnx'), bytes.subarray(0, -1));
  await expect(loadModel(shorter)).rejects.toMatchObject({
    code: 'bad-bundle',
    expected: `${bytes.length} bytes`,
    found: `${bytes.length - 1} bytes`,
  });
  const altered = writeTinyBundle(fresh());
  bytes[bytes.length - 10]! ^= 1;
  writeFileSync(join(altered, 'encoder.onnx'), bytes);
  const model = await loadModel(altered, { device: 'cpu' });
  await expect(model.encode(image)).rejects.toMatchObject({
    code: 'bad-bundle',
    where: join(altered, 'encoder.onnx'),
    found: `sha256 ${fileEntry(bytes).sha256}`,
  });
  await model.dispose();
});

test('a file altered between loading and its first use is refused', async () => {
  const folder = writeTinyBundle(fresh());
  const model = await loadModel(folder, { device: 'cpu' });
  appendFileSync(join(folder, 'encoder.onnx'), 'x');
  await expect(model.encode(image)).rejects.toMatchObject({ code: 'bad-bundle' });
});

test('a bundle of a later format is refused as such', async () => {
  const folder = writeTinyBundle(fresh(), tiny, (json) => ({ ...json, formatVersion: 5 }));
  await expect(loadModel(folder)).rejects.toMatchObject({ code: 'bundle-too-new' });
});

test('a file name that leaves the folder is refused', async () => {
  const folder = writeTinyBundle(fresh(), tiny, (json) => ({
    ...json,
    files: { ...(json.files as object), '../secret': { sha256: '0'.repeat(64), bytes: 1 } },
  }));
  await expect(loadModel(folder)).rejects.toMatchObject({ code: 'bad-bundle' });
});

test('bytes that are no ONNX graph are refused, though their checksum is right', async () => {
  const model = await loadModel(withEncoder(Buffer.from('not a graph at all')), { device: 'cpu' });
  await expect(model.encode(image)).rejects.toMatchObject({
    code: 'bad-graph',
    message: expect.stringContaining('not an ONNX graph, or a damaged one'),
  });
});

test.each([
  ['another image size', encoderGraph({ ...tiny, width: 5 }), 'image uint8 [N,6,5,1]'],
  ['another latent size', encoderGraph({ ...tiny, latent: 4 }), 'mean float32 [N,4]'],
  ['a missing output', encoderGraph({ ...tiny, deterministic: true }), 'mean float32 [N,3]'],
  ['another graph', decoderGraph(tiny), 'latent float32 [N,3]'],
])('a graph with %s than model.json promises is refused before it runs', async (_, graph, found) => {
  const model = await loadModel(withEncoder(graph), { device: 'cpu' });
  await expect(model.encode(image)).rejects.toMatchObject({
    code: 'bad-graph',
    found: expect.stringContaining(found),
    where: expect.stringContaining('encoder.onnx'),
  });
});

test('a graph that declares one shape and gives another is refused when it does', async () => {
  const model = await loadModel(withEncoder(encoderGraph(tiny, { lies: true })), { device: 'cpu' });
  await expect(model.encode({ data: tinyImages(tiny, 2), n: 2 })).rejects.toMatchObject({
    code: 'bad-graph',
    expected: 'float32 [2,3]',
    found: 'float32 [1,3]',
  });
  await model.dispose();
});

test('a graph whose numbers are none is refused, where codes or an error of NaN would come out', async () => {
  const model = await loadModel(withEncoder(encoderGraph(tiny, { bias: Number.NaN })), { device: 'cpu' });
  const refusal = { code: 'not-finite', where: expect.stringContaining('encoder.onnx') };
  await expect(model.encode(image)).rejects.toMatchObject(refusal);
  await expect(model.reconstruct(image)).rejects.toMatchObject(refusal);
  await model.dispose();
});

test('a latent size that no graph has is refused before codes of that size are drawn', async () => {
  const folder = writeTinyBundle(fresh(), tiny, (json) => ({ ...json, latent: { size: 1e7, prior: 'normal' } }));
  const model = await loadModel(folder, { device: 'cpu' });
  await expect(model.sample(64, { seed: 1 })).rejects.toMatchObject({ code: 'bad-graph' });
  await model.dispose();
});

test('values of another type or number never reach the graph', async () => {
  const model = await loadModel(writeTinyBundle(fresh()), { device: 'cpu' });
  await expect(model.run('encoder', new Uint8Array(7), 1)).rejects.toMatchObject({
    code: 'bad-input',
    expected: 'uint8, 24 values',
    found: 'uint8, 7 values',
  });
  await expect(model.run('decoder', new Uint8Array(3), 1)).rejects.toMatchObject({ code: 'bad-input' });
  await model.dispose();
});

test('a model that is disposed of while a verb waits for it says so', async () => {
  const model = await loadModel(writeTinyBundle(fresh()), { device: 'cpu' });
  const refused = expect(model.encode(image)).rejects.toMatchObject({ code: 'disposed' });
  await model.dispose();
  await refused;
});

test('a bundle without an encoder decodes, and says so when asked to encode', async () => {
  const folder = writeTinyBundle(fresh(), tiny, (json) => {
    const { 'decoder.onnx': decoder } = json.files as Record<string, unknown>;
    return { ...json, files: { 'decoder.onnx': decoder } };
  });
  const model = await loadModel(folder, { device: 'cpu' });
  expect((await model.sample(2, { seed: 1 })).n).toBe(2);
  await expect(model.encode(image)).rejects.toMatchObject({ code: 'no-graph' });
  await model.dispose();
});

test('a device asked for by name and missing is an error with the remedy', async () => {
  const folder = writeTinyBundle(fresh());
  const outcome = await loadModel(folder, { device: 'cuda' }).then(
    (model) => model.device,
    (error) => error,
  );
  // on a machine with CUDA it must run there, elsewhere it must not run at all
  if (outcome !== 'cuda')
    expect(outcome).toMatchObject({ code: 'no-device', remedy: expect.stringMatching(/CUDA|device "cpu"/) });
  await expect(loadModel(folder, { device: 'tpu' as 'cpu' })).rejects.toMatchObject({ code: 'bad-option' });
  for (const threads of [0, 1.5, 1e6, Number.NaN])
    await expect(loadModel(folder, { threads })).rejects.toMatchObject({ code: 'bad-option' });
});
