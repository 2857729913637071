/** Graphs that an enemy wrote, behind a model.json that is honest about their bytes: each is an error, and the process lives on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@alix/infer';
import { AttributeProto_AttributeType, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { body, encoder, type Graph, huge, op, scalar, type Weights } from '../fixtures/hostile-graphs.js';
import {
  cast,
  encoderGraph,
  fileEntry,
  floats,
  integer,
  integers,
  type Node,
  port,
  tiny,
  tinyImages,
  writeTinyBundle,
} from '../fixtures/tiny-bundle.js';

const { FLOAT, INT64, BOOL } = TensorProto_DataType;
const { GRAPH, TENSOR } = AttributeProto_AttributeType;
const root = temporaryFolder();
const images = { data: tinyImages(tiny, 2), n: 2 };
let count = 0;
function withEncoder(bytes: Uint8Array): string {
  const folder = writeTinyBundle(join(root, `${count++}`), tiny, (json) => ({
    ...json,
    files: { ...(json.files as object), 'encoder.onnx': fileEntry(bytes) },
  }));
  writeFileSync(join(folder, 'encoder.onnx'), bytes);
  return folder;
}

async function refusal(bytes: Uint8Array): Promise<{ code: string; message: string }> {
  const model = await loadModel(withEncoder(bytes), { device: 'cpu', threads: 1 });
  const error = await model.encode(images).then(
    () => ({ code: 'none', message: 'it ran' }),
    (reason: { code: string; message: string }) => reason,
  );
  // whatever the encoder did, the worker is there for the others
  expect((await model.sample(1, { seed: 1 })).n).toBe(1);
  await model.dispose();
  expect(error.message).toMatch(/^\S+encoder\.onnx: [^\n]*; [^\n]+$/);
  return error;
}

const branch = (g: Graph) => [
  { name: 'then_branch', type: GRAPH, g },
  { name: 'else_branch', type: GRAPH, g },
];
const plain: Graph = { name: 'g', node: [op('Identity', ['m'], 'o')], output: [port('o', FLOAT, ['N', 3])] };

test.each([
  [
    'a loop without an end',
    encoder([op('Loop', ['', 'yes', 'm'], 'mean', body([]))], [scalar('yes', BOOL, 1n)]),
    'Loop',
  ],
  [
    'a loop of 2^63 turns',
    encoder([op('Loop', ['many', '', 'm'], 'mean', body([]))], [scalar('many', INT64, 2n ** 63n - 1n)]),
    'Loop',
  ],
  [
    'a loop that collects until the memory is full',
    encoder(
      [
        op(
          'Loop',
          ['', 'yes', 'm'],
          ['mean', 'all'],
          body([op('Expand', ['one', 'size'], 'part')], [port('part', FLOAT, [1000000])]),
        ),
      ],
      [scalar('yes', BOOL, 1n), floats('one', [1], [1]), integers('size', [1000000])],
    ),
    'Loop',
  ],
  ['a branch', encoder([op('If', ['yes'], 'mean', branch(plain))], [scalar('yes', BOOL, 1n)]), 'If'],
])('%s is refused before it runs', async (_, bytes, found) => {
  expect(await refusal(bytes)).toMatchObject({ code: 'bad-graph', message: expect.stringContaining(`found ${found}`) });
});

/** A field of bytes in a protobuf message. */
const field = (number: number, content: Uint8Array) => {
  const head: number[] = [];
  for (let value of [number * 8 + 2, content.length]) {
    for (; value > 127; value = Math.floor(value / 128)) head.push((value % 128) + 128);
    head.push(value);
  }
  return Buffer.concat([Uint8Array.from(head), content]);
};

test('a model in parts is looked through as a whole; functions, other formats and cut files are refused', async () => {
  const healthy = encoderGraph(tiny);
  const loop = encoder([op('Loop', ['', 'yes', 'm'], 'mean', body([]))], [scalar('yes', BOOL, 1n)]);
  // of a field that comes twice, protobuf merges the messages
  expect((await refusal(Buffer.concat([healthy, loop]))).message).toContain('found Loop');
  expect((await refusal(Buffer.concat([healthy, field(25, new Uint8Array(0))]))).message).toContain('found functions');
  const ort = Buffer.concat([Uint8Array.from([0x0a, 0x06, 0, 0]), Buffer.from('ORTM'), healthy]);
  expect((await refusal(ort)).message).toContain('not an ONNX graph');
  for (const cut of [1, healthy.length >> 1, healthy.length - 1])
    expect((await refusal(healthy.subarray(0, cut))).message).toContain('not an ONNX graph');
});

const outside = (location: string) => ({
  dims: [3n],
  dataType: FLOAT,
  dataLocation: TensorProto_DataLocation.EXTERNAL,
  externalData: [
    { key: 'location', value: location },
    { key: 'length', value: '12' },
  ],
});

test.each(['weights.bin', '../weights.bin', 'ABSOLUTE', '/dev/zero'])(
  'weights from the file %s are refused',
  async (name) => {
    const file = join(root, 'weights.bin');
    writeFileSync(file, new Float32Array(3));
    const location = name === 'ABSOLUTE' ? file : name;
    const add = op('Add', ['m', 'more'], 'mean');
    const constant = op('Constant', [], 'more', [{ name: 'value', type: TENSOR, t: outside(location) }]);
    for (const bytes of [encoder([add], [{ name: 'more', ...outside(location) }]), encoder([constant, add])])
      expect(await refusal(bytes)).toMatchObject({ code: 'bad-graph', message: expect.stringContaining('refuses') });
  },
);

test.each([
  [
    'weights that are none',
    [op('Add', ['m', 'lie'], 'mean')],
    [{ name: 'lie', dims: [10n ** 9n], dataType: FLOAT, rawData: new Uint8Array(4) }],
  ],
  [
    'weights of negative size',
    [op('Add', ['m', 'lie'], 'mean')],
    [{ name: 'lie', dims: [-5n], dataType: FLOAT, rawData: new Uint8Array(4) }],
  ],
  ['an operator that nobody knows', [op('NoSuchOperator', ['m'], 'mean')], []],
  ['a circle', [op('Add', ['a', 'm'], 'b'), op('Add', ['b', 'm'], 'a'), op('Identity', ['a'], 'mean')], []],
  [
    'a division of whole numbers by 0',
    [cast('m', 'whole', INT64), op('Div', ['whole', 'zero'], 'q'), cast('q', 'mean', FLOAT)],
    [scalar('zero', INT64, 0n)],
  ],
] satisfies [string, Node[], Weights][])('%s', async (_, nodes, weights) => {
  expect((await refusal(encoder(nodes, weights))).code).toBe('bad-graph');
});

test.each([
  ['tensors that no machine has room for', [1e9, 1e9], 'no-memory'],
  ['tensors whose size is no number', [2 ** 32, 2 ** 32, 2], 'run-failed'],
])('%s', async (_, size, code) => {
  const error = await refusal(huge(size));
  expect(error).toMatchObject({ code });
  // of ONNX Runtime's message what happened, and not its own files and functions
  expect(error.message).not.toMatch(/onnxruntime_src|::/);
});

test('more rows than there are images', async () => {
  const twice = encoder([op('Concat', ['m', 'm'], 'mean', [integer('axis', 0)])]);
  expect(await refusal(twice)).toMatchObject({
    code: 'bad-graph',
    message: expect.stringContaining('found float32 [4,3]'),
  });
});

test('hundreds of calls at once, half of them to a graph that fails', async () => {
  const model = await loadModel(withEncoder(huge([1e9, 1e9])), { device: 'cpu', threads: 1 });
  const calls = Array.from({ length: 400 }, (_, i) => (i % 2 ? model.encode(images) : model.sample(1, { seed: i })));
  const results = await Promise.allSettled<unknown>(calls);
  expect(results.map(({ status }) => status)).toEqual(calls.map((_, i) => (i % 2 ? 'rejected' : 'fulfilled')));
  await model.dispose();
});

afterAll(() => expect(count).toBeGreaterThan(20));
