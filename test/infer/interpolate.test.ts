import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addDirection,
  analogy,
  difference,
  interpolateCodes,
  loadModel,
  type Model,
  manifoldCodes,
  meanCode,
} from '@alix/infer';
import { expect, test } from 'vitest';
import { normalQuantile } from '../../infer/normal-quantile.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { decodeByHand, type TinySpec, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';

const root = temporaryFolder();
let count = 0;
const load = (spec: Partial<TinySpec> = {}): Promise<Model> =>
  loadModel(writeTinyBundle(join(root, `${++count}`), { ...tiny, ...spec }), { device: 'cpu', threads: 1 });
const f32 = (...values: number[]) => Float32Array.from(values);
const length = (code: Float32Array) => Math.hypot(...code);

test('straight ways, several at once; the ends are bit for bit', () => {
  const [from, to] = [f32(0, 0, 1, 0.1), f32(4, -2, 0.3, 1 / 3)];
  const codes = interpolateCodes(from, to, 2, { steps: 5 });
  expect([...codes.subarray(0, 10)]).toEqual([0, -0, 1, -0.5, 2, -1, 3, -1.5, 4, -2].map((value) => value + 0));
  expect(codes.subarray(10, 12)).toEqual(from.subarray(2));
  expect(codes.subarray(18)).toEqual(to.subarray(2));
  expect(codes[14]).toBeCloseTo(0.65, 6);
  expect(Object.is(interpolateCodes(f32(-0), f32(1), 1)[0], -0)).toBe(true);
});

test('on the arc: a quarter circle by its sines, of constant length, at even angles', () => {
  const codes = interpolateCodes(f32(2, 0, 0), f32(0, 2, 0), 3, { steps: 4, path: 'spherical' });
  for (let step = 0; step < 4; step++) {
    const angle = (step * Math.PI) / 6;
    [2 * Math.cos(angle), 2 * Math.sin(angle), 0].forEach((value, j) => {
      expect(codes[step * 3 + j]).toBeCloseTo(value, 6);
    });
  }
  // lengths between those of the ends where these differ
  const uneven = interpolateCodes(f32(3, 0.5, -1), f32(-0.2, 1, 0.7), 3, { steps: 3, path: 'spherical' });
  expect(length(uneven.subarray(3, 6))).toBeLessThan(length(f32(3, 0.5, -1)));
  expect(length(uneven.subarray(3, 6))).toBeGreaterThan(length(f32(-0.2, 1, 0.7)));
});

test('the arc is straight where both ends point one way or one is zero, and none where they are opposite', () => {
  const straight = (a: Float32Array, b: Float32Array) =>
    expect([...interpolateCodes(a, b, 2, { steps: 5, path: 'spherical' })]).toEqual([
      ...interpolateCodes(a, b, 2, { steps: 5 }),
    ]);
  straight(f32(1, 2), f32(1, 2));
  straight(f32(1, 2), f32(3, 6));
  straight(f32(0, 0), f32(3, 6));
  expect(() => interpolateCodes(f32(9, 1, 1, 2), f32(1, 9, -2, -4), 2, { path: 'spherical' })).toThrow('pair 1');
});

test('interpolate decodes the codes on the way', async () => {
  const model = await load();
  const [from, to] = [f32(0, 0, 0, 1, 1, 1), f32(1, -2, 0.5, 0, 0, 0)];
  const out = await model.interpolate(from, to, { steps: 3, batch: 4 });
  expect([out.n, out.pairs, out.steps, out.pixels.length]).toEqual([6, 2, 3, 6 * 24]);
  decodeByHand(tiny, [0.5, -1, 0.25]).forEach((value, j) => {
    expect(out.image[24 + j]).toBeCloseTo(value, 6);
  });
  expect((await model.interpolate(from, to)).n).toBe(18);
  const code = (...args: Parameters<typeof model.interpolate>) =>
    model.interpolate(...args).then(
      () => 'accepted',
      (error) => (error as { code: string }).code,
    );
  expect(await code(from, to.subarray(3))).toBe('bad-latent');
  expect(await code(f32(1), f32(1))).toBe('bad-latent');
  expect(await code(f32(Number.NaN, 0, 0), f32(0, 0, 0))).toBe('bad-latent');
  for (const steps of [1, 2.5, Number.NaN, 2 ** 40]) expect(await code(from, to, { steps })).toBe('bad-option');
  expect(() => interpolateCodes(from, to, 3, { steps: 2 ** 40 })).toThrow('ask for fewer steps');
  expect(await code(from, to, { path: 'round' as 'linear' })).toBe('bad-option');
  expect(await code(from, to, { signal: AbortSignal.abort() })).toBe('interrupted');
  await model.dispose();
});

test("quantiles of the normal are Python's", () => {
  const { quantiles } = JSON.parse(readFileSync('test/fixtures/verbs.json', 'utf8')) as {
    quantiles: [number, number][];
  };
  for (const [p, wanted] of quantiles) expect(normalQuantile(p)).toBeCloseTo(wanted, 12);
});

test('a manifold: quantiles of the prior, the first value to the right, the second upwards', async () => {
  const model = await load({ latent: 2 });
  const { rows, columns, latent, image, n } = await model.manifold({ rows: 2, columns: 3, batch: 4 });
  expect([rows, columns, n]).toEqual([2, 3, 6]);
  // Φ⁻¹ of 1/6 and 1/4
  const [x, y] = [0.967421566101701, 0.674489750196082];
  const wanted = [-x, y, 0, y, x, y, -x, -y, 0, -y, x, -y];
  wanted.forEach((value, i) => {
    expect(latent[i]).toBeCloseTo(value, 6);
  });
  decodeByHand({ ...tiny, latent: 2 }, [x, y]).forEach((value, j) => {
    expect(image[2 * 24 + j]).toBeCloseTo(value, 6);
  });
  expect((await model.manifold()).n).toBe(400);
  for (const bad of [{ rows: 0 }, { columns: 1.5 }, { rows: 1e6 }])
    await expect(model.manifold(bad)).rejects.toMatchObject({ code: 'bad-option' });
  const uniform = await load({ latent: 2, prior: 'uniform' });
  expect([...manifoldCodes(uniform.bundle, 1, 4)]).toEqual([-0.75, 0, -0.25, 0, 0.25, 0, 0.75, 0]);
  const three = await load();
  await expect(three.manifold()).rejects.toMatchObject({ code: 'latent-size', expected: '2 values', found: '3' });
  await Promise.all([model.dispose(), uniform.dispose(), three.dispose()]);
});

test('arithmetic with codes', () => {
  expect(meanCode(f32(1, 2, 3, 6), 2)).toEqual(f32(2, 4));
  // float32 sums would lose the ones
  expect(meanCode(f32(2 ** 25, 1, 1, 1), 1)).toEqual(f32((2 ** 25 + 3) / 4));
  expect(difference(f32(1, 5), f32(4, 3))).toEqual(f32(3, -2));
  expect(addDirection(f32(0, 0, 1, 1), f32(3, -2), 0.5)).toEqual(f32(1.5, -1, 2.5, 0));
  expect(analogy(f32(1, 1), f32(2, 1), f32(5, 7))).toEqual(f32(6, 7));
  expect(() => meanCode(f32(), 2)).toThrow(expect.objectContaining({ code: 'bad-latent' }));
  expect(() => meanCode(f32(1, Number.NaN), 2)).toThrow(expect.objectContaining({ code: 'bad-latent' }));
  expect(() => addDirection(f32(1, 2, 3), f32(1, 2))).toThrow(expect.objectContaining({ code: 'bad-latent' }));
  expect(() => analogy(f32(1), f32(1), f32(1, 2))).toThrow(expect.objectContaining({ code: 'bad-latent' }));
});
