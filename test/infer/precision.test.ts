/** Bundles with more than one precision: which there are, their files and golden pairs, and what is refused. */
import { readFileSync } from 'node:fs';
import { type Bundle, lowestVersion, parseBundle } from '@alix/infer/bundle';
import { choosePrecision, fileOf, goldenOf, precisionsOf } from '@alix/infer/precision';
import { describe, expect, it } from 'vitest';

const json = (version: number) =>
  JSON.parse(readFileSync(new URL(`../fixtures/bundles/version-${version}.json`, import.meta.url), 'utf8')) as Bundle;
const third = json(3);
const plain = json(1);
const refused = (bundle: unknown) => () => parseBundle(JSON.stringify(bundle), 'model.json');
const telling = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a bundle of float16 with int8 beside it', () => {
  it('runs in both, and in its own unless told', () => {
    expect(precisionsOf(third)).toEqual(['float16', 'int8']);
    expect(choosePrecision(third)).toBe('float16');
    expect(choosePrecision(third, 'int8')).toBe('int8');
    expect(fileOf(third, 'encoder', 'float16')).toBe('encoder.onnx');
    expect(fileOf(third, 'encoder', 'int8')).toBe('encoder.int8.onnx');
  });

  it('has golden pairs of each: the same inputs, its own outputs', () => {
    const own = { ...third, variants: { int8: { golden: { mean: 'AAAA', decoded: 'BBBB' } } } } as Bundle;
    expect(goldenOf(own, 'float16')).toEqual(third.golden);
    expect(goldenOf(own, 'int8')).toEqual({ ...third.golden, mean: 'AAAA', decoded: 'BBBB' });
  });

  it('names the precisions there are when another is asked for', () => {
    expect(() => choosePrecision(third, 'float32')).toThrow(telling('no-precision', /no float32 .*float16, int8/));
    expect(() => choosePrecision(plain, 'int8')).toThrow(telling('no-precision', /float32.*--precision float32,int8/));
    expect(() => choosePrecision(plain, 'int4' as 'int8')).toThrow(telling('bad-option', /float32, float16, int8/));
  });
});

describe('model.json', () => {
  const { variants, drift, ...others } = third;
  it('needs version 3 for variants and drift, and no more than before without', () => {
    expect(lowestVersion(others)).toBe(1);
    expect(lowestVersion({ ...others, drift })).toBe(3);
    expect(lowestVersion({ ...others, variants })).toBe(3);
    expect(refused({ ...third, formatVersion: 2 })).toThrow(telling('bad-bundle', /needs version 3, not 2/));
  });

  const without = Object.fromEntries(Object.entries(third.files).filter(([name]) => name !== 'decoder.int8.onnx'));
  it.each([
    ['a variant that lacks a graph', { ...third, files: without }, /decoder\.int8\.onnx is missing/],
    ['a variant of the own precision', { ...third, precision: 'int8' }, /"int8" is the precision of the bundle/],
    ['a variant without golden pairs', { ...third, variants: { int8: { golden: { mean: '' } } } }, /"decoded"/],
    ['a precision that no version has', { ...third, variants: { int4: variants?.int8 } }, /int4/],
    ['a drift that is no number', { ...third, drift: { ...drift, mse: { float32: 1, own: null } } }, /drift\.mse\.own/],
  ])('refuses %s', (_name, bundle, message) => {
    expect(refused(bundle)).toThrow(telling('bad-bundle', message));
  });
});
