/** A network on TensorFlow and its export agree, with every weight, scale, shift and running statistic at random values. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportBundle } from '@alix/export';
import { loadModel } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { design, type PartialConfig, resolveConfig } from '@alix/train';
import type { NamedArray } from '@alix/train/tensorflow/variables';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alix-parity-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const N = 12;

/** One export: what is trained, the graphs that it must have, and what its model.json must say. */
interface Case {
  readonly objective: string;
  readonly architecture: string;
  readonly options?: Record<string, number | string>;
  readonly graphs: string;
  readonly version?: 1 | 2;
}

const cases: readonly Case[] = [
  { objective: 'dali', architecture: 'aim-mnist', graphs: 'encoder decoder critic features' },
  { objective: 'dali', architecture: 'small-28', graphs: 'encoder decoder critic features' },
  { objective: 'ali', architecture: 'small-28-joint', graphs: 'encoder decoder critic features' },
  { objective: 'gan', architecture: 'small-28', graphs: 'decoder critic', version: 2 },
  { objective: 'dali', architecture: 'aim-grid', graphs: 'encoder decoder critic features', version: 2 },
  // reads noise: its codes are those of no noise
  { objective: 'ali', architecture: 'ali-grid', graphs: 'encoder decoder critic features', version: 2 },
];

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

/** uint8 images, or points, at random. */
function examplesOf({ kind, shape }: { readonly kind: string; readonly shape: readonly number[] }) {
  const count = shape.reduce((product, n) => product * n, N);
  const random = createRandom('examples');
  return kind === 'points' ? random.normal(count) : Uint8Array.from(random.uniform(count), (u) => Math.floor(256 * u));
}

const load = (path: string) => loadModel(path, { device: 'cpu' });
const training = {
  ...{ recipe: 'test', alixVersion: '0', seed: 1, steps: 0, epochs: 0, batch: 1, data: 'none' },
  config: {},
};

describeWithTensorflow('parity of trained networks and their export', () => {
  it.each(cases)(
    '$objective on $architecture',
    async ({ objective, architecture, options = {}, graphs, version = 1 }) => {
      const { System } = await import('@alix/train/system');
      const { forwardOf, headsOf } = await import('@alix/train/trained');
      const layer: PartialConfig = { objective: { name: objective }, architecture: { name: architecture, options } };
      const config = resolveConfig([{ from: 'test', config: layer }]);
      const weights = randomised(config);
      const system = new System(config, weights);
      const { architecture: spec, chains, objective: definition } = system.design;
      const model = {
        ...{ name: architecture, system: objective, dataset: 'noise', licence: 'none', architecture: spec },
        ...{ weights, training, examples: examplesOf(spec.data), trained: forwardOf(system) },
        chains: { ...chains, ...headsOf(system.design) },
        ...(definition.maskFill === undefined ? {} : { maskFill: (definition.maskFill + 1) / 2 }),
      };
      const { parity, bundle, omitted } = await exportBundle(model, join(folder, `${objective}-${architecture}`), {
        load,
      });
      expect(Object.keys(parity.graphs).sort()).toEqual(graphs.split(' ').sort());
      expect(omitted).toEqual({});
      expect(bundle.formatVersion).toBe(version);
      for (const difference of Object.values(parity.graphs)) expect(difference).toBeLessThan(1e-4);

      // one running variance forgotten, or one shift where there is no batch norm, and the check must see it
      const decoder = chains.decoder[0] as string;
      const last = decoder ? `${decoder}.` : '';
      const names = [...weights.keys()].filter((name) => name.startsWith(last));
      const first = names.find((name) => name.endsWith('running_variance')) ?? (names.at(-1) as string);
      const before = weights.get(first) as NamedArray;
      const wrong = new Map([...weights, [first, { ...before, data: before.data.map(() => 1) }]]);
      await expect(exportBundle({ ...model, weights: wrong }, join(folder, 'wrong'), { load })).rejects.toThrow(
        /differ/,
      );
      system.dispose();
    },
  );
});
