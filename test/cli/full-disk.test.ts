/** Disks that fill while results are written: one line, exit code 1, nothing under a final name, and the same bytes once there is room. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { createRandom } from '@alix/infer/io/random';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluationsIn, noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeForeign } from '../fixtures/foreign-pair.js';
import { inside } from '../fixtures/inside.js';
import { type SmallDisk, smallDisk, whyNoDisk } from '../fixtures/small-disk.js';

const cwd = temporaryFolder();
const { run } = evaluationsIn(cwd, 200, inside);
const features = 'eval features --data data --extractor net.onnx --threads 1 --feature-sample 150';

/** What is run with the output's path behind it, and the output's name. */
const cases: readonly (readonly [line: string, output: string])[] = [
  ['data make strokes -n 40 -o', 'digits'],
  ['data make strokes -n 40 -o', 'digits.idx'],
  ['data make strokes -n 40 -o', 'digits.npy'],
  ['data make gaussian-grid -n 2000 -o', 'grid.npy'],
  ['data info strokes --set train=300 -o', 'sheet.png'],
  [`${features} -o`, 'features.safetensors'],
  [`${features} -o`, 'features.npz'],
  ['eval merge a.safetensors b.safetensors -o', 'merged.safetensors'],
  ['eval compare report-a report-b -o', 'comparison'],
  ['import foreign/manifest.json -o', 'model'],
];

/** Every file below the folder with its bytes; times, which reports hold, are left out. */
function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [
        path.slice(folder.length),
        readFileSync(path, 'latin1').replace(/20\d\d-[01]\d-[0-3]\dT?[\d:.]*Z?/g, ''),
      ]),
  );
}
const sizeOf = (content: Record<string, string>) => Object.values(content).reduce((sum, text) => sum + text.length, 0);

describe.skipIf(whyNoDisk(cwd))('a disk that fills', () => {
  let disk: SmallDisk;
  beforeAll(async () => {
    disk = smallDisk(join(cwd, 'disk'), 4096);
    mkdirSync(join(cwd, 'roomy'));
    writeForeign(join(cwd, 'foreign'));
    for (const name of ['a', 'b']) {
      expect((await run(`report-${name}`, '--no-cache', '--seed', name === 'a' ? '1' : '2')).code).toBe(0);
      const part = noise(4800).subarray(name === 'a' ? 0 : 2400, name === 'a' ? 2400 : 4800);
      writeFileSync(join(cwd, `part-${name}`), encodeIdx({ shape: [100, 6, 4], data: part.slice() }));
      const line = features.replace('data data', `data part-${name}`);
      expect((await inside([...line.split(' '), '-o', `${name}.safetensors`], cwd)).code).toBe(0);
    }
  }, 120_000);
  afterAll(() => disk.remove());

  test.each(cases)('%s %s', async (line, output) => {
    const draw = createRandom(Number(process.env.ALIX_SEED ?? 1)).split(output);
    const to = (folder: string) => inside([...line.split(' '), join(folder, output), '--quiet'], cwd);
    const whole = await to('roomy');
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    const wanted = contentOf(join(cwd, 'roomy'));
    rmSync(join(cwd, 'roomy'), { recursive: true });
    mkdirSync(join(cwd, 'roomy'));
    for (const share of [0, (draw.uniform(1)[0] ?? 0) * 0.6]) {
      const { bavail, bsize } = statfsSync(disk.folder);
      const spare = Math.floor((share * sizeOf(wanted)) / bsize) * bsize;
      writeFileSync(join(disk.folder, 'filler'), Buffer.alloc(bavail * bsize - spare));
      const full = await to('disk');
      expect([share, full.code, full.stdout]).toEqual([share, 1, '']);
      expect(full.stderr).toMatch(/^alix: [^\n]*(no space left on the disk|cannot be written)[^\n]*\n$/);
      expect(readdirSync(disk.folder)).toEqual(['filler']);
      rmSync(join(disk.folder, 'filler'));
    }
    expect((await to('disk')).code).toBe(0);
    expect(contentOf(disk.folder)).toEqual(wanted);
    for (const name of readdirSync(disk.folder)) rmSync(join(disk.folder, name), { recursive: true });
  });

  test.each(cases)('read-only: %s %s', async (line, output) => {
    disk.remount('ro');
    try {
      const ran = await inside([...line.split(' '), join('disk', output), '--quiet'], cwd);
      expect([ran.code, ran.stdout]).toEqual([1, '']);
      expect(ran.stderr).toMatch(/^alix: [^\n]*(read-only|cannot be written)[^\n]*\n$/);
      expect(existsSync(join(disk.folder, output))).toBe(false);
    } finally {
      disk.remount('rw');
    }
  });
});
