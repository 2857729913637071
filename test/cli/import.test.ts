/** alix import and what it makes, through encode, reconstruct and eval. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy, encodeNpy } from '@alix/infer/io/npy';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { d, decodeForeign, encodeForeign, type Pair, shape, size, writeForeign } from '../fixtures/foreign-pair.js';
import { inside } from '../fixtures/inside.js';

const cwd = temporaryFolder();
const run = (...args: string[]) => inside(args, cwd);
const pair: Pair = { layout: 'NCHW', spread: 'log_variance', deep: true };
const { height, width, channels } = shape;
const n = 3;
const pixels = Uint8Array.from({ length: n * size }, (_, i) => (i * 61 + 13 * Math.floor(i / size)) % 256);
const byHand = Array.from({ length: n }, (_, row) => {
  const image = pixels.subarray(row * size, (row + 1) * size);
  const { mean } = encodeForeign(pair, image, (unit) => 2 * unit - 1);
  const decoded = decodeForeign(pair, mean, 'Tanh');
  const mse = decoded.reduce((sum, value, i) => sum + (value - image[i]! / 255) ** 2, 0) / size;
  return { mean, mse };
});
const mse = byHand.reduce((sum, row) => sum + row.mse, 0) / n;

writeForeign(join(cwd, 'made elsewhere'));
writeFileSync(join(cwd, 'images.npy'), encodeNpy({ shape: [n, height, width, channels], data: pixels }));
for (const part of ['train', 'test']) {
  mkdirSync(join(cwd, 'data', part), { recursive: true });
  for (let row = 0; row < n; row++)
    writeFileSync(
      join(cwd, 'data', part, `${row}.png`),
      encodePng(pixels.subarray(row * size, (row + 1) * size), { height, width, channels }),
    );
}
const imported = await run('import', 'made elsewhere/manifest.json', '-o', 'model');

test('it says how close the bundle is, and what to run next', () => {
  expect(imported).toMatchObject({ code: 0, stdout: '' });
  expect(imported.stderr).toMatch(/^the bundle against the two graphs over 8 images, largest differences: codes \d/);
  expect(imported.stderr).toContain('next: `alix reconstruct model IMAGES -o grid.png`');
});

test('encode gives the means by hand', async () => {
  expect(await run('encode', 'model', 'images.npy', '-o', 'codes.npy')).toMatchObject({ code: 0 });
  const { shape: rows, data } = decodeNpy(readFileSync(join(cwd, 'codes.npy')), 'codes.npy');
  expect(rows).toEqual([n, d]);
  byHand
    .flatMap(({ mean }) => mean)
    .forEach((value, i) => {
      expect(Math.abs(Number(data[i]) - value)).toBeLessThan(1e-5);
    });
});

test('reconstruct gives the error by hand', async () => {
  const { code, stdout } = await run('reconstruct', 'model', 'images.npy', '-o', 'grid.png', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout).mse.mean).toBeCloseTo(mse, 6);
});

test('eval gives the error by hand', async () => {
  const { code, stderr } = await run(
    'eval',
    'model',
    '--data',
    'data',
    '--metrics',
    'mse',
    '-o',
    'report',
    '--no-cache',
  );
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const report = JSON.parse(readFileSync(join(cwd, 'report/report.json'), 'utf8'));
  expect(report.metrics.mse.mean).toBeCloseTo(mse, 6);
});

test('with --json one object; a bundle that is there is replaced only when asked', async () => {
  const again = await run('import', 'made elsewhere/manifest.json', '-o', 'model', '--json');
  expect(again.code).toBe(1);
  expect(JSON.parse(again.stdout).error.code).toBe('output-exists');
  const { code, stdout } = await run(
    'import',
    'made elsewhere/manifest.json',
    '-o',
    'model',
    '--replace',
    '--json',
    '--name',
    'x',
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'x', licence: 'CC-BY-4.0', clipped: 0, parity: { n: 8 } });
});

test('what is wrong is one line, with exit code 1', async () => {
  writeForeign(join(cwd, 'bad'), { manifest: { licens: 'x' } });
  const { code, stdout, stderr } = await run('import', 'bad/manifest.json', '-o', 'none');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    'alix: bad/manifest.json: "(top level)": Unrecognized key: "licens"; see `alix import --help` for what a manifest says\n',
  );
  expect(existsSync(join(cwd, 'none'))).toBe(false);
});

test('--print-config gives a whole manifest, which imports to the same model', async () => {
  const { code, stdout } = await run('import', 'made elsewhere/manifest.json', '-o', 'printed', '--print-config');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'printed',
    encoder: { input: 'image', mean: 'mu', log_variance: 'spread', layout: 'NCHW', range: [-1, 1] },
    decoder: { input: 'z', image: 'out', layout: 'NCHW', range: [-1, 1] },
  });
  expect(existsSync(join(cwd, 'printed'))).toBe(false);
  writeFileSync(join(cwd, 'whole.json'), stdout);
  expect(await run('import', 'whole.json', '-o', 'printed', '--name', 'x')).toMatchObject({ code: 0 });
  const json = (folder: string) => readFileSync(join(cwd, folder, 'model.json'), 'utf8');
  expect(json('printed')).toBe(json('model'));
});

test('--dry-run runs both graphs and writes nothing', async () => {
  const { code, stdout, stderr } = await run('import', 'made elsewhere/manifest.json', '-o', 'dry', '--dry-run');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toBe('both graphs are what the manifest says, and run; nothing was written to dry\n');
  expect(existsSync(join(cwd, 'dry'))).toBe(false);
  const manifest = { image: { ...shape, layout: 'NCHW', range: [0, 1] } };
  const path = writeForeign(join(cwd, 'range'), { manifest });
  expect((await run('import', path, '-o', 'dry', '--dry-run')).stderr).toMatch(/^warning: \d+ % of what the decoder/);
});
