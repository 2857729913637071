/** What an evaluation refuses, leaves out, and waits for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { evaluate, imagesInMemory } from '@alix/eval';
import { loadModel, type Model } from '@alix/infer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countingExtractor, subjectOf } from '../../fixtures/evaluated.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { tiny, tinyImages, writeTinyBundle } from '../../fixtures/tiny-bundle.js';

const [n, size] = [40, 24];
let model: Model;
beforeAll(async () => {
  model = await loadModel(writeTinyBundle(temporaryFolder()), { device: 'cpu', threads: 1 });
});
afterAll(() => model.dispose());

test.each([
  ['prdc.k', 'named ones', ['mse']],
  ['nll.likelihood', 'all that are not asked for by name', undefined],
])('an option of a metric that is not measured is refused: %s, with %s', async (key, _, metrics) => {
  const { settings, ...subject } = subjectOf(model, n);
  const options = { [key]: key === 'prdc.k' ? 3 : 'bernoulli' };
  await expect(evaluate({ ...subject, settings: { ...settings, options } }, { metrics })).rejects.toMatchObject({
    code: 'bad-option',
    where: key,
    remedy: expect.stringContaining('--metrics'),
  });
});

test('a result that is infinite is none', async () => {
  const encode: Model['encode'] = async (...given) => {
    const codes = await model.encode(...given);
    return { ...codes, logVariance: codes.mean.map(() => 2000) };
  };
  const wide = new Proxy(model, {
    get: (target, key) => {
      if (key === 'encode') return encode;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { metrics, skipped } = await evaluate(subjectOf(wide, n), { metrics: ['mse', 'codes'], lenient: true });
  expect(Object.keys(metrics)).toEqual(['mse', 'rmse']);
  expect(skipped).toEqual([{ metric: 'codes', why: expect.stringMatching(/codes\.divergence.*Infinity/) }]);
});

test('named metrics that cannot be had end it, unless it is lenient', async () => {
  const subject = { ...subjectOf(model, n), extractor: { ...countingExtractor(size), extract: constant } };
  await expect(evaluate(subject, { metrics: ['mse', 'fd'] })).rejects.toMatchObject({ code: 'constant-features' });
  const { metrics, skipped } = await evaluate(subject, { metrics: ['mse', 'fd'], lenient: true });
  expect(Object.keys(metrics)).toEqual(['mse', 'rmse']);
  expect(skipped.map(({ metric }) => metric)).toEqual(['reconstructions.fd', 'samples.fd']);
});

const constant = async (_: Uint8Array, count: number) => new Float32Array(count * 5).fill(1);

test('nothing runs any more when an error comes: the caller frees the models then', async () => {
  let running = 0;
  const slow = async (_: Uint8Array, count: number) => {
    running++;
    await sleep(30);
    running--;
    return Float32Array.from({ length: count * 5 }, (__, i) => i % 7);
  };
  const broken = { ...countingExtractor(size), extract: () => Promise.reject(new Error('broken')) };
  const subject = {
    ...subjectOf(model, n),
    extractor: broken,
    classifier: { ...countingExtractor(size), extract: slow },
  };
  await expect(evaluate(subject, { metrics: ['fd', 'is'] })).rejects.toThrow('broken');
  expect(running).toBe(0);
});

test('labels that are none of the classes are refused', () => {
  const labels = Uint8Array.of(0, 3);
  const images = () => imagesInMemory(tinyImages(tiny, 2), tiny, { labels, classes: 3 });
  expect(images).toThrow(expect.objectContaining({ code: 'bad-option', found: '3' }));
  expect(imagesInMemory(tinyImages(tiny, 2), tiny, { labels }).classes).toBe(4);
});
