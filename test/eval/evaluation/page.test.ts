/** report.html: what is in it, that no text becomes markup, and that it loads nothing. */
import {
  type CheckpointCurves,
  type EvalRecord,
  evalRecord,
  evalReport,
  evaluate,
  type Gallery,
  imagesInMemory,
  makeGallery,
  warningsOf,
} from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { loadsSomething } from '../../fixtures/self-contained.js';
import { decodeByHand, encodeByHand, tiny, tinyImages, writeTinyBundle } from '../../fixtures/tiny-bundle.js';

const [n, size] = [40, 24];
const hostile = '<img src=x onerror="alert(1)">&\'';
const pixels = tinyImages(tiny, n);
const labels = Uint8Array.from({ length: n }, (_, i) => i % 3);
const image = (i: number) => pixels.subarray(i * size, (i + 1) * size);
let model: Model;
let record: EvalRecord;
let gallery: Gallery;
beforeAll(async () => {
  const named = (json: Record<string, unknown>) => ({ ...json, name: hostile, dataset: 'mnist' });
  model = await loadModel(writeTinyBundle(temporaryFolder(), tiny, named), { device: 'cpu' });
  const images = imagesInMemory(pixels, tiny, { name: `data ${hostile}`, labels, classes: 3 });
  const subject = { model, images, settings: { samples: 10, seed: 0, batch: 16, featureSample: 10, options: {} } };
  const evaluation = await evaluate(subject, { metrics: ['mse', 'psnr', 'codes', 'pca'] });
  record = evalRecord(subject, evaluation, { alixVersion: '0', created: '2026-01-01T00:00:00Z' });
  gallery = await makeGallery(model, images, evaluation.errors, { seed: 0 });
});
afterAll(() => model.dispose());

const headings = (text: string) => [...text.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading);
const tag = (text: string, name: string) => text.match(new RegExp(`<${name}[ >]`, 'g')) ?? [];

describe('the page', () => {
  test('has a section for each group, the papers, and how it was measured; an image for each picture', () => {
    const page = evalReport(record, gallery);
    expect(headings(page)).toEqual([
      'Reconstructions',
      'Samples from the prior',
      'Codes',
      'Beside the papers',
      'How it was measured',
    ]);
    const [best, ways, holes, samples] = [3 * 16 * 2, 6 * 11, 8 * 3, 64];
    expect(tag(page, 'img')).toHaveLength(best + ways + holes + samples);
    expect(tag(page, 'svg')).toHaveLength(1);
    expect(loadsSomething(page)).toEqual([]);
    expect(warningsOf(record)).toEqual([]);
    expect(page).not.toContain('class="notice"');
  });

  test('shows no text as markup, and holds its numbers as JSON', () => {
    const page = evalReport(record, gallery);
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;');
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(record);
  });

  test("the papers' numbers stand beside ours, with what differs by number; a data set of no paper has no such section", () => {
    const page = evalReport(record, gallery);
    const { mean, std } = record.metrics.mse as { mean: number; std: number };
    expect(page).toContain(`${mean.toPrecision(4)} ± ${std.toPrecision(4)}`);
    expect(page).toMatch(/<strong>DALI<\/strong> <sup>1<\/sup>/);
    expect(page).toContain('0.026 ± 0.018');
    expect(tag(page, 'li').length).toBeGreaterThan(2);
    const other = evalReport({ ...record, model: { ...record.model, dataset: 'noise' } }, gallery);
    expect(headings(other)).not.toContain('Beside the papers');
  });

  test('curves over checkpoints, with bands where there are intervals', () => {
    const point = (step: number, value: number) => ({
      step,
      values: {
        mse: {
          value,
          interval: { low: value / 2, high: 2 * value, standardError: 1, confidence: 0.95, method: 'mean' } as never,
        },
      },
    });
    const curves: CheckpointCurves = { n: 7, points: [point(10, 0.4), point(20, 0.2)] };
    const page = evalReport({ ...record, curves }, gallery);
    expect(headings(page)).toContain('Over the run');
    expect(page).toContain('The first 7 images through 2 checkpoints');
    expect(page).toMatch(/<path class="band" d="M[^"]+Z"/);
    expect(page).toContain('MSE of reconstructions, 20: 0.2');
    expect(page).not.toContain('no more images than features');
    const extractor = { graph: 'a', output: 'b', preprocessing: 'c', d: 7, distance: 'FD(a:b)' };
    const few = evalReport({ ...record, extractor, curves: { ...curves, samples: 9 } }, gallery);
    expect(few).toContain('no more images than features');
  });

  test('conventions of several parts are told in words', () => {
    const conventions = { ...record.conventions, lpips: { graph: 'abc', inputs: ['a', 'b'] } };
    const page = evalReport({ ...record, conventions }, gallery);
    expect(page).toContain('graph abc; inputs a; b');
    expect(page).not.toContain('[object');
  });

  test('what keeps numbers from being trusted is on top', () => {
    const metrics = {
      ...record.metrics,
      'samples.fd': { fewSamples: true, value: 1, n: { real: 4, fake: 4 } },
      'samples.is': { sorted: true, mean: 2, n: 4 },
    };
    const accuracy = (value: number) => ({ 'classes.accuracy': { real: { value, n: 4 } } });
    expect(warningsOf({ ...record, metrics: accuracy(0.1) })).toEqual([expect.stringContaining('right about 10.0 %')]);
    expect(warningsOf({ ...record, metrics: accuracy(0.9) })).toEqual([]);
    const page = evalReport({ ...record, metrics, data: { ...record.data, notes: [`all are ${hostile}`] } }, gallery);
    const notices = [...page.matchAll(/class="notice" role="note">(.*?)</g)].map(([, text]) => text);
    expect(notices).toEqual([
      expect.stringContaining('no more images than features'),
      expect.stringContaining('sorted by class'),
      expect.stringMatching(/^All are &lt;img.*\.$/),
    ]);
    expect(page.indexOf('class="notice"')).toBeLessThan(page.indexOf('<h2>'));
  });
});

test('images of some classes alone are told', async () => {
  const sorted = imagesInMemory(pixels, tiny, { labels: labels.toSorted(), classes: 3 });
  const first = { ...sorted, n: 10 };
  const subject = {
    model,
    images: first,
    settings: { samples: 2, seed: 0, batch: 16, featureSample: 10, options: {} },
  };
  const made = evalRecord(subject, await evaluate(subject, { metrics: ['mse'] }), { alixVersion: '0', created: 'now' });
  expect(warningsOf(made)).toEqual([expect.stringContaining('The images are of 1 of the 3 classes alone')]);
});

test('pca: as many points as images, their labels with them, and shares of the variance of the codes by hand', () => {
  const {
    n: count,
    x,
    y,
    labels: classes,
    shares,
  } = record.metrics.pca as Record<'x' | 'y' | 'labels' | 'shares', number[]> & { n: number };
  const codes = Array.from({ length: n }, (_, i) => encodeByHand(tiny, image(i)).mean);
  const variance = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  };
  const total = [0, 1, 2].reduce((sum, j) => sum + variance(codes.map((code) => code[j]!)), 0);
  expect([count, x!.length, classes!.length]).toEqual([n, n, n]);
  expect(shares![0]).toBeCloseTo(variance(x!) / total, 3);
  expect(shares![1]).toBeCloseTo(variance(y!) / total, 3);
  // the images come by their hashes, each with its own class
  expect([0, 1, 2].map((label) => classes!.filter((value) => value === label).length)).toEqual([14, 13, 13]);
  const away = (i: number) =>
    Math.hypot(...codes[i]!.map((value, j) => value - codes.reduce((sum, code) => sum + code[j]!, 0) / n));
  const largest = Array.from({ length: n }, (_, i) => i).reduce((a, b) => (away(b) > away(a) ? b : a));
  const far = x!.map((value, i) => Math.hypot(value, y![i]!));
  expect(Math.max(...far)).toBeLessThanOrEqual(away(largest) * 1.001);
});

describe('the gallery', () => {
  test('ways begin and end with originals, and their first and last codes are theirs', () => {
    expect(gallery.interpolations).toHaveLength(6);
    const [first] = gallery.interpolations;
    expect(first!.images).toHaveLength(11);
    expect(first!.name).toBe('from image 0 to image 20');
    expect(Array.from(first!.images[0]!)).toEqual(Array.from(image(0)));
    expect(Array.from(first!.images[10]!)).toEqual(Array.from(image(20)));
    const decoded = decodeByHand(tiny, encodeByHand(tiny, image(20)).mean).map((value) => Math.round(255 * value));
    first!.images[9]!.forEach((value, j) => {
      expect(Math.abs(value - decoded[j]!)).toBeLessThanOrEqual(1);
    });
  });

  test('holes are in the middle, and all else is as it was', () => {
    expect(gallery.inpaintings).toHaveLength(8);
    for (const { hole, original, filled, caption } of gallery.inpaintings) {
      // 6x4: three rows from the second, two columns from the second
      expect(Array.from(hole)).toEqual('0000 0110 0110 0110 0000 0000'.replaceAll(' ', '').split('').map(Number));
      const error =
        [...original].reduce((sum, value, j) => sum + (hole[j] ? ((value - filled[j]!) / 255) ** 2 : 0), 0) / 6;
      expect(caption).toBe(error.toFixed(3));
      original.forEach((value, j) => {
        if (!hole[j]) expect(filled[j]).toBe(value);
      });
    }
  });

  test('two images are enough, and one has no way', async () => {
    const two = imagesInMemory(pixels.slice(0, 2 * size), tiny);
    const made = await makeGallery(model, two, Float64Array.of(0.1, 0.2), { seed: 0 });
    expect([made.interpolations.length, made.inpaintings.length, made.first.length]).toEqual([1, 2, 2]);
    const one = await makeGallery(model, { ...two, n: 1 }, Float64Array.of(0.1), { seed: 0 });
    expect([one.interpolations.length, one.inpaintings.length]).toEqual([0, 1]);
  });
});
