/**
 * SIGKILL while files, folders and bundles are written, at moments that ALIX_SEED chooses: what has its final name is whole, and the same
 * command then gives the bytes of an unbroken one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@alix/infer/io/random';
import { beforeAll, expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { evaluationsIn } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeForeign } from '../fixtures/foreign-pair.js';

const cwd = temporaryFolder();
const { run } = evaluationsIn(cwd, 3000);
const KILLS = 6;
const features = 'eval features --data data --extractor net.onnx --threads 1';
/** What is run with the output's path behind it, and the output's name. */
const cases: readonly (readonly [line: string, output: string])[] = [
  ['data make strokes -n 400 -o', 'digits'],
  ['data make gaussian-grid -n 200000 -o', 'grid.npy'],
  ['data info strokes --set train=300 -o', 'sheet.png'],
  [`${features} -o`, 'features.safetensors'],
  ['eval compare report-a report-b -o', 'comparison'],
  ['import foreign/manifest.json -o', 'model'],
];

/** A file, or every file of a folder, by name; without times, which reports hold. */
function contentOf(path: string): Record<string, string> {
  const read = (file: string) => readFileSync(file, 'latin1').replace(/20\d\d-[01]\d-[0-3]\dT?[\d:.]*Z?/g, '');
  if (!statSync(path).isDirectory()) return { '': read(path) };
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/\/\.[^/]*(\/|$)/.test(file.slice(path.length)))
      .sort()
      .map((file) => [file.slice(path.length), read(file)]),
  );
}

beforeAll(async () => {
  writeForeign(join(cwd, 'foreign'));
  for (const [name, seed] of ['a', 'b'].entries())
    expect((await run(`report-${seed}`, '--no-cache', '--seed', `${name}`)).code).toBe(0);
}, 120_000);

test.each(cases)(`${KILLS} kills: %s %s`, { timeout: 120_000 }, async (line, output) => {
  const draw = createRandom(Number(process.env.ALIX_SEED ?? 1)).split(output);
  const share = () => draw.uniform(1)[0] ?? 0;
  for (const folder of ['whole', 'killed'])
    mkdirSync(join(cwd, folder, output.replace(/\W/g, '-')), { recursive: true });
  const to = (folder: string, during?: Parameters<typeof alix>[2]) =>
    alix([...line.split(' '), join(folder, output.replace(/\W/g, '-'), output), '--quiet'], cwd, during);
  const [whole, killed] = ['whole', 'killed'].map((folder) => join(cwd, folder, output.replace(/\W/g, '-'))) as [
    string,
    string,
  ];
  const from = performance.now();
  expect(await to('whole')).toMatchObject({ code: 0, stderr: '' });
  const length = performance.now() - from;
  const wanted = contentOf(join(whole, output));
  let landed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { code } = await to('killed', async (child) => {
      // half by the clock, half just as something is written
      if (share() < 0.5) await sleep(length * (0.3 + 0.7 * share()));
      else
        await new Promise<void>((resolve) => {
          const watcher = watch(killed, () => {
            watcher.close();
            resolve();
          });
          child.on('exit', () => {
            watcher.close();
            resolve();
          });
        });
      await sleep(10 * share());
      child.kill('SIGKILL');
    });
    if (code === null) landed += 1;
    const path = join(killed, output);
    if (!existsSync(path)) continue;
    // files of a comparison appear one by one, each whole
    const found = contentOf(path);
    for (const [name, content] of Object.entries(found)) expect(content, name).toBe(wanted[name]);
    if (output !== 'comparison') expect(found).toEqual(wanted);
    rmSync(path, { recursive: true });
  }
  // or nothing was shown
  expect(landed).toBeGreaterThan(0);
  const last = await to('killed');
  expect([last.code, last.stderr]).toEqual([0, '']);
  expect(contentOf(join(killed, output))).toEqual(wanted);
});
