/** What is wrong with a manifest or with a graph is one line that says what to do, and nothing is written. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkImport, importBundle } from '@alix/export';
import { AlixError, loadModel, nodeRuntime } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from 'onnx-buf';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { type Files, foreignDecoder, foreignEncoder, shape, size, writeForeign } from '../../fixtures/foreign-pair.js';
import { floats, graph, integers, port } from '../../fixtures/tiny-bundle.js';

const folder = temporaryFolder();
const runtime = await nodeRuntime({ device: 'cpu' });
afterAll(() => runtime.dispose?.());

const options = {
  open: (bytes: Uint8Array, where: string) => runtime.createSession(bytes, where),
  load: (path: string) => loadModel(path, { device: 'cpu' }),
};
let made = 0;
/** The error of importing these, whose one line names the file. */
async function failure(files: Files, before: (path: string) => void = () => {}): Promise<AlixError> {
  const at = join(folder, `${made++}`);
  const path = writeForeign(at, files);
  before(path);
  const out = join(at, 'out');
  const error = await importBundle(path, out, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AlixError);
  expect(existsSync(out)).toBe(false);
  const { message } = error as AlixError;
  expect(message).toContain(at);
  expect(message).not.toMatch(/\n/);
  expect((error as AlixError).remedy).toBeTruthy();
  return error as AlixError;
}

const image = { ...shape, layout: 'NCHW', range: [-1, 1] };
const encoder = { file: 'e.onnx', mean: 'mu', log_variance: 'spread' };

test.each<[string, Record<string, unknown>, string]>([
  ['an unknown key', { licens: 'x' }, 'Unrecognized key: "licens"'],
  ['no licence', { licence: undefined }, '"licence": Invalid input: expected string, received undefined'],
  [
    'a layout that is none',
    { image: { ...image, layout: 'CHW' } },
    '"image.layout": Invalid option: expected one of "NCHW"|"NHWC"',
  ],
  ['black that is not below white', { image: { ...image, range: [1, -1] } }, '"image.range": two numbers are needed'],
  [
    'too few means',
    { image: { ...image, range: { mean: [0.5], std: [0.5] } } },
    '"image.range.mean": 3 numbers are needed',
  ],
  [
    'a deviation of 0',
    { image: { ...image, range: { mean: [0, 0, 0], std: [1, 0, 1] } } },
    '"image.range.std": numbers above 0',
  ],
  ['four channels', { image: { ...image, channels: 4 } }, '"image.channels": Invalid option: expected one of 1|3'],
  ['a prior that is none', { latent: { size: 5, prior: 'gaussian' } }, '"latent.prior"'],
  ['two spreads', { encoder: { ...encoder, std: 'spread' } }, 'either "log_variance" or "std"'],
  ['a spread without a mean', { encoder: { file: 'e.onnx', std: 'spread' } }, '"mean" is needed beside'],
])('a manifest with %s', async (_, manifest, words) => {
  const error = await failure({ manifest });
  expect(error.code).toBe('bad-manifest');
  expect(error.message).toContain(words);
});

test.each([
  ['no JSON', '{ "name": ', 'not valid JSON'],
  ['a list', '[]', 'expected object, received array'],
])('a manifest that is %s', async (_, text, words) => {
  const error = await failure({}, (path) => writeFileSync(path, text));
  expect(error.code).toBe('bad-manifest');
  expect(error.message).toContain(words);
});

test('a file that is missing', async () => {
  const error = await failure({ manifest: { encoder: { ...encoder, file: 'none.onnx' } } });
  expect(error.code).toBe('not-found');
  expect(error.where).toMatch(/none\.onnx$/);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'other latents',
    { latent: { size: 8, prior: 'normal' } },
    '"mu" is not of the sizes that the manifest says (expected [N,8], found [batch,5])',
  ],
  ['the other layout', { image: { ...image, layout: 'NHWC' } }, 'expected [N,6,4,3], found [batch,3,6,4]'],
  ['height and width swapped', { image: { ...image, height: 4, width: 6 } }, 'expected [N,3,4,6], found [batch,3,6,4]'],
  [
    'an output that is not there',
    { encoder: { file: 'e.onnx', mean: 'mean' } },
    'the graph has no such output (expected "mean", found mu, spread)',
  ],
  ['no word on which output', { encoder: { file: 'e.onnx' } }, 'name it in the manifest as "encoder.mean"'],
  ['an input that is not there', { decoder: { file: 'd.onnx', input: 'code' } }, 'correct "decoder.input"'],
])('a manifest with %s', async (_, manifest, words) => {
  const error = await failure({ manifest });
  expect(error.code).toBe('bad-graph');
  expect(error.message).toContain(words);
});

const { FLOAT } = TensorProto_DataType;
const pair = { layout: 'NCHW', spread: 'log_variance', deep: true } as const;
const changed = (bytes: Uint8Array, change: (model: ModelProto) => void): Uint8Array => {
  const model = fromBinary(ModelProtoSchema, bytes);
  change(model);
  return toBinary(ModelProtoSchema, model);
};
const encoderWith = (change: (model: ModelProto) => void): Files => ({
  encoder: changed(foreignEncoder(pair), change),
});
const reads = (...dims: (string | number)[]) =>
  encoderWith(({ graph: of }) => {
    of!.input[0] = changedPort(dims);
  });
const changedPort = (dims: (string | number)[]) =>
  fromBinary(ModelProtoSchema, graph([], [], [port('image', FLOAT, dims)], [])).graph!.input[0]!;

test.each<[string, Files, string]>([
  ['bytes of something else', { encoder: new Uint8Array(100).fill(7) }, 'not an ONNX graph'],
  ['half a file', { encoder: foreignEncoder(pair).subarray(0, 900) }, 'not an ONNX graph'],
  ['an open height', reads('batch', 3, 'height', 4), '"image": only the batch may be of an open size'],
  ['a batch of one', reads(1, 3, 6, 4), '"image": the size of the batch must be open'],
  [
    'an operator set of the future',
    encoderWith((model) => (model.opsetImport[0]!.version = 99n)),
    'expected 11 to 26, found 99',
  ],
  [
    'an operator set of the past',
    encoderWith((model) => (model.opsetImport[0]!.version = 9n)),
    'expected 11 to 26, found 9',
  ],
  ['no operator set', encoderWith((model) => (model.opsetImport = [])), 'expected 11 to 26, found 0'],
  [
    'a file format of the future',
    encoderWith((model) => (model.irVersion = 14n)),
    'expected IR version 13 or older, found 14',
  ],
  [
    'weights in another file',
    encoderWith(({ graph: of }) => {
      const weights = of!.initializer[1]!;
      weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
      weights.floatData = [];
      weights.externalData = [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'e.onnx.data' }];
    }),
    'the weights lie outside the file (found "mean.flat" in e.onnx.data)',
  ],
  [
    'operators that no standard has',
    encoderWith(({ graph: of }) => {
      of!.node.push(create(NodeProtoSchema, { opType: 'Mystery', input: ['mu'], output: ['m'] }));
    }),
    'e.onnx',
  ],
  [
    'operators of a set that is not here',
    encoderWith((model) => {
      model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'my.own', version: 1n }));
      model.graph!.node[1]!.domain = 'my.own';
    }),
    'e.onnx',
  ],
  [
    'two inputs',
    encoderWith(({ graph: of }) => {
      of!.input.push({ ...changedPort(['batch', 2]), name: 'label' });
    }),
    'found image, label',
  ],
])('a graph that is %s', async (_, files, words) => {
  const error = await failure(files);
  expect(error.code).toBe('bad-graph');
  expect(error.message).toContain(words);
});

/** [N,3,6,4] -> `mu`, by one operator behind a sum that gives [N,5]. */
const odd = (nodes: Parameters<typeof graph>[0], shape: (string | number)[] = ['batch', 5]) => ({
  encoder: graph(
    [
      { opType: 'Reshape', input: ['image', 'flat'], output: ['row'] },
      { opType: 'MatMul', input: ['row', 'w'], output: ['five'] },
      ...nodes,
    ],
    [
      integers('flat', [-1, size]),
      floats(
        'w',
        [size, 5],
        Array.from({ length: size * 5 }, (_, i) => Math.sin(i)),
      ),
    ],
    [port('image', FLOAT, ['batch', 3, 6, 4])],
    [port('mu', FLOAT, shape)],
  ),
  manifest: { encoder: { file: 'e.onnx' } },
});

test.each<[string, Files, string]>([
  [
    'a batch as a whole',
    odd([{ opType: 'Softmax', input: ['five'], output: ['mu'], attribute: [axis(0)] }]),
    'depends on the others',
  ],
  [
    'chance',
    odd([
      { opType: 'RandomNormalLike', input: ['five'], output: ['noise'] },
      { opType: 'Add', input: ['five', 'noise'], output: ['mu'] },
    ]),
    'model.eval()',
  ],
  [
    'a logarithm of numbers below 0',
    odd([{ opType: 'Log', input: ['five'], output: ['mu'] }]),
    '"mu" holds what is no number',
  ],
  [
    'codes of a size that shows only when it runs',
    odd([{ opType: 'Concat', input: ['five', 'five'], output: ['mu'], attribute: [axis(1)] }], ['batch', 'codes']),
    'expected [N,5], found',
  ],
])('a graph that gives %s', async (_, files, words) => {
  const error = await failure(files);
  expect(error.code).toBe('bad-graph');
  expect(error.message).toContain(words);
});

function axis(value: number) {
  return { name: 'axis', type: 2, i: BigInt(value) };
}

test('a batch that a reshape fixes is told when it runs', async () => {
  const fixed = encoderWith(({ graph: of }) => {
    of!.initializer[0]!.int64Data = [1n, BigInt(size)];
  });
  const error = await failure(fixed);
  expect(error.message).toContain('the graph does not run on a batch of 8');
  expect(error.message).toContain('dynamic_axes');
});

test('a decoder in the other layout', async () => {
  const decoder = foreignDecoder({ layout: 'NHWC', deep: true }, 'Tanh');
  expect((await failure({ decoder })).message).toContain('"out" is not of the sizes');
});

test('of 200 damaged files each is taken or refused in one line', async () => {
  const random = createRandom(1).split('damage');
  const at = join(folder, 'damaged');
  const path = writeForeign(at);
  const refused = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const file = join(at, ['manifest.json', 'e.onnx', 'd.onnx'][i % 3]!);
    const whole = readFileSync(file);
    const bytes = Uint8Array.from(whole);
    // the beginning is where operators and names lie
    for (let k = 0; k < 3; k++) bytes[random.integer(0, Math.min(bytes.length, 600) - 1)] = random.integer(0, 255);
    writeFileSync(file, i % 7 === 0 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes);
    await checkImport(path, 'none', options).catch((error: unknown) => {
      expect(error).toBeInstanceOf(AlixError);
      expect((error as AlixError).message).not.toMatch(/\n/);
      refused.add((error as AlixError).code);
    });
    writeFileSync(file, whole);
  }
  expect(refused).toContain('bad-graph');
  expect(refused).toContain('bad-manifest');
  await checkImport(path, 'none', options);
});
