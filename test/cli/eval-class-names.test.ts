/** Classes that are folders are called by their names in reports, in numbers and on the page. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();

test('errors by class have the names of the folders', async () => {
  writeTinyBundle(join(cwd, 'model'));
  for (const [k, name] of ['Äpfel & Birnen', 'sky'].entries())
    for (const split of ['train', 'test']) {
      mkdirSync(join(cwd, 'data', split, name), { recursive: true });
      for (let i = 0; i < 4; i++) {
        const image = encodePng(new Uint8Array(24).fill(40 * k + i), { height: 6, width: 4, channels: 1 });
        writeFileSync(join(cwd, 'data', split, name, `${i}.png`), image);
      }
    }
  const { code, stderr } = await inside(
    ['eval', 'model', '--data', 'data', '--metrics', 'classes', '--no-cache', '-o', 'out'],
    cwd,
  );
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const { metrics } = JSON.parse(readFileSync(join(cwd, 'out', 'report.json'), 'utf8'));
  // by code unit, as the classes are numbered
  expect(metrics['classes.mse'].classes).toMatchObject([
    { label: 0, name: 'sky', n: 4 },
    { label: 1, name: 'Äpfel & Birnen', n: 4 },
  ]);
  const html = readFileSync(join(cwd, 'out', 'report.html'), 'utf8');
  expect(html).toContain('<th scope="row">Äpfel &amp; Birnen</th>');
  expect(html).toContain('<th scope="row">sky</th>');
});
