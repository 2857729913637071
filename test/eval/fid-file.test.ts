/** pytorch-fid's files: NumPy's own archives are read, ours are read back, damaged ones refused. Oracle: test/oracles/npz.py. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { covariance, decodeFidFile, encodeFidFile, featureStatistics } from '@alix/eval';
import { decodeNpz, encodeNpz, isNpz } from '@alix/infer/io/npz';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const oracle = JSON.parse(readFileSync(new URL('../fixtures/io/npz.json', import.meta.url), 'utf8')) as {
  readonly [K in 'stored' | 'deflated']: string;
} & { readonly rows: number[][]; readonly mu: number[]; readonly sigma: number[][] };
const bytesOf = (name: 'stored' | 'deflated') => new Uint8Array(Buffer.from(oracle[name], 'base64'));
const statistics = featureStatistics({ data: Float64Array.from(oracle.rows.flat()), d: 3 });

describe.each(['stored', 'deflated'] as const)('a file of NumPy, %s', (kind) => {
  test('its arrays, bit for bit', async () => {
    const bytes = bytesOf(kind);
    expect(isNpz(bytes)).toBe(true);
    const arrays = await decodeNpz(bytes, 'f.npz');
    expect([...arrays.keys()]).toEqual(['mu', 'sigma', 'n']);
    expect(Array.from(arrays.get('sigma')!.data as Float64Array)).toEqual(oracle.sigma.flat());
    expect(arrays.get('n')).toMatchObject({ shape: [], data: BigInt64Array.of(7n) });
  });

  test('its Gaussian is that of the rows', async () => {
    const { mean, covariance: sigma } = await decodeFidFile(bytesOf(kind), 'f.npz');
    expect(Array.from(mean)).toEqual(oracle.mu);
    covariance(statistics).forEach((value, i) => {
      expect(Math.abs(sigma[i]! - value)).toBeLessThan(1e-15);
    });
  });

  test('cut short anywhere, or a byte changed, it is refused', async () => {
    const bytes = bytesOf(kind);
    for (let length = 0; length < bytes.length; length += 7)
      await expect(decodeNpz(bytes.subarray(0, length), 'f.npz')).rejects.toThrow(
        expect.objectContaining({ code: 'bad-npz', message: expect.stringMatching(/^f.npz: /) }),
      );
    // in the middle of the first array
    const changed = bytes.slice();
    changed[60 + 20]! ^= 0x10;
    await expect(decodeNpz(changed, 'f.npz')).rejects.toThrow(expect.objectContaining({ code: 'bad-npz' }));
  });
});

test('ours comes back; the same arrays give the same bytes', async () => {
  const bytes = encodeFidFile(statistics);
  expect(encodeFidFile(statistics)).toEqual(bytes);
  const { mean, covariance: sigma } = await decodeFidFile(bytes, 'f.npz');
  expect(mean).toEqual(statistics.mean);
  expect(sigma).toEqual(covariance(statistics));
});

const numpy = (() => {
  try {
    return execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' }) !== undefined;
  } catch {
    return false;
  }
})();

test.runIf(numpy)('NumPy reads ours', () => {
  const path = join(temporaryFolder(), 'f.npz');
  writeFileSync(path, encodeFidFile(statistics));
  const script =
    'import sys, json, numpy as np; f = np.load(sys.argv[1]); print(json.dumps([f["mu"].tolist(), f["sigma"].tolist()]))';
  const [mu, sigma] = JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }));
  expect(mu).toEqual(Array.from(statistics.mean));
  expect(sigma.flat()).toEqual(Array.from(covariance(statistics)));
});

test.each([
  ['no sigma', { mu: { shape: [2], data: new Float64Array(2) } }],
  [
    'another size',
    { mu: { shape: [2], data: new Float64Array(2) }, sigma: { shape: [1, 1], data: new Float64Array(1) } },
  ],
  [
    'whole numbers',
    { mu: { shape: [1], data: new Int32Array(1) }, sigma: { shape: [1, 1], data: new Float64Array(1) } },
  ],
  [
    'not symmetric',
    { mu: { shape: [2], data: new Float64Array(2) }, sigma: { shape: [2, 2], data: Float64Array.of(1, 0.5, 0, 1) } },
  ],
  ['negative', { mu: { shape: [1], data: new Float64Array(1) }, sigma: { shape: [1, 1], data: Float64Array.of(-1) } }],
  [
    'NaN',
    { mu: { shape: [1], data: Float64Array.of(Number.NaN) }, sigma: { shape: [1, 1], data: Float64Array.of(1) } },
  ],
])('%s is refused', async (_, arrays) => {
  await expect(decodeFidFile(encodeNpz(arrays), 'f.npz')).rejects.toThrow(
    expect.objectContaining({ code: 'bad-features', message: expect.stringMatching(/^f.npz: .*pytorch-fid/) }),
  );
});
