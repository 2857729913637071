/** Bundles of several precisions: their files, what model.json tells of each, and models that a precision breaks. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, type Precision } from '@alix/infer';
import { type Bundle, parseBundle } from '@alix/infer/bundle';
import { goldenOf } from '@alix/infer/precision';
import { afterAll, describe, expect, it } from 'vitest';
import { precisionModel, writePrecisionBundle } from '../../fixtures/precision-bundle.js';

const root = mkdtempSync(join(tmpdir(), 'alix-precision-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const graphs = ['encoder', 'decoder', 'refine', 'features'];
const all: readonly Precision[] = ['float32', 'float16', 'int8'];
const numbersOf = (text = '') => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
const imagesOf = ({ golden }: Bundle) => new Uint8Array(Buffer.from(golden.image ?? '', 'base64'));
const load = (folder: string, precision?: Precision) => loadModel(folder, { device: 'cpu', threads: 1, precision });

const mostApart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce(
    (most, x, i) => Math.max(most, Math.abs(x - (b[i] ?? Number.NaN))),
    a.length === b.length ? 0 : 9,
  );

describe('float32 with float16 and int8 beside it', async () => {
  const folder = join(root, 'all');
  const { bundle, parity } = await writePrecisionBundle(folder, all);

  it('has a file of each graph in each, smaller and smaller, and model.json of version 3', () => {
    const names = graphs.flatMap((graph) => ['', '.float16', '.int8'].map((of) => `${graph}${of}.onnx`));
    expect(readdirSync(folder).sort()).toEqual([...names, 'model.json'].sort());
    expect(parseBundle(readFileSync(join(folder, 'model.json'), 'utf8'), folder)).toEqual(bundle);
    expect([bundle.formatVersion, bundle.precision, bundle.drift]).toEqual([3, 'float32', undefined]);
    const bytes = (file: string) => bundle.files[file]?.bytes ?? Number.NaN;
    for (const graph of graphs) {
      const own = bytes(`${graph}.onnx`);
      expect(bytes(`${graph}.float16.onnx`)).toBeLessThan(0.7 * own);
      expect(bytes(`${graph}.int8.onnx`)).toBeLessThan(0.55 * own);
      expect(bundle.variants?.int8?.drift?.graphs[graph]?.ratio).toBe(bytes(`${graph}.int8.onnx`) / own);
    }
    expect(Object.keys(parity.graphs)).toEqual(graphs);
  });

  it('tells a drift that is what the graphs show', async () => {
    const n = 12;
    const images = precisionModel().examples;
    const [whole, small] = [await load(folder), await load(folder, 'int8')];
    expect([whole.precision, small.precision]).toEqual(['float32', 'int8']);
    const [before, after] = [await whole.run('encoder', images, n), await small.run('encoder', images, n)];
    const { encoder, decoder } = bundle.variants?.int8?.drift?.graphs ?? {};
    expect(encoder?.largest).toBeCloseTo(mostApart(before.mean!, after.mean!), 6);
    const same = { latent: before.mean! };
    const [a, b] = [await whole.run('decoder', same, n), await small.run('decoder', same, n)];
    expect(decoder?.largest).toBeCloseTo(mostApart(a.image!, b.image!), 6);
    // codes: the standard deviation of each of eight numbers over twelve images
    const variances = Array.from({ length: 8 }, (_, k) => {
      const column = Array.from({ length: n }, (_, i) => before.mean![8 * i + k]!);
      const mean = column.reduce((x, y) => x + y) / n;
      return column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    });
    expect(encoder?.deviation).toBeCloseTo(Math.sqrt(variances.reduce((x, y) => x + y) / 8), 6);
    // the error is that of reconstruction in this precision from end to end
    const mean = ({ mse }: { mse: Float32Array | Float64Array }) => Array.from(mse).reduce((x, y) => x + y, 0) / n;
    const batch = { data: images as Uint8Array, n };
    expect(bundle.variants?.int8?.drift?.mse?.own).toBeCloseTo(mean(await small.reconstruct(batch)), 6);
    expect(bundle.variants?.int8?.drift?.mse?.float32).toBeCloseTo(mean(await whole.reconstruct(batch)), 6);
    await whole.dispose();
    await small.dispose();
  });

  it.each(all)('has golden pairs that the graphs in %s meet', async (precision) => {
    const golden = goldenOf(bundle, precision);
    const model = await load(folder, precision);
    const { mean } = await model.run('encoder', imagesOf(bundle), golden.n);
    expect(mostApart(mean!, numbersOf(golden.mean))).toBeLessThan(golden.tolerance / 10);
    const { image } = await model.run('decoder', numbersOf(golden.mean), golden.n);
    expect(mostApart(image!, numbersOf(golden.decoded))).toBeLessThan(golden.tolerance / 10);
    await model.dispose();
    // int8 is too far off for float32's pairs to prove anything
    if (precision === 'int8')
      expect(mostApart(mean!, numbersOf(bundle.golden.mean))).toBeGreaterThan(bundle.golden.tolerance);
  });
});

describe('other choices', () => {
  it('the first is the own precision, whose files have plain names', async () => {
    const folder = join(root, 'int8');
    const { bundle } = await writePrecisionBundle(folder, ['int8', 'float32']);
    expect([bundle.precision, bundle.formatVersion]).toEqual(['int8', 3]);
    expect(bundle.variants?.float32).toHaveProperty('golden.mean');
    expect(bundle.drift?.graphs.encoder?.ratio).toBeLessThan(0.5);
    const sizes = ['encoder.onnx', 'encoder.float32.onnx'].map((file) => bundle.files[file]!.bytes);
    expect(sizes[0]).toBeLessThan(sizes[1]!);
    const model = await load(folder);
    expect(model.precision).toBe('int8');
    const { mean } = await model.run('encoder', imagesOf(bundle), bundle.golden.n);
    expect(mostApart(mean!, numbersOf(bundle.golden.mean))).toBeLessThan(1e-4);
    await model.dispose();
  });

  it('one that is not float32 leaves no float32 behind', async () => {
    const folder = join(root, 'half');
    const { bundle } = await writePrecisionBundle(folder, ['float16']);
    expect(readdirSync(folder).sort()).toEqual([...graphs.map((graph) => `${graph}.onnx`), 'model.json'].sort());
    expect(Object.keys(bundle.files).sort()).toEqual(graphs.map((graph) => `${graph}.onnx`).sort());
    expect(bundle).not.toHaveProperty('variants');
    await expect(load(folder, 'float32')).rejects.toMatchObject({ code: 'no-precision', found: 'float16' });
  });

  it('drift is measured on the data among the examples alone', async () => {
    const { bundle } = await writePrecisionBundle(join(root, 'five'), ['float16'], {
      ...precisionModel(),
      dataCount: 5,
    });
    expect([bundle.drift?.n, bundle.parity.n]).toEqual([5, 12]);
  });

  it.each([[[]], [['int8', 'int8']], [['int4']]])('refuses %j', async (precisions) => {
    const writing = writePrecisionBundle(join(root, 'none'), precisions as Precision[]);
    await expect(writing).rejects.toMatchObject({ code: 'bad-option' });
  });
});

describe('a model that a precision breaks', () => {
  /** One weight of each code is huge, but reads a unit that is off; the others are what matters. */
  const withOutlier = (value: number) => {
    const weights = new Map(precisionModel().weights);
    const change = (pattern: RegExp, with_: (w: number, i: number) => number) => {
      const [name, weight] = [...weights].find(([key]) => pattern.test(key))!;
      weights.set(name, { ...weight, data: weight.data.map(with_) });
    };
    change(/^E\.trunk\..*\.weight$/, (w, i) => (i % 60 === 0 ? 0 : w));
    change(/^E\.trunk\..*\.bias$/, (w, i) => (i === 0 ? 0 : w));
    change(/^E\.mean\..*\.weight$/, (w, i) => (i < 8 ? value : w));
    return precisionModel(weights);
  };

  it('int8, where the channel of a code is spoilt by one weight that never counts', async () => {
    const folder = join(root, 'spoilt');
    await expect(writePrecisionBundle(folder, ['float32', 'int8'], withOutlier(5000))).rejects.toMatchObject({
      code: 'drift',
      what: 'the model breaks in int8',
      remedy: expect.stringContaining('leave int8 out'),
    });
    expect(existsSync(folder)).toBe(false);
    // float16 has an exponent for each weight
    const { bundle } = await writePrecisionBundle(folder, ['float32', 'float16'], withOutlier(5000));
    expect(bundle.variants?.float16?.drift?.graphs.encoder?.mean).toBeLessThan(1e-3);
  });

  it('float16, where a weight is beyond its range', async () => {
    const folder = join(root, 'large');
    await expect(writePrecisionBundle(folder, ['float32', 'float16'], withOutlier(70000))).rejects.toMatchObject({
      code: 'not-exportable',
      found: '70000',
    });
    expect(existsSync(folder)).toBe(false);
  });
});
