/** A network on TensorFlow and its export agree, with every weight, scale, shift and running statistic at random values. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportBundle } from '@alix/export';
import { loadModel } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { design, resolveConfig } from '@alix/train';
import type { NamedArray } from '@alix/train/tensorflow/variables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-parity-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const N = 12;

/** Values of the size that training gives, none at its start: scales off 1, variances off 1, biases and means off 0. */
function randomised(config: ReturnType<typeof resolveConfig>): Map<string, NamedArray> {
  const random = createRandom('parity');
  const specs = [...design(config).networks.values()].flatMap(({ parameters }) => parameters);
  return new Map(
    specs.map(({ name, shape, role, fanIn }) => {
      const own = random.split(name);
      const n = shape.reduce((product, size) => product * size, 1);
      const normal = own.normal(n);
      const value = {
        weight: (v: number) => v / Math.sqrt(fanIn),
        bias: (v: number) => 0.3 * v,
        'output-bias': (v: number) => 0.3 * v,
        'singular-vector': (v: number) => v,
        scale: (v: number) => 1 + 0.4 * v,
        shift: (v: number) => 0.3 * v,
        'running-mean': (v: number) => 0.5 * v,
        'running-variance': (v: number) => 0.2 + v * v,
      }[role];
      return [name, { shape, data: normal.map(value) }];
    }),
  );
}

describeWithTensorflow('parity of trained networks and their export', () => {
  it.each([
    ['dali', 'aim-mnist'],
    ['dali', 'small-28'],
    ['ali', 'small-28-joint'],
  ])('%s on %s', async (objective, architecture) => {
    const { System } = await import('@alix/train/system');
    const { forwardOf } = await import('@alix/train/trained');
    const config = resolveConfig([
      { from: 'test', config: { objective: { name: objective }, architecture: { name: architecture } } },
    ]);
    const weights = randomised(config);
    const system = new System(config, weights);
    const { objective: definition, architecture: spec, preset } = system.design;
    expect(preset).toBeDefined();
    const examples = Uint8Array.from(createRandom('examples').uniform(N * 784), (u) => Math.floor(256 * u));
    const training = {
      recipe: 'test',
      alixVersion: '0',
      seed: 1,
      steps: 0,
      epochs: 0,
      batch: 1,
      data: 'none',
      config: {},
    };
    const model = {
      name: architecture,
      system: objective,
      dataset: 'noise',
      architecture: spec,
      chains: { encoder: definition.encoder, decoder: definition.decoder },
      weights,
      training,
      licence: 'none',
      examples,
      trained: forwardOf(system),
    };
    const load = async (path: string) => {
      const loaded = await loadModel(path, { device: 'cpu' });
      return {
        encode: (data: Uint8Array, n: number) => loaded.encode({ data, n }),
        decode: async (latent: Float32Array) => (await loaded.decode(latent)).image,
        dispose: () => loaded.dispose(),
      };
    };
    const { parity } = await exportBundle(model, join(folder, `${objective}-${architecture}`), { load });
    expect(parity.codes).toBeLessThan(1e-4);
    expect(parity.images).toBeLessThan(1e-4);

    // one running variance forgotten, and the check must see it
    const first = [...weights].find(([name]) => name.startsWith('G.') && name.endsWith('running_variance')) as [
      string,
      NamedArray,
    ];
    const wrong = new Map([...weights, [first[0], { ...first[1], data: first[1].data.map(() => 1) }]]);
    await expect(exportBundle({ ...model, weights: wrong }, join(folder, 'wrong'), { load })).rejects.toThrow(/differ/);
    system.dispose();
  });
});
