/** The mixtures beside the grid of 25. */
import { nineMeans } from '@alix/train/datasets/gaussian-nine';
import { ringMeans } from '@alix/train/datasets/gaussian-ring';
import { openDataset } from '@alix/train/datasets/index';
import { describe, expect, it } from 'vitest';

const open = (name: string, options = {}, split: 'train' | 'test' = 'train') =>
  openDataset(name, { split, seed: 1, options });

describe.each([
  ['gaussian-nine', nineMeans, 0.05],
  ['gaussian-ring', ringMeans(), 0.02],
] as const)('%s', (name, means, sigma) => {
  it('has its means, equally often, with its deviation', async () => {
    const n = 20_000;
    const data = await open(name, { train: n });
    expect(data).toMatchObject({ kind: 'points', shape: [2], count: n, classes: means.length });
    expect(data.options).toMatchObject({ sigma, train: n, test: 100_000 });
    const points = await data.batch(Uint32Array.from({ length: n }, (_, i) => i));
    const counts = new Float64Array(means.length);
    let squares = 0;
    data.labels?.forEach((label, i) => {
      counts[label]! += 1;
      const [x, y] = means[label] ?? [0, 0];
      squares += ((points[2 * i] as number) - x) ** 2 + ((points[2 * i + 1] as number) - y) ** 2;
    });
    const each = n / means.length;
    // 8 and 7 degrees of freedom, p = 0.001
    expect(counts.reduce((sum, count) => sum + (count - each) ** 2 / each, 0)).toBeLessThan(26.1);
    expect(Math.abs(squares / (2 * n) / sigma ** 2 - 1)).toBeLessThan(4 * Math.sqrt(1 / n));
    expect((await open(name, { test: n }, 'test')).fingerprint).not.toBe(data.fingerprint);
  });
});

describe('the means', () => {
  it('are {-2,0,2} squared, and eight on a circle, no two alike', async () => {
    expect(nineMeans).toHaveLength(9);
    expect(nineMeans).toEqual(
      expect.arrayContaining([
        [-2, -2],
        [0, 0],
        [2, -2],
      ]),
    );
    expect(ringMeans()).toHaveLength(8);
    expect(ringMeans()[2]?.[1]).toBe(2);
    for (const [x, y] of ringMeans()) expect(Math.hypot(x, y)).toBeCloseTo(2, 12);
    const next = ringMeans(5, 1).map(([x, y], k, all) =>
      Math.hypot(x - (all[(k + 1) % 5]?.[0] ?? 0), y - (all[(k + 1) % 5]?.[1] ?? 0)),
    );
    for (const distance of next) expect(distance).toBeCloseTo(2 * Math.sin(Math.PI / 5), 12);
    expect((await open('gaussian-ring', { modes: 5, train: 10 })).classes).toBe(5);
    await expect(open('gaussian-ring', { modes: 0 })).rejects.toThrow(/1 to 256 modes/);
    await expect(open('gaussian-ring', { radius: 0 })).rejects.toMatchObject({ code: 'bad-option' });
    await expect(open('gaussian-nine', { modes: 8 })).rejects.toThrow(/unknown option/);
  });
});
