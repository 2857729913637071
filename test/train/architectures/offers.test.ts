/** That every architecture builds in its own and in its small form, and offers the networks that objectives name. */
import type { ArchitectureOptions } from '@alix/train/architectures/architecture';
import { architectures } from '@alix/train/architectures/index';
import { plan, size } from '@alix/train/spec';
import { describe, expect, it } from 'vitest';
import { networksOf, small, specOf } from './support.js';

/** "inputs -> outputs" as objectives write them, without noise and without the spread of a posterior. */
function signatures(name: string, options = {}) {
  return Object.fromEntries(
    Object.entries(specOf(name, options).networks).map(([key, { inputs, outputs }]) => {
      const isPosterior = outputs.some((output) => ['mean', 'sample'].includes(output));
      const read = Object.keys(inputs).filter((input) => input !== 'noise');
      return [key, `${read.join(' ')} -> ${isPosterior ? 'posterior' : outputs.join(' ')}`];
    }),
  );
}

const G = 'z -> x';
const E = 'x -> posterior';
const gan = { G, F: 'x -> features', D: 'features -> logit' };
const dali = { ...gan, E: 'features -> posterior' };
const onPixels = { ...gan, E };
const joint = { G, E, D: 'x z -> logit' };
const asVae = { G, E, D1: 'x z -> logit', D2: 'x z -> logit' };
const gali8 = { G, E, D: 'x z x2 z2 -> logit' };
const galiPt = { G, E, D: 'x z features -> logit', M: 'x -> features' };
const cycles = { Dx: 'x x2 -> logit', Dz: 'z z2 -> logit' };
const classifier = { M: 'x -> features', C: 'features -> logit' };

const offered: readonly (readonly [string, ArchitectureOptions, Record<string, string>])[] = [
  ['ali-cifar10', {}, joint],
  ['ali-svhn', {}, joint],
  ['ali-celeba', {}, joint],
  ['ali-tiny-imagenet', {}, joint],
  ['ali-grid', {}, joint],
  ['ali-grid', { encoder: 'gaussian' }, joint],
  ['ali-grid', { encoder: 'deterministic', cycle: 'both' }, { ...joint, ...cycles }],
  ['ali-grid', { cycle: 'x' }, { ...joint, Dx: cycles.Dx }],
  ['ali-grid', { cycle: 'z' }, { ...joint, Dz: cycles.Dz }],
  ['ali-grid', { critic: 'xz-xz', classes: 8 }, gali8],
  ['ali-grid', { critic: 'x' }, onPixels],
  ['aim-mnist', {}, dali],
  ['aim-celeba', {}, dali],
  ['aim-square', {}, dali],
  ['aim-grid', {}, dali],
  ['aim-grid-pixels', {}, onPixels],
  ['bigan-mnist', {}, joint],
  ['bigan-mnist', { critic: 'features' }, onPixels],
  ['as-vae-mnist', {}, asVae],
  ['as-vae-grid', {}, asVae],
  ['unrolled-grid', {}, { G, D: 'x -> logit' }],
  ['veegan-grid', {}, joint],
  ['small-28', {}, dali],
  ['small-28-joint', {}, joint],
  ['small-28-joint', { cycle: 'both', encoder: 'deterministic', prior: 'uniform' }, { ...joint, ...cycles }],
  ['small-28-pixels', {}, onPixels],
  ['small-28-stacked', {}, { ...joint, E2: 'z1 -> posterior', G2: 'z2 -> posterior' }],
  ['small-28-as-vae', {}, asVae],
  ...['gali-svhn', 'gali-celeba', 'small-28-gali'].flatMap((name) => [
    [name, { critic: '1' }, joint] as const,
    [name, {}, joint] as const,
    [name, { critic: 'mix' }, joint] as const,
    [name, { critic: '8' }, gali8] as const,
    [name, { critic: 'pt' }, galiPt] as const,
  ]),
  ...['mnist', 'svhn', 'cifar10', 'celeba', 'small'].map((data) => [`classifier-${data}`, {}, classifier] as const),
];

describe('networks', () => {
  it.each(offered)('%s %j', (name, options, expected) => expect(signatures(name, options)).toEqual(expected));

  it.each([
    ['1', 1],
    ['4', 4],
    ['8', 8],
    ['pt', 4],
    ['mix', 8],
  ])("GALI's critic %s tells %i classes", (critic, classes) => {
    for (const name of ['gali-svhn', 'gali-celeba', 'small-28-gali'])
      expect(networksOf(name, { critic }).D?.outputs.logit).toEqual([classes]);
  });

  it('an encoder has a spread where it is Gaussian alone', () => {
    const outputs = (name: string, encoder: string) => Object.keys(networksOf(name, { encoder }).E?.outputs ?? {});
    expect(outputs('ali-grid', 'implicit')).toEqual(['sample']);
    expect(outputs('ali-grid', 'gaussian')).toEqual(['mean', 'log_sigma']);
    for (const name of [
      'ali-grid',
      'aim-grid',
      'aim-mnist',
      'aim-celeba',
      'aim-square',
      'small-28',
      'small-28-joint',
      'small-28-pixels',
    ])
      expect(outputs(name, 'deterministic')).toEqual(['mean']);
  });

  it('a flow of the length asked for stands behind E', () => {
    for (const name of ['as-vae-mnist', 'as-vae-grid', 'small-28-as-vae'])
      for (const [flow, kind] of [
        ['planar', 'planar-flow'],
        ['affine', 'affine-coupling'],
      ]) {
        const layers = networksOf(name, { flow: `${flow}`, flowLength: 5 }).E?.flow?.layers.map((layer) => layer.kind);
        expect(layers).toEqual(Array(5).fill(kind));
      }
    expect(specOf('as-vae-grid').networks.E?.flow).toBeUndefined();
  });
});

describe('every architecture', () => {
  it('has a small form here', () => expect(Object.keys(small).sort()).toEqual(Object.keys(architectures).sort()));

  it.each(Object.keys(architectures))('%s: source, choices, both forms; x is of one shape in all networks', (name) => {
    const { source, title, options, choices = {} } = architectures[name] ?? { source: '', title: '', options: {} };
    expect(source.length).toBeGreaterThan(20);
    expect(title).not.toBe('');
    // every word is one of a list that has it
    for (const [option, value] of Object.entries(options))
      if (typeof value === 'string') expect((choices as Record<string, readonly string[]>)[option]).toContain(value);
    for (const form of [{}, small[name]]) {
      const { data, networks } = specOf(name, form);
      for (const [key, spec] of Object.entries(networks)) {
        const { inputs, outputs } = plan(key, spec);
        for (const shape of [inputs.x, outputs.x, inputs.x2]) expect(shape ?? data.shape).toEqual(data.shape);
      }
    }
    const total = (form = {}) => Object.values(networksOf(name, form)).reduce((sum, n) => sum + n.parameterCount, 0);
    expect(total(small[name])).toBeLessThan(1.2e6);
    expect(total(small[name])).toBeLessThan(total() / 3);
    expect(size(specOf(name).data.shape)).toBeGreaterThan(1);
  });

  it.each([
    ['ali-svhn', { convention: 'paper' }, /option "convention" of ali-svhn \(?.*code, table.*paper/],
    ['gali-svhn', { critic: '5' }, /option "critic" of gali-svhn.*1, 4, 8, pt, mix.*5/],
    ['small-28-joint', { prior: 'cauchy' }, /option "prior" of small-28-joint.*normal, uniform.*cauchy/],
  ])('%s refuses %j', (name, options, message) => expect(() => specOf(name, options)).toThrow(message));
});
