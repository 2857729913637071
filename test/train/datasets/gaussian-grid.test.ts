import { gridMeans } from '@alix/train/datasets/gaussian-grid';
import { openDataset } from '@alix/train/datasets/index';
import { describe, expect, it } from 'vitest';

const open = (split: 'train' | 'test', options = {}, seed = 1) =>
  openDataset('gaussian-grid', { split, seed, options });
const everything = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

describe('gaussian-grid', () => {
  it('has 25 means, 100,000 points per split, drawn once', async () => {
    expect(gridMeans).toHaveLength(25);
    expect(new Set(gridMeans.map(String)).size).toBe(25);
    const set = await open('train');
    expect(set).toMatchObject({ kind: 'points', shape: [2], count: 100_000, classes: 25 });
    expect((await open('train')).fingerprint).toBe(set.fingerprint);
    expect((await open('test')).fingerprint).not.toBe(set.fingerprint);
    expect((await open('train', {}, 2)).fingerprint).not.toBe(set.fingerprint);
  });

  it('gives the points it always gave', async () => {
    const set = await open('train', { train: 1000 });
    expect(set.fingerprint).toBe('e928f9ab7daf28d0f7502752f4960b4556e8cf205d34b2b9e5cd8584eee62a7d');
  });

  it('is the mixture it says: equal weights, sigma 0.05, and 1 - exp(-4.5) within three sigma', async () => {
    const set = await open('test');
    const points = await set.batch(everything(100_000));
    const counts = new Float64Array(25);
    let [squares, near, cross] = [0, 0, 0];
    set.labels?.forEach((label, i) => {
      counts[label]! += 1;
      const [x, y] = gridMeans[label] ?? [0, 0];
      const [dx, dy] = [(points[2 * i] as number) - x, (points[2 * i + 1] as number) - y];
      squares += dx * dx + dy * dy;
      cross += dx * dy;
      if (Math.hypot(dx, dy) <= 0.15) near++;
    });
    expect(counts.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0)).toBeLessThan(51.18); // 24 d.f., p = 0.001
    expect(Math.abs(squares / 200_000 / 0.0025 - 1)).toBeLessThan(4 * Math.sqrt(2 / 200_000));
    expect(Math.abs(cross / 100_000 / 0.0025)).toBeLessThan(4 / Math.sqrt(100_000));
    const within = 1 - Math.exp(-4.5);
    expect(Math.abs(near / 100_000 - within)).toBeLessThan(4 * Math.sqrt((within * (1 - within)) / 100_000));
  });

  it('takes sigma and counts, and refuses what makes no sense', async () => {
    const exact = await open('train', { sigma: 0, train: 100 });
    const points = await exact.batch(everything(100));
    exact.labels?.forEach((label, i) => {
      expect([points[2 * i], points[2 * i + 1]]).toEqual(gridMeans[label]);
    });
    await expect(open('train', { sigma: -1 })).rejects.toThrow(/sigma of at least 0/);
    await expect(open('test', { test: 0 })).rejects.toThrow(/at least 1 point/);
  });
});
