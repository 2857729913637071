/** AIM Table 4's networks at other sizes: the table's own at 64, and shapes that fit at all sizes that are offered. */
import { squareSizes } from '@alix/train/architectures/aim-square';
import { describe, expect, it } from 'vitest';
import { countsOf, networksOf, outputsOf, specOf } from './support.js';

describe('aim-square', () => {
  it("is Table 4's at 64 and width 1, parameter for parameter", () => {
    expect(countsOf('aim-square', { width: 1 })).toEqual({
      E: 13_217_408,
      G: 12_070_531,
      F: 11_021_696,
      D: 16_385,
    });
    const layers = (name: string, options: Readonly<Record<string, number>>) =>
      Object.values(networksOf(name, options)).map(({ blocks }) =>
        blocks.flatMap((block) => block.layers.map(({ kind, args, output }) => ({ kind, args, output }))),
      );
    expect(layers('aim-square', { width: 1 })).toEqual(layers('aim-celeba', {}));
  });

  it('offers sizes that are 4 to 7 times a power of two', () => {
    expect(squareSizes.slice(0, 8)).toEqual([16, 20, 24, 28, 32, 40, 48, 56]);
    expect(squareSizes.slice(8)).toEqual([64, 80, 96, 112, 128, 160, 192, 224, 256]);
  });

  it.each(squareSizes)('%i: from the image to a small map and back', (size) => {
    const { G, F, D, E } = networksOf('aim-square', { size, width: 0.0625 });
    expect(G?.outputs).toEqual({ x: [size, size, 3] });
    const [side = 0] = (F?.outputs.features ?? []) as number[];
    expect([4, 5, 6, 7]).toContain(side);
    expect(F?.inputs).toEqual({ x: [size, size, 3] });
    expect(D?.inputs).toEqual(F?.outputs);
    expect(D?.outputs).toEqual({ logit: [1] });
    expect(Object.values(E?.outputs ?? {})).toEqual([[64], [64]]);
    expect(outputsOf(E, 'trunk', 'conv').map(([height]) => height)).toEqual([side >> 1, 1, 2, 2]);
  });

  it('has 1024 feature maps at the base above 64 pixels, and begins with 128 below', () => {
    const maps = (size: number) =>
      outputsOf(networksOf('aim-square', { size, width: 1 }).F, 'features', 'conv').map((s) => s[2]);
    expect(maps(32)).toEqual([128, 256, 512]);
    expect(maps(128)).toEqual([64, 128, 256, 512, 1024]);
    expect(maps(256)).toEqual([32, 64, 128, 256, 512, 1024]);
  });

  it.each(['aim-square', 'aim-celeba'])('%s: heads as wide as the code, however narrow the rest', (name) => {
    const { E } = networksOf(name, { width: 0.0625, latent: 64 });
    for (const head of ['mean', 'log_variance']) expect(outputsOf(E, head, 'fully-connected')).toEqual([[64], [64]]);
  });

  it.each([0, 8, 27, 100, 512, 64.5])('%d is refused with the sizes that there are', (size) => {
    expect(() => specOf('aim-square', { size })).toThrow(/option "size" of aim-square.*expected 16, 20, .*256, found/);
  });
});
