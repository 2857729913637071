/**
 * alix's side of the peers' check: some steps whose weights, data and noise are written down for the peer to repeat. A folder
 * with manifest.json and numbers.f32, float32 little-endian: parameters network by network in PyTorch's layout, the data, and
 * each draw of normal noise in order. One JSON line with the losses.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { NodeBackend } from '@alix/train/tensorflow/load';
import * as tf from '@tensorflow/tfjs-core';
import { caseOf } from './training/cases.js';
import { permuted, torchParameters } from './training/layout.js';
import { ALL_KEPT, kept } from './training/noise.js';
import { stepper } from './training/stepper.js';

/** Large masks for dropout are TensorFlow's own draws: ones in their place keep everything, as `kept` does with small ones. */
function nothingDropped(backend: NodeBackend): void {
  const execute = backend.executeSingleOutput.bind(backend);
  backend.executeSingleOutput = (name, attributes, inputs) => {
    if (name === 'StatelessRandomNormal') throw new Error('normal noise that TensorFlow draws cannot be replayed');
    if (name !== 'StatelessRandomUniform') return execute(name, attributes, inputs);
    return tf.fill([...(inputs[0] as tf.Tensor).dataSync()], ALL_KEPT);
  };
}

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'mnist' },
    steps: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string', default: '' },
  },
});
const steps = Number(values.steps);
const draws: Float32Array[] = [];
const { system, config, data, oneStep } = await stepper(caseOf(values.case), {
  threads: Number(values.threads),
  noise: (random) => kept(random, draws),
  onBackend: nothingDropped,
});
const { networks, architecture } = system.design;
const { shape } = architecture.data;
const parts = [...networks.values()].flatMap((network) =>
  torchParameters(network, (name) => system.store.get(name).data()),
);
const isImage = shape.length === 3;
const size = [config.batch, ...shape];
parts.push(isImage ? permuted(data, size, [0, 3, 1, 2]) : data);
const losses = Array.from({ length: steps }, oneStep);

mkdirSync(values.folder, { recursive: true });
const all = [...parts, ...draws];
const numbers = Buffer.concat(all.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
const manifest = {
  networks: [...networks.keys()],
  data: isImage ? [0, 3, 1, 2].map((axis) => size[axis]) : size,
  steps,
  entries: all.map(({ length }) => ({ count: length })),
};
writeFileSync(join(values.folder, 'numbers.f32'), numbers);
writeFileSync(join(values.folder, 'manifest.json'), JSON.stringify(manifest));
const parameters = Object.fromEntries([...networks].map(([name, { parameterCount }]) => [name, parameterCount]));
const { user, system: kernel } = process.cpuUsage();
console.log(
  JSON.stringify({
    what: 'alix',
    images_per_second: 0,
    cpu_seconds: (user + kernel) / 1e6,
    parameters,
    losses: losses.map(({ critic, actor }) => [critic, actor]),
  }),
);
