/** Bundles of models that version 1 cannot say: no encoder, points, classifiers; what model.json and its pairs hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportBundle, type Forward, type TrainedModel } from '@alix/export';
import { loadModel } from '@alix/infer';
import { parseBundle } from '@alix/infer/bundle';
import { type ArchitectureSpec, chain, fullyConnected, type NetworkSpec, reshape } from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { decoded, lossOf, slope } from './adjoint-support.js';
import { reference, type Tensor } from './reference.js';
import { imageArchitecture, randomWeights } from './support.js';

const root = temporaryFolder();
const shape = [3, 2, 1] as const;
const load = (folder: string) => loadModel(folder, { device: 'cpu', threads: 1 });
const numbersOf = (text: string | undefined) =>
  new Float32Array(new Uint8Array(Buffer.from(text ?? '', 'base64')).buffer);

/** A model whose trained networks are plain loops: what each graph is of. */
function modelOf(
  architecture: ArchitectureSpec,
  chains: Partial<TrainedModel['chains']>,
  passes: Record<string, (given: Record<string, Tensor>) => Record<string, Tensor>>,
  examples: Uint8Array | Float32Array,
): TrainedModel {
  const trained: Forward = {
    async run(graph, inputs, n) {
      const rows = Array.from({ length: n }, (_, i) => {
        const given = Object.entries(inputs).map(([name, all]) => {
          const size = all.length / n;
          const values = Float64Array.from(all.subarray(i * size, (i + 1) * size));
          const data = name === 'image' ? values.map((p) => p / 255) : values;
          const called = { latent: 'z', image: 'x', points: 'x' }[name] ?? name;
          return [called, { shape: name === 'image' ? shape : [size], data }];
        });
        return passes[graph]!(Object.fromEntries(given));
      });
      const names = Object.keys(rows[0]!);
      return Object.fromEntries(
        names.map((name) => [name, Float32Array.from(rows.flatMap((row) => [...row[name]!.data]))]),
      );
    },
  };
  return {
    ...{ name: 'kind', system: 'some', dataset: 'noise', licence: 'none', architecture, examples, trained },
    chains: { encoder: [], decoder: [], ...chains },
    weights: randomWeights(architecture.networks),
    training: { recipe: 'none', alixVersion: '0', seed: 1, steps: 0, epochs: 0, batch: 1, data: 'none', config: {} },
  };
}
const run = (architecture: ArchitectureSpec, name: string, given: Record<string, Tensor>) =>
  reference(name, architecture.networks[name] as NetworkSpec, randomWeights(architecture.networks), given);
const folderOf = (name: string) => join(root, name);

describe('a bundle of version 2', () => {
  it('of a model without an encoder holds draws from its prior and what they are decoded to', async () => {
    const networks = {
      G: chain('z', [4], 'x', [fullyConnected(6, 'tanh'), reshape(...shape)]),
      D: chain('x', shape, 'logit', [fullyConnected(2)]),
    };
    const images = imageArchitecture(shape, 4, networks, [-1, 1]);
    const architecture: ArchitectureSpec = { ...images, latent: { size: 4, prior: 'uniform' } };
    const unit = ({ shape: s, data }: Tensor) => ({ shape: s, data: data.map((v) => (v + 1) / 2) });
    const signed = ({ shape: s, data }: Tensor) => ({ shape: s, data: data.map((v) => 2 * v - 1) });
    const passes = {
      decoder: ({ z }: Record<string, Tensor>) => ({ image: unit(run(architecture, 'G', { z: z! }).x!) }),
      critic: ({ x }: Record<string, Tensor>) => ({ logit: run(architecture, 'D', { x: signed(x!) }).logit! }),
      refine({ z, target, weight }: Record<string, Tensor>) {
        const latent = Float32Array.from(z!.data);
        const example = { latent, target: Uint8Array.from(target!.data), weight: Float32Array.from(weight!.data) };
        const weights = randomWeights(networks);
        const loss = (code: Float64Array) => lossOf(decoded(architecture, ['G'], weights, code), example);
        const axis = (k: number) => Float64Array.from(latent, (_, i) => (i === k ? 1 : 0));
        const gradient = Float64Array.from(latent, (_, k) => slope(loss, latent, axis(k)));
        return {
          loss: { shape: [], data: Float64Array.of(loss(z!.data)) },
          gradient: { shape: [4], data: gradient },
        };
      },
    };
    const examples = Uint8Array.from({ length: 5 * 6 }, (_, i) => (i * 67) % 256);
    const model = modelOf(architecture, { decoder: ['G'], critic: ['D'] }, passes, examples);
    const { bundle, parity } = await exportBundle(model, folderOf('gan'), { load });
    expect(readdirSync(folderOf('gan')).sort()).toEqual(['critic.onnx', 'decoder.onnx', 'model.json', 'refine.onnx']);
    expect(parseBundle(readFileSync(join(folderOf('gan'), 'model.json'), 'utf8'), '')).toEqual(bundle);
    expect(bundle).toMatchObject({
      formatVersion: 2,
      latent: { size: 4, prior: 'uniform' },
      parameters: { G: 30, D: 14 },
    });
    expect(bundle).not.toHaveProperty('encoder');
    expect(Object.keys(parity.graphs)).toEqual(['decoder', 'refine', 'critic']);
    expect(parity.codes).toBe(parity.graphs.critic);
    const codes = numbersOf(bundle.golden.latent);
    expect(codes.length).toBe(16);
    expect(Math.max(...codes.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(new Set(codes).size).toBe(16);
    const second = { shape: [4], data: Float64Array.from(codes.subarray(4, 8)) };
    const wanted = unit(run(architecture, 'G', { z: second }).x!).data;
    numbersOf(bundle.golden.decoded)
      .subarray(6, 12)
      .forEach((v, i) => {
        expect(v).toBeCloseTo(wanted[i]!, 5);
      });
  });

  it('of points holds points', async () => {
    const networks = {
      E: chain('x', [2], 'mean', [fullyConnected(3, 'tanh'), fullyConnected(2)]),
      G: chain('z', [2], 'x', [fullyConnected(2)]),
    };
    const architecture: ArchitectureSpec = {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: 2, prior: 'normal' },
      networks,
    };
    const hidden = chain('x', [2], 'mean', [fullyConnected(3)]);
    const passes = {
      encoder: ({ x }: Record<string, Tensor>) => ({ mean: run(architecture, 'E', { x: x! }).mean! }),
      decoder: ({ z }: Record<string, Tensor>) => ({ points: run(architecture, 'G', { z: z! }).x! }),
      features({ x }: Record<string, Tensor>) {
        const before = reference('E', hidden, randomWeights(networks), { x: x! }).mean!;
        const data = [...before.data, ...run(architecture, 'E', { x: x! }).mean!.data];
        return { features: { shape: [5], data: Float64Array.from(data) } };
      },
    };
    const examples = Float32Array.from({ length: 6 }, (_, i) => 3 * Math.sin(5 * i));
    const model = modelOf(architecture, { encoder: ['E'], decoder: ['G'] }, passes, examples);
    const { bundle } = await exportBundle(model, folderOf('points'), { load });
    expect(bundle).toMatchObject({ formatVersion: 2, points: { size: 2 }, encoder: { deterministic: true } });
    expect(bundle).not.toHaveProperty('image');
    expect([...numbersOf(bundle.golden.points)]).toEqual([...examples]);
    expect(numbersOf(bundle.golden.mean).length).toBe(6);
    const bytes = Uint8Array.from(examples);
    await expect(exportBundle({ ...model, examples: bytes }, folderOf('bytes'), { load })).rejects.toMatchObject({
      code: 'bad-examples',
      expected: 'float32, a multiple of 2 numbers',
    });
    expect(existsSync(folderOf('bytes'))).toBe(false);
  });

  it('of a classifier holds its logits, and no codes', async () => {
    const networks = {
      M: chain('x', shape, 'features', [fullyConnected(4, 'relu')]),
      C: chain('features', [4], 'logit', [fullyConnected(3)]),
    };
    const architecture = imageArchitecture(shape, 1, networks);
    const features = (x: Tensor) => run(architecture, 'M', { x }).features!;
    const passes = {
      classifier: ({ x }: Record<string, Tensor>) => ({
        logit: run(architecture, 'C', { features: features(x!) }).logit!,
        features: features(x!),
      }),
    };
    const examples = Uint8Array.from({ length: 6 * 6 }, (_, i) => (i * 31) % 256);
    const model = modelOf(architecture, { classifier: ['M', 'C'] }, passes, examples);
    const { bundle, parity } = await exportBundle(model, folderOf('classifier'), { load });
    expect(Object.keys(bundle.files).sort()).toEqual(['classifier.onnx']);
    expect(bundle).toMatchObject({
      formatVersion: 4,
      within: { features: 'classifier' },
      parameters: { M: 28, C: 15 },
    });
    for (const key of ['latent', 'encoder']) expect(bundle).not.toHaveProperty(key);
    expect(parity).not.toHaveProperty('images');
    expect(numbersOf(bundle.golden.logit).length).toBe(4 * 3);
    expect(Buffer.from(bundle.golden.image!, 'base64')).toEqual(Buffer.from(examples.subarray(0, 24)));
    // those who may not pass their data on take later examples, of noise
    const { bundle: other } = await exportBundle({ ...model, goldenFrom: 3 }, folderOf('later'), { load });
    expect(other.golden.n).toBe(3);
    expect(Buffer.from(other.golden.image!, 'base64')).toEqual(Buffer.from(examples.subarray(18)));
    const [whole, later] = [bundle, other].map(({ golden }) => [...numbersOf(golden.logit)]);
    // the fourth of the six is the last of the first four
    expect(later!.slice(0, 3)).toEqual(whole!.slice(9));
  });
});
