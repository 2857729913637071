/** Shape chains of the papers' tables, and what reads what. */
import { describe, expect, it } from 'vitest';
import { networksOf, outputsOf, specOf } from './support.js';

const heights = (shapes: readonly (readonly number[])[]) => shapes.map(([height]) => height);
const sizes = (shapes: readonly (readonly number[])[]) => shapes.map((shape) => shape.reduce((a, b) => a * b, 1));

describe('shape chains', () => {
  const down32 = [28, 13, 10, 4, 1];
  const down64 = [63, 29, 13, 4, 1];
  it.each([
    ['ali-cifar10', down32],
    ['ali-svhn', down32],
    ['gali-svhn', down32],
    ['ali-celeba', down64],
    ['gali-celeba', down64],
    ['ali-tiny-imagenet', [31, 28, 13, 10, 4, 1]],
  ])('%s: E and D(x) go down without padding, G comes up by the same sizes', (name, chain) => {
    const { E, D, G } = networksOf(name);
    expect(heights(outputsOf(E, 'trunk', 'conv'))).toEqual(chain);
    expect(heights(outputsOf(D, 'dx', 'conv'))).toEqual(chain);
    const up = heights(outputsOf(G, 'x', 'transposed-conv'));
    expect(up).toEqual([...chain.slice(0, -1).reverse(), specOf(name).data.shape[0]]);
  });

  it('AIM Table 3: E reads 7x7x128, its window goes 7 -> 3 with padding 1, 576 features come out', () =>
    expect(networksOf('aim-mnist').E?.blocks.find(({ name }) => name === 'trunk')?.output).toEqual([576]));

  it('AIM Table 4: E goes 4 -> 2 -> 1 -> 2, so that 128 * 2 * 2 = 512 come out', () => {
    const { E, F, G, D } = networksOf('aim-celeba');
    expect(heights(outputsOf(E, 'trunk', 'conv'))).toEqual([2, 1, 2, 2]);
    expect(outputsOf(E, 'trunk', 'flatten')).toEqual([[512]]);
    expect(heights(outputsOf(F, 'features', 'conv'))).toEqual([32, 16, 8, 4]);
    expect(heights(outputsOf(G, 'x', 'transposed-conv'))).toEqual([4, 8, 16, 32, 64]);
    expect(D?.outputs.logit).toEqual([1]);
  });

  it("SVHN: the mean and E's last three hidden layers after batch norm have 256 + 4096 + 512 + 512 = 5376 numbers", () => {
    const { E } = networksOf('ali-svhn');
    const hidden = sizes(outputsOf(E, 'trunk', 'batch-norm')).slice(-3);
    expect([E?.outputs.mean, ...hidden.map((n) => [n])]).toEqual([[256], [4096], [512], [512]]);
  });

  it("the joint input of D: CIFAR-10 512 before maxout and 1024 after, CelebA 1536, GALI-8 2048, GALI-PT's SVHN 1536", () => {
    const joint = (name: string, options = {}) =>
      networksOf(name, options).D?.blocks.find(({ name: block }) => block === 'logit')?.input;
    expect(joint('ali-cifar10')).toEqual([512]);
    expect(joint('ali-cifar10', { maxout: 'post' })).toEqual([1024]);
    expect(joint('ali-svhn')).toEqual([1024]);
    expect(joint('ali-celeba')).toEqual([1536]);
    expect(joint('ali-tiny-imagenet')).toEqual([2304]);
    expect(joint('gali-svhn', { critic: '8' })).toEqual([2048]);
    expect(joint('gali-svhn', { critic: 'pt' })).toEqual([1536]);
  });

  it('the SVHN classifier pools as its original: 28, 29, 15, 16, 9, 10, 6, 7', () =>
    expect(heights(outputsOf(networksOf('classifier-svhn').M, 'features', 'max-pool'))).toEqual([
      28, 29, 15, 16, 9, 10, 6, 7,
    ]));

  it('the CelebA classifier flattens to 2048', () =>
    expect(outputsOf(networksOf('classifier-celeba').M, 'features', 'flatten')).toEqual([[2048]]));
});

describe('what the papers say in words', () => {
  it("GALI's critic has spectral norm and a bias on every row, and neither batch norm nor dropout", () => {
    for (const name of ['gali-svhn', 'gali-celeba', 'small-28-gali'])
      for (const critic of ['1', '4', '8', 'pt', 'mix']) {
        const layers = networksOf(name, { critic }).D?.blocks.flatMap((block) => block.layers) ?? [];
        const weighted = layers.filter(({ parameters }) => parameters.length > 0);
        expect(weighted.length).toBeGreaterThan(4);
        for (const { args, parameters } of weighted) {
          expect(args).toMatchObject({ spectral: true, bias: true });
          expect(parameters.some(({ role }) => role === 'singular-vector')).toBe(true);
        }
        expect(layers.filter(({ kind }) => ['batch-norm', 'dropout'].includes(kind))).toEqual([]);
      }
  });

  it('GALI: images in [-1,1], tanh, one output bias per pixel', () => {
    for (const [name, size] of [
      ['gali-svhn', 32],
      ['gali-celeba', 64],
    ] as const) {
      expect(specOf(name).data.range).toEqual([-1, 1]);
      const layers = networksOf(name).G?.blocks.at(-1)?.layers ?? [];
      expect(layers.at(-1)?.kind).toBe('tanh');
      const bias = layers.at(-2)?.parameters.find(({ role }) => role === 'output-bias');
      expect(bias?.shape).toEqual([size, size, 3]);
    }
  });

  it("GALI-8's second image and code go through the same parameters as the first", () => {
    const { D } = networksOf('gali-svhn', { critic: '8' });
    const names = (block: string) =>
      D?.blocks.find(({ name }) => name === block)?.layers.map(({ path, parameters }) => [path, parameters.length]);
    expect(names('dx2')).toEqual(names('dx'));
    expect(names('dz2')).toEqual(names('dz'));
    expect(names('dx2')?.length).toBeGreaterThan(5);
  });

  it.each([
    ['gali-svhn', 'classifier-svhn', {}],
    ['gali-celeba', 'classifier-celeba', {}],
    ['small-28-gali', 'classifier-small', {}],
    ['gali-svhn', 'classifier-svhn', { classifierWidth: 0.0625 }],
  ])(
    "%s takes its M from %s: the parameters' names and shapes are there, images are on the same scale",
    (gali, classifier, options) => {
      const trained = networksOf(classifier, 'classifierWidth' in options ? { width: options.classifierWidth } : {}).M;
      const wanted = networksOf(gali, { critic: 'pt', ...options }).M;
      const shapes = new Map(trained?.parameters.map((p) => [p.name, p.shape]));
      expect(wanted?.parameters.length).toBeGreaterThan(3);
      for (const { name, shape } of wanted?.parameters ?? []) expect(shapes.get(name)).toEqual(shape);
      expect(specOf(gali).data).toEqual(specOf(classifier).data);
    },
  );

  it("AIM's heads: batch norm before the activation in the table, after it in the code", () => {
    const head = (convention: string) => {
      const block = networksOf('aim-celeba', { convention }).E?.blocks.find(({ name }) => name === 'mean');
      return block?.layers.map(({ kind }) => kind);
    };
    expect(head('table')).toEqual(['fully-connected', 'batch-norm', 'leaky-relu', 'fully-connected']);
    expect(head('code')).toEqual(['fully-connected', 'leaky-relu', 'batch-norm', 'fully-connected']);
  });

  it("ALI's dropout is on the input of every row of D: 0.2 first and 0.5 then in Table 2, nowhere at the logit", () => {
    const { D } = networksOf('ali-cifar10');
    const rates = (block: string) =>
      D?.blocks
        .find(({ name }) => name === block)
        ?.layers.filter(({ kind }) => ['conv', 'fully-connected', 'dropout'].includes(kind))
        .map(({ kind, args }) => (kind === 'dropout' ? args.rate : 'row'));
    expect(rates('dx')).toEqual([0.2, 'row', 0.5, 'row', 0.5, 'row', 0.5, 'row', 0.5, 'row']);
    expect(rates('dz')).toEqual([0.2, 'row', 0.5, 'row']);
    expect(rates('logit')).toEqual([0.5, 'row', 0.5, 'row', 0.5, 'row']);
  });

  it('SN-GAN: spectral norm on every row of F and D but the last; Wasserstein: no batch norm in them', () => {
    for (const name of ['aim-grid', 'aim-grid-pixels', 'small-28', 'small-28-pixels']) {
      const layers = (normalisation: string) => {
        const { F, D } = networksOf(name, { normalisation });
        return [F, D].flatMap((network) => network?.blocks.flatMap((block) => block.layers) ?? []);
      };
      const linear = layers('spectral').filter(({ kind }) => ['conv', 'fully-connected'].includes(kind));
      expect(linear.map(({ args }) => args.spectral ?? false)).toEqual([...linear.slice(1).map(() => true), false]);
      for (const normalisation of ['none', 'spectral'])
        expect(layers(normalisation).some(({ kind }) => kind === 'batch-norm')).toBe(false);
      expect(layers('bn').some(({ kind }) => kind === 'batch-norm')).toBe(true);
    }
  });
});
