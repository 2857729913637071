/** What the fuzzer has found, each with what the reader says of it now. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { FileWindow } from '@alix/infer/io/file-window';
import { downloadSet } from '@alix/train/datasets/download/set';
import { EventLog } from '@alix/train/event-log';
import { MetricsLog } from '@alix/train/metrics-log';
import { readRun } from '@alix/train/run-folder';
import { pictureJournal } from 'alix/dist/pictures/journal.js';
import { trainConfig } from 'alix/dist/train-config.js';
import { version } from 'alix/dist/version.js';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();
let count = 0;
function fresh(): string {
  const folder = join(root, `${count++}`);
  mkdirSync(folder);
  return folder;
}

test.skipIf(process.platform === 'win32')(
  'pipes and devices in place of files are refused, not waited for',
  async () => {
    const folder = fresh();
    const pipe = (name: string) => {
      execFileSync('mkfifo', [join(folder, name)]);
      return join(folder, name);
    };
    const notAFile = { code: 'not-a-file' };
    await expect(FileWindow.open(pipe('a.npy'))).rejects.toMatchObject(notAFile);
    pipe('run.json');
    await expect(readRun(folder)).rejects.toMatchObject(notAFile);
    await expect(new MetricsLog(pipe('metrics.jsonl')).rewind(1)).rejects.toMatchObject(notAFile);
    await expect(new EventLog(pipe('events')).rewind(1)).rejects.toMatchObject(notAFile);
    await expect(trainConfig(pipe('own.json'), { set: [] })).rejects.toMatchObject(notAFile);
    symlinkSync('/dev/zero', join(folder, 'zero.json'));
    await expect(trainConfig(join(folder, 'zero.json'), { set: [] })).rejects.toMatchObject(notAFile);
  },
);

const zipped = (bytes: Uint8Array) => {
  const folder = fresh();
  writeFileSync(join(folder, 'a.zip'), bytes);
  const files = [{ name: 'a.zip', addresses: [], unpack: { format: 'zip', below: '' } as const }];
  return downloadSet({ name: 'own', title: '', page: '', licence: '', folder: 'own', files }, folder);
};

test('a zip whose members have a NUL in their names, or are damaged inside', async () => {
  await expect(zipped(zipSync({ 'a\0b': new Uint8Array(9) }))).rejects.toMatchObject({ code: 'bad-archive' });
  const bytes = zipSync({ 'a.bin': Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251) });
  // the first bytes of the deflated content: a kind of block that there is not
  bytes.fill(0xff, 35, 60);
  await expect(zipped(bytes)).rejects.toMatchObject({ code: 'bad-archive' });
});

test('lines of a log stay as they stand in it, however deep they are nested', async () => {
  const folder = fresh();
  const path = join(folder, 'metrics.jsonl');
  const deep = `{"kind":"step","step":1,"x":${'['.repeat(60_000)}${']'.repeat(60_000)}}`;
  writeFileSync(path, `${deep}\n{"kind":"step","step":5}\n`);
  appendFileSync(path, '{"kind":"st');
  await new MetricsLog(path).rewind(3);
  expect(readFileSync(path, 'utf8')).toBe(`${deep}\n`);
});

test('settings nested without end are no settings', async () => {
  const folder = fresh();
  writeFileSync(join(folder, 'own.json'), `{"extends":${'['.repeat(5000)}${']'.repeat(5000)}}`);
  const refused = trainConfig(join(folder, 'own.json'), { set: [] });
  await expect(refused).rejects.toMatchObject({ code: 'bad-config', what: 'not valid JSON' });
});

test('no line is longer than 4,000 characters', () => {
  const { message } = new AlixError('bad', 'w', { where: 'file', found: 'y'.repeat(300_000) });
  expect(message).toMatch(/^file: w \(found y+$/);
  expect(message).toHaveLength(4000);
});

test('what is damaged in a journal of pictures is made again', async () => {
  const folder = fresh();
  const path = join(folder, '.alix-sample.jsonl');
  const job = { alix: version(), model: { name: 'tiny', sha256: 'a'.repeat(64) }, options: {}, inputs: 'b' };
  const made = pictureJournal(folder, 'sample', false);
  const batch = { skipped: [], unmasked: [], told: [], pictures: [] };
  await made.begin(job);
  for (const images of [1, 2]) await made.add({ images, ...batch });
  await made.fail(new Error('ended'));
  const [head = '', first = '', second = ''] = readFileSync(path, 'utf8').split('\n');
  const done = async (...lines: string[]) => {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    const again = pictureJournal(folder, 'sample', true);
    return again.begin(job).then((batches) => batches.map(({ images }) => images));
  };
  expect(await done(head, first, second)).toEqual([1, 2]);
  for (const damaged of [
    '{"images":9}',
    'null',
    second.replace('2', '"2"'),
    second.replace('2', '0'),
    second.replace('[]', '{}'),
  ])
    expect(await done(head, first, damaged, second)).toEqual([1]);
  await expect(done('{"model":{"sha256":5}}', first)).rejects.toMatchObject({
    code: 'other-job',
    expected: 'none (none)',
  });
});
