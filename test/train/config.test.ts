import { design, objectives, parseAssignment, recipes, resolveConfig } from '@alix/train';
import { describe, expect, it } from 'vitest';

const resolve = (config: unknown) => resolveConfig([{ from: 'here', config }]);

describe('configuration', () => {
  it('later layers win, key by key', () => {
    const config = resolveConfig([
      { from: 'recipe', config: { optimiser: { learningRate: 1, beta1: 0.3 }, batch: 7 } },
      { from: 'flags', config: { optimiser: { learningRate: 2 } } },
    ]);
    expect([config.optimiser.learningRate, config.optimiser.beta1, config.batch]).toEqual([2, 0.3, 7]);
  });

  it('another choice forgets the options of the one before', () => {
    const config = resolveConfig([
      {
        from: 'recipe',
        config: { data: { source: 'strokes', options: { train: 5 } }, objective: { name: 'dali', preset: 'paper' } },
      },
      { from: 'flags', config: { data: { source: 'digits/' }, objective: { name: 'gan' } } },
    ]);
    expect(config.data).toEqual({ source: 'digits/', options: {} });
    expect(config.objective).toEqual({ name: 'gan', preset: '', options: {} });
    const same = resolveConfig([
      { from: 'recipe', config: { data: { source: 'strokes', options: { train: 5 } } } },
      { from: 'flags', config: { data: { source: 'strokes' } } },
    ]);
    expect(same.data.options).toEqual({ train: 5 });
  });

  it.each([
    [{ optimizer: {} }, /here: "optimizer" is not a setting/],
    [{ optimiser: { lr: 1 } }, /here: "optimiser.lr" is not a setting .*optimiser.learningRate/],
    [{ length: { minutes: 3 } }, /"length.minutes" is not a setting/],
    [{ batch: 'many' }, /here: "batch"/],
    [{ batch: 0 }, /here: "batch"/],
    [{ optimiser: { schedule: 'cosine' } }, /here: "optimiser.schedule"/],
    ['text', /not a table of settings/],
  ])('%j is refused with its key and its place', (config, message) => {
    expect(() => resolve(config)).toThrow(message);
  });

  it.each([
    [{ objective: { name: 'dcgan' } }, /"dcgan" is no objective .*\bali\b.*\bvae\b/],
    [{ objective: { name: 'dali', preset: 'mine' } }, /"mine" is no preset of dali .*authors, paper/],
    [{ objective: { name: 'dali', options: { lamda: 1 } } }, /"lamda" is no option of dali .*lambda/],
    [
      { objective: { name: 'alice', options: { cost: 'l3' } }, architecture: { name: 'small-28-joint' } },
      /option "cost" of alice .*l2, l1, adversarial/,
    ],
    [{ architecture: { name: 'small-28', options: { latents: 3 } } }, /"latents" is no option of small-28/],
    [{ architecture: { options: { latent: 'x' } } }, /option "latent" of small-28/],
    [{ objective: { name: 'ali' } }, /ali cannot be trained with this architecture .*x -> posterior/],
    [
      { dequantise: true, objective: { name: 'dali' }, architecture: { name: 'aim-grid' } },
      /"dequantise" does nothing here/,
    ],
    [
      { augment: { rotate: 5 }, objective: { name: 'dali' }, architecture: { name: 'aim-grid' } },
      /"augment" does nothing here/,
    ],
    [{ flip: true, objective: { name: 'dali' }, architecture: { name: 'aim-grid' } }, /"flip" does nothing here/],
    [
      { averageDecay: 0.9, objective: { name: 'classifier' }, architecture: { name: 'classifier-small' } },
      /no encoder/,
    ],
    [{ optimiser: { networks: { Q: { beta1: 0 } } } }, /"optimiser.networks.Q" is no network .*G, F, D, E/],
  ])('%j names nothing that exists', (config, message) => {
    expect(() => design(resolve(config))).toThrow(message);
  });

  it('--set reads numbers as numbers and words as words', () => {
    expect(parseAssignment('optimiser.learningRate=1e-4')).toEqual({ optimiser: { learningRate: 1e-4 } });
    expect(parseAssignment('data.source=a=b')).toEqual({ data: { source: 'a=b' } });
    expect(() => parseAssignment('batch')).toThrow(/"batch" is not a setting/);
  });

  it('every recipe names things that fit each other, and every objective has one default recipe', () => {
    for (const { name, config } of Object.values(recipes)) {
      const { networks } = design(resolveConfig([{ from: name, config }]));
      expect([...networks.values()].every(({ parameterCount }) => parameterCount > 0)).toBe(true);
    }
    for (const name of Object.keys(objectives)) {
      const defaults = Object.values(recipes).filter((r) => r.isDefault && r.config.objective?.name === name);
      expect(defaults, name).toHaveLength(1);
    }
  });
});
