/** model.json: versions, what each can say, and contradictions that are told. */
import { readFileSync } from 'node:fs';
import { type Bundle, FORMAT_VERSION, lowestVersion, parseBundle } from '@alix/infer/bundle';
import { describe, expect, it } from 'vitest';

const fixture = (version: number) =>
  JSON.parse(readFileSync(new URL(`../fixtures/bundles/version-${version}.json`, import.meta.url), 'utf8')) as Bundle;
const first = fixture(1);
const second = fixture(2);
const read = (json: unknown) => parseBundle(JSON.stringify(json), 'model.json');
const entry = first.files['decoder.onnx']!;

describe('what older versions wrote stays readable', () => {
  it.each([1, 2, 3, 4])('version %d', (version) => {
    expect(read(fixture(version))).toEqual(fixture(version));
    expect(lowestVersion(fixture(version))).toBe(version);
  });

  it('there is a fixture of the newest', () => {
    expect(FORMAT_VERSION).toBe(4);
  });

  it('version 1 with graphs that its runtimes pass over is version 1 still', () => {
    const files = { ...first.files, 'critic.onnx': entry, 'features.onnx': entry, 'masked_encoder.onnx': entry };
    expect(lowestVersion({ ...first, files })).toBe(1);
    expect(read({ ...first, files }).files).toHaveProperty(['critic.onnx']);
  });
});

describe('newer than version 1', () => {
  const { image, latent: _, ...others } = second;
  const points = { ...others, points: { size: 2 }, latent: second.latent };
  const { latent: __, decoded: ___, ...pair } = second.golden;
  const classifier = {
    ...others,
    image,
    files: { 'classifier.onnx': entry },
    parity: { n: 1, codes: 0, tolerance: 1e-4 },
    golden: { ...pair, image: 'AA==', logit: 'AAAAAA==' },
  };
  it.each([
    ['a model without an encoder', second],
    ['a model of points', points],
    ['a classifier, which has no codes', classifier],
  ])('%s', (_name, json) => {
    expect(lowestVersion(json as Bundle)).toBe(2);
    expect(read(json)).toEqual(json);
    expect(() => read({ ...json, formatVersion: 1 })).toThrow(
      expect.objectContaining({ code: 'bad-bundle', message: expect.stringMatching(/needs version 2, not 1/) }),
    );
  });
});

describe('refuses', () => {
  const within = { features: 'classifier' };
  const withoutKey = (json: Bundle, key: string) =>
    Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));
  const goldenOf = (json: Bundle, key: string) => {
    const golden = Object.fromEntries(Object.entries(json.golden).filter(([name]) => name !== key));
    return { ...json, formatVersion: 2, golden };
  };
  const cases: [string, unknown, RegExp][] = [
    ['neither images nor points', { ...withoutKey(second, 'image') }, /either "image" or "points"/],
    ['images and points', { ...second, points: { size: 2 } }, /either "image" or "points"/],
    ['no decoder', { ...second, files: { 'critic.onnx': entry } }, /decoder\.onnx is missing/],
    [
      'an encoder of which nothing is said',
      { ...second, files: { ...second.files, 'encoder.onnx': entry } },
      /"encoder"/,
    ],
    ['a decoder of codes of no size', withoutKey(second, 'latent'), /"latent"/],
    ['no pairs of the encoder', goldenOf(first, 'mean'), /"golden": needs "mean"/],
    ['no pairs of the decoder', goldenOf(second, 'decoded'), /"golden": needs "decoded"/],
    ['pairs without their codes', goldenOf(second, 'latent'), /"golden": needs "decoded" and what/],
    [
      'features within a graph that is not there',
      { ...second, formatVersion: 4, within },
      /"files": classifier\.onnx is missing/,
    ],
    [
      'a graph within one that may not hold it',
      { ...fixture(4), within: { features: 'decoder' } },
      /"within\.features"/,
    ],
    ['features within another graph in version 3', { ...fixture(4), formatVersion: 3 }, /needs version 4, not 3/],
    ['a key that no version has', { ...second, colour: 'red' }, /colour/],
  ];
  it.each(cases)('%s', (_, json, message) => {
    expect(() => read(json)).toThrow(
      expect.objectContaining({ code: 'bad-bundle', message: expect.stringMatching(message) }),
    );
  });

  it('a later version, whatever it says', () => {
    expect(() => read({ format: 'alix-bundle', formatVersion: 5, tensors: [] })).toThrow(
      expect.objectContaining({ code: 'bundle-too-new', found: '5', expected: 'format version 4 or older' }),
    );
  });
});
