import { meanImage } from '@alix/train/datasets/dataset';
import { openDataset } from '@alix/train/datasets/index';
import { drawStrokes } from '@alix/train/datasets/strokes';
import { glyphs } from '@alix/train/datasets/strokes/glyphs';
import { render } from '@alix/train/datasets/strokes/render';
import { describe, expect, it } from 'vitest';

const SIZE = 784;
const open = (split: 'train' | 'test', count: number, seed = 1) =>
  openDataset('strokes', { split, seed, options: { [split]: count } });

describe('strokes', () => {
  it('draws the digits it always drew', async () => {
    // shipped models and their measures name these fingerprints
    const [train, test] = [await open('train', 50), await open('test', 20)];
    expect(train.fingerprint).toBe('c96c4e7f1f7aef5ed69bbded8876593afcf71a475b29ef37db312176119e7278');
    expect(test.fingerprint).toBe('354518a08241030a90d9566c265678fdd2019216b2a02976573a5472154d4da8');
    expect([...(train.labels ?? [])].slice(0, 12).join('')).toBe('742530812663');
    expect(train).toMatchObject({ name: 'strokes', kind: 'images', shape: [28, 28, 1], count: 50, classes: 10 });
  });

  it('draws image i from seed, split and i alone', () => {
    const [few, many] = [drawStrokes(3, 'train', 30), drawStrokes(3, 'train', 90)];
    expect(many.pixels.subarray(0, few.pixels.length)).toEqual(few.pixels);
    expect(many.labels.subarray(0, 30)).toEqual(few.labels);
    expect(drawStrokes(4, 'train', 30).pixels).not.toEqual(few.pixels);
  });

  it('draws every digit about equally often, no image twice, and none of the train split in the test split', () => {
    const sets = [drawStrokes(1, 'train', 4000), drawStrokes(1, 'test', 2000)];
    const counts = new Float64Array(10);
    for (const label of sets[0]?.labels ?? []) counts[label]! += 1;
    expect(counts.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0)).toBeLessThan(27.88); // 9 d.f., p = 0.001
    const seen = new Set<string>();
    for (const { pixels } of sets)
      for (let i = 0; i < pixels.length; i += SIZE)
        seen.add(Buffer.from(pixels.subarray(i, i + SIZE)).toString('base64'));
    expect(seen.size).toBe(6000);
  });

  it('is like MNIST: black edges, full ink, as much of it, and as much variety', async () => {
    const set = await open('train', 3000);
    const pixels = (await set.pixels?.(Uint32Array.from({ length: 3000 }, (_, i) => i))) ?? new Uint8Array();
    let edge = 0;
    for (let i = 0; i < pixels.length; i++) {
      const [x, y] = [i % 28, Math.floor(i / 28) % 28];
      if (x === 0 || y === 0 || x === 27 || y === 27) edge = Math.max(edge, pixels[i] as number);
    }
    expect(edge).toBe(0);
    for (let i = 0; i < pixels.length; i += SIZE) {
      const image = pixels.subarray(i, i + SIZE);
      expect(Math.max(...image)).toBeGreaterThan(200);
    }
    const mean = await meanImage(set);
    const ink = mean.reduce((sum, v) => sum + v, 0) / SIZE;
    const error = pixels.reduce((sum, v, i) => sum + (v / 255 - (mean[i % SIZE] as number)) ** 2, 0) / pixels.length;
    // MNIST: 0.1307 and 0.0673
    expect(Math.abs(ink - 0.1307)).toBeLessThan(0.02);
    expect(Math.abs(error - 0.0673)).toBeLessThan(0.01);
  });

  it('labels what it draws: the nearest train image has the label of the test image', () => {
    const [train, test] = [drawStrokes(1, 'train', 2000), drawStrokes(1, 'test', 200)];
    let right = 0;
    for (let i = 0; i < 200; i++) {
      let [best, label] = [Number.POSITIVE_INFINITY, -1];
      for (let j = 0; j < 2000; j++) {
        let sum = 0;
        for (let k = 0; k < SIZE && sum < best; k++)
          sum += ((test.pixels[i * SIZE + k] as number) - (train.pixels[j * SIZE + k] as number)) ** 2;
        if (sum < best) [best, label] = [sum, train.labels[j] as number];
      }
      if (label === test.labels[i]) right++;
    }
    // chance is 20; the same search on MNIST, 2,000 train images, is right 175 times
    expect(right).toBeGreaterThan(170);
  });

  it('renders ink of the area that geometry says', () => {
    const [radius, length] = [2.3, 9];
    const out = new Uint8Array(SIZE);
    render([Float64Array.of(9.3, 13.8, radius, 9.3 + length, 13.8, radius)], out);
    const area = out.reduce((sum, v) => sum + v / 255, 0);
    expect(Math.abs(area - (2 * radius * length + Math.PI * radius ** 2))).toBeLessThan(0.5);
    expect(out[13 * 28 + 14]).toBe(255);
  });

  it('has glyphs of pairs of numbers in their box', () => {
    expect(glyphs).toHaveLength(10);
    for (const stroke of glyphs.flat().flatMap((glyph) => glyph.strokes)) {
      expect(stroke.length % 2).toBe(0);
      expect(stroke.length).toBeGreaterThanOrEqual(4);
      expect(stroke.every((v, i) => v >= 0 && v <= (i % 2 ? 10 : 7))).toBe(true);
    }
  });

  it('refuses numbers of images that are none', async () => {
    await expect(open('train', 0)).rejects.toThrow(/at least 1 \(found 0\)/);
    await expect(open('train', 1.5)).rejects.toThrow(/whole number/);
    await expect(openDataset('strokes', { split: 'train', seed: 1, options: { count: 5 } })).rejects.toThrow(
      /the options are: train, test/,
    );
  });
});
