/** What a classifier tells, and features of reconstructions: numbers by hand on the tiny bundle, whose graphs and network are sums. */
import {
  type Extractor,
  evalRecord,
  evalReport,
  evaluate,
  type Interval,
  imagesInMemory,
  makeGallery,
  meanInterval,
  measures,
  onnxExtractor,
  rowsOf,
  type Subject,
  shareInterval,
} from '@alix/eval';
import { loadModel, type Model, nodeRuntime, type Runtime } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noise } from '../../fixtures/evaluation.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { decodeByHand, encodeByHand, tiny, writeTinyBundle } from '../../fixtures/tiny-bundle.js';
import { extractorGraph, featuresByHand } from '../../fixtures/tiny-extractor.js';

const [n, samples, d, size, seed] = [60, 48, 3, 24, 5];
let model: Model;
let runtime: Runtime;
let network: Extractor;
beforeAll(async () => {
  model = await loadModel(writeTinyBundle(temporaryFolder()), { device: 'cpu' });
  runtime = await nodeRuntime({ device: 'cpu' });
  const bytes = extractorGraph({ shape: ['N', 6, 4, 1], size, d });
  network = await onnxExtractor(runtime, { bytes, sha256: 'ab'.repeat(32), where: 'net.onnx' }, model.image);
});
afterAll(async () => {
  await runtime.dispose?.();
  await model.dispose();
});

const pixels = noise(n * size);
const labels = Uint8Array.from({ length: n }, (_, i) => (i * i) % d);
const originals = Array.from({ length: n }, (_, i) => pixels.slice(i * size, (i + 1) * size));
const made = originals.map((image) => decodeByHand(tiny, encodeByHand(tiny, image).mean));
/** What the network gives for pixels in [0,1], which come rounded to uint8. */
const outputs = (images: readonly (readonly number[])[]) =>
  images.map((image) =>
    featuresByHand(
      image.map((value) => Math.round(255 * value) / 255),
      d,
    ),
  );
const ofReal = outputs(originals.map((image) => Array.from(image, (value) => value / 255)));
const ofMade = outputs(made);
const prior = createRandom(seed).normal(samples * tiny.latent);
const ofSamples = outputs(
  Array.from({ length: samples }, (_, i) => decodeByHand(tiny, prior.subarray(i * tiny.latent, (i + 1) * tiny.latent))),
);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const likeliest = (rows: readonly (readonly number[])[]) => rows.map((row) => row.indexOf(Math.max(...row)));

interface Given {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly order?: readonly number[];
  readonly labelled?: boolean;
  readonly classes?: number;
}

function subject({ options = {}, order, labelled = true, classes = d }: Given = {}): Subject {
  const rows = order ?? originals.map((_, i) => i);
  const data = Uint8Array.from(rows.flatMap((row) => Array.from(originals[row]!)));
  const own = Uint8Array.from(rows, (row) => labels[row]!);
  return {
    model,
    images: imagesInMemory(data, model.image, labelled ? { labels: own, classes } : {}),
    extractor: network,
    classifier: network,
    settings: { samples, seed, batch: 7, featureSample: 100, options },
  };
}

/** What results have, some of them this and some that. */
interface Found {
  readonly n: number;
  readonly d: number;
  readonly mean: number;
  readonly std: number;
  readonly value: number;
  readonly slope: number;
  readonly splits: number;
  readonly sorted: boolean;
  readonly difference: number;
  readonly byChance: number;
  readonly entropy: { readonly labels: number };
  readonly interval: Interval;
  readonly points: readonly { readonly n: number; readonly value: number }[];
  readonly classes: readonly (Pick<Found, 'n' | 'mean' | 'interval'> & { readonly label: number })[];
}

const measured = async (metrics: readonly string[], given?: Given) =>
  (await evaluate(subject(given), { metrics, partSize: 14 })).metrics as Record<string, Found>;

/** exp of the mean divergence of rows' softmax from its mean. */
function scoreByHand(rows: readonly (readonly number[])[]): number {
  const p = rows.map((row) => {
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
    return row.map((value) => Math.exp(value) / total);
  });
  const q = Array.from({ length: d }, (_, j) => mean(p.map((row) => row[j]!)));
  return Math.exp(mean(p.map((row) => row.reduce((sum, value, j) => sum + value * Math.log(value / q[j]!), 0))));
}

test('is: of samples and of the real images, whatever the order in one split; splits in order where they are not shuffled', async () => {
  const whole = await measured(['is'], { options: { 'is.splits': 1 } });
  expect(whole['samples.is']!).toMatchObject({ n: samples, splits: 1 });
  expect(whole['samples.is']!.mean).toBeCloseTo(scoreByHand(ofSamples), 4);
  expect(whole['images.is']!.mean).toBeCloseTo(scoreByHand(ofReal), 4);
  expect(whole['images.is']!.interval.method).toBe('delta');
  expect(whole['images.is']!.interval.low).toBeLessThan(whole['images.is']!.mean);
  const halves = await measured(['is'], { options: { 'is.splits': 2, 'is.shuffle': false } });
  expect(halves['images.is']!.mean).toBeCloseTo(mean([ofReal.slice(0, 30), ofReal.slice(30)].map(scoreByHand)), 4);
  // splits of 4 images have a score, and no interval
  const tenths = await measured(['is']);
  expect(tenths['samples.is']!.splits).toBe(10);
  expect(tenths['samples.is']!.interval).toBeUndefined();
  const shuffled = createRandom(seed).split('is').permutation(samples);
  const byHand = Array.from({ length: 10 }, (_, s) => {
    const part = shuffled.subarray(Math.floor((s * samples) / 10), Math.floor(((s + 1) * samples) / 10));
    return scoreByHand(Array.from(part, (row) => ofSamples[row]!));
  });
  expect(tenths['samples.is']!.mean).toBeCloseTo(mean(byHand), 4);
});

test('is: images that come by class are told, and shuffled unless that is switched off', async () => {
  const told = likeliest(ofReal);
  const order = told.map((_, i) => i).sort((a, b) => told[a]! - told[b]!);
  expect((await measured(['is'], { order }))['images.is']!.sorted).toBe(false);
  expect((await measured(['is'], { order, options: { 'is.shuffle': false } }))['images.is']!.sorted).toBe(true);
});

test('feature_mse: of each image over features, then over images', async () => {
  const errors = ofReal.map((row, i) => mean(row.map((value, j) => (value - ofMade[i]![j]!) ** 2)));
  const { feature_mse: found } = await measured(['feature_mse']);
  expect(found).toMatchObject({ n, d });
  expect(found!.mean / mean(errors)).toBeCloseTo(1, 4);
  expect(found!.std / Math.sqrt(mean(errors.map((value) => (value - mean(errors)) ** 2)))).toBeCloseTo(1, 4);
  expect(found!.interval.high / meanInterval(errors).high).toBeCloseTo(1, 4);
});

test('classes: errors, accuracy and shares, each by hand', async () => {
  const found = await measured(['classes']);
  const errors = originals.map((image, i) => mean(made[i]!.map((value, j) => (value - image[j]! / 255) ** 2)));
  const rowsOfClass = [0, 1, 2].map((label) => originals.flatMap((_, i) => (labels[i] === label ? [i] : [])));
  // squares leave no remainder of 2
  expect(rowsOfClass.map(({ length }) => length)).toEqual([20, 40, 0]);
  expect(found['classes.mse']!.classes).toHaveLength(2);
  for (const { label, n: count, mean: value, interval } of found['classes.mse']!.classes) {
    const own = rowsOfClass[label]!.map((i) => errors[i]!);
    expect(count).toBe(own.length);
    expect(value).toBeCloseTo(mean(own), 6);
    expect(interval.low).toBeCloseTo(meanInterval(own).low, 6);
  }
  const [real, back, fresh] = [ofReal, ofMade, ofSamples].map(likeliest);
  const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).filter((value, i) => value === b[i]).length;
  const shares = { real: equal(real!, labels), reconstructions: equal(back!, labels), kept: equal(back!, real!) };
  for (const [key, yes] of Object.entries(shares))
    expect(found['classes.accuracy']).toHaveProperty(key, { value: yes / n, n, interval: shareInterval(yes, n) });
  expect(new Set(Object.values(shares)).size).toBe(3);
  expect(found['classes.accuracy']!.classes[1]).toEqual({
    label: 1,
    n: 40,
    real: rowsOfClass[1]!.filter((i) => real![i] === 1).length / 40,
    reconstructions: rowsOfClass[1]!.filter((i) => back![i] === 1).length / 40,
  });
  const share = (all: readonly number[], label: number) => all.filter((one) => one === label).length / all.length;
  const table = [0, 1, 2].map((label) => ({
    label,
    labels: share(Array.from(labels), label),
    predicted: share(real!, label),
    samples: share(fresh!, label),
  }));
  const { difference, byChance, entropy, ...rest } = found['classes.shares']!;
  expect(rest).toEqual({ n: { real: n, fake: samples }, classes: table });
  expect(difference).toBeCloseTo(mean(table.map((row) => Math.abs(row.labels - row.samples))) * 1.5, 12);
  expect(entropy.labels).toBeCloseTo(Math.log(3) - (2 / 3) * Math.log(2), 12);
  // two classes: half of twice E|N(0, 2/9 (1/60 + 1/48))|
  expect(byChance).toBeCloseTo(Math.sqrt((2 / Math.PI) * (2 / 9) * (1 / n + 1 / samples)), 12);
});

test('fdinf: the value at 0 of the line through its distances, of which the last is the one of all samples', async () => {
  const found = await measured(['fd', 'fdinf'], { options: { 'fdinf.points': 4 } });
  const { points, value, slope, interval } = found['samples.fdinf']!;
  expect(points.map((point) => point.n)).toEqual([6, 20, 34, 48]);
  expect(points[3]!.value / found['samples.fd']!.value).toBeCloseTo(1, 9);
  // what is left over is orthogonal to 1 and to 1/n
  const left = points.map((point) => point.value - value - slope / point.n);
  const scale = Math.abs(slope);
  expect(Math.abs(mean(left)) / scale).toBeLessThan(1e-12);
  expect(Math.abs(mean(left.map((one, i) => one / points[i]!.n))) / scale).toBeLessThan(1e-12);
  expect(interval.low).toBeLessThan(value);
  const without = await measured(['fdinf'], { options: { 'fdinf.groups': 0 } });
  expect(without['samples.fdinf']!.interval).toBeUndefined();
});

test('what is asked for and cannot be had', async () => {
  const of = (name: string, given: Partial<Subject>, how?: Given) =>
    evaluate({ ...subject(how), ...given }, { metrics: [name] });
  await expect(of('is', { classifier: undefined })).rejects.toThrow(/name a --classifier/);
  await expect(of('feature_mse', { extractor: undefined })).rejects.toThrow(/name an --extractor/);
  await expect(of('fdinf', { extractor: undefined })).rejects.toThrow(/name an --extractor/);
  await expect(of('classes', {}, { labelled: false })).rejects.toThrow(/the images have none/);
  await expect(of('classes', {}, { classes: 4 })).rejects.toThrow(
    /classes are not those of the data \(expected 4, found 3\)/,
  );
  // without a classifier there is what needs none
  const { metrics } = await of('classes', { classifier: undefined });
  expect(Object.keys(metrics)).toEqual(['classes.mse']);
});

test('all that can be had: names with the network, rows and figures of the report; fdinf only by name', async () => {
  const all = subject();
  const evaluation = await evaluate(all);
  const record = evalRecord(all, evaluation, { alixVersion: '0', created: '2026-01-01T00:00:00Z' });
  expect(Object.keys(record.metrics)).not.toContain('samples.fdinf');
  expect(record.classifier?.score).toBe('IS(abababab:features)');
  const names = rowsOf(record).map(({ name }) => name);
  for (const name of [
    'IS(abababab:features)',
    'IS(abababab:features) of the real images',
    'feature MSE(abababab:features)',
    'accuracy(abababab:features) of the real images',
    'accuracy(abababab:features) of reconstructions',
    'class kept(abababab:features)',
    "class shares, difference from the data's",
    'entropy of class shares, nats',
  ])
    expect(names).toContain(name);
  const html = evalReport(record, await makeGallery(model, all.images, evaluation.errors, { seed }));
  for (const words of ['Errors by class', 'Told as their class', 'Classes of samples']) expect(html).toContain(words);
  expect(html).not.toContain('Inception Score<');
});

test('many classes: the figure shows those with the largest errors', () => {
  const { figures } = measures.find(({ name }) => name === 'classes')!;
  const many = Array.from({ length: 50 }, (_, label) => ({
    label,
    n: 1,
    mean: label % 7,
    std: 0,
    ...(label === 6 && { name: 'six <' }),
  }));
  const [drawn] = figures!({ 'classes.mse': { n: 50, classes: many } }, {});
  const text = `${drawn!.content}`;
  expect(text.match(/<tr><th scope="row">/g)).toHaveLength(40);
  expect(text).toContain('The 40 of 50 classes with the largest errors.');
  expect(text).toContain('<th scope="row">six &lt;</th>');
  // classes without any error are the first to go
  expect(text).not.toContain('<th scope="row">7</th>');
});
